import * as pulumi from "@pulumi/pulumi";
import type { Aws } from "../aws";
import type { Place } from "./statements";

/** `@pulumi/aws`, and the partition, region and account of its provider. */
export interface Surroundings {
    aws: Aws;
    place: pulumi.Output<Place>;
}

export function placeOf(aws: Aws, parent: pulumi.Resource): pulumi.Output<Place> {
    const opts = { parent };
    return pulumi.output({
        partition: aws.getPartitionOutput({}, opts).partition,
        region: aws.getRegionOutput({}, opts).region,
        account: aws.getCallerIdentityOutput({}, opts).accountId,
    });
}
