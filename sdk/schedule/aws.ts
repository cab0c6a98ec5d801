/**
 * The parts of `@pulumi/aws` that a schedule is made of: loaded with the first schedule (60 ms; the whole takes 400), so
 * that programs without one need not have it.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";

export function loadAws() {
    try {
        return {
            cloudwatch: require("@pulumi/aws/cloudwatch") as typeof import("@pulumi/aws/cloudwatch"),
            dlm: require("@pulumi/aws/dlm") as typeof import("@pulumi/aws/dlm"),
            ec2: require("@pulumi/aws/ec2") as typeof import("@pulumi/aws/ec2"),
            iam: require("@pulumi/aws/iam") as typeof import("@pulumi/aws/iam"),
            lambda: require("@pulumi/aws/lambda") as typeof import("@pulumi/aws/lambda"),
            sqs: require("@pulumi/aws/sqs") as typeof import("@pulumi/aws/sqs"),
            ...(require("@pulumi/aws/getCallerIdentity") as typeof import("@pulumi/aws/getCallerIdentity")),
            ...(require("@pulumi/aws/getPartition") as typeof import("@pulumi/aws/getPartition")),
            ...(require("@pulumi/aws/getRegion") as typeof import("@pulumi/aws/getRegion")),
        };
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
        throw new pulumi.RunError(
            "SnapshotSchedule is made of resources of @pulumi/aws, which is not installed: npm install @pulumi/aws",
        );
    }
}

export type Aws = ReturnType<typeof loadAws>;
