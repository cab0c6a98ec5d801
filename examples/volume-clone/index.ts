import * as pulumi from "@pulumi/pulumi";
import { VolumeClone } from "pulumi-ebs-snapshots";

const config = new pulumi.Config();
const generation = config.get("generation") ?? "1";

// Another name is another volume: the new copy is made first, and the former one is deleted.
const clone = new VolumeClone(`test-data-${generation}`, {
    sourceVolumeId: config.require("volumeId"),
    copyTagsFromVolume: { except: ["Environment"] },
    tags: { Environment: "test" },
});

export const volumeId = clone.volumeId;
export const availabilityZone = clone.availabilityZone;
