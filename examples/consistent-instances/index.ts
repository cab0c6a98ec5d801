import * as pulumi from "@pulumi/pulumi";
import { SnapshotSchedule } from "pulumi-ebs-snapshots";

const role = new pulumi.Config().get("roleArn");

// All volumes of an instance with the tag Role=database at one moment, but neither its boot volume nor scratch space.
const schedule = new SnapshotSchedule("databases", {
    targets: {
        instances: {
            anyTag: { Role: ["database"] },
            excludeBootVolume: true,
            excludeVolumesTagged: { Scratch: "yes" },
        },
    },
    rules: [{ name: "four-hourly", every: "4 hours", at: "01:00", keep: "30 days" }],
    ...(role === undefined ? {} : { role }),
});

export const policyIds = schedule.policyIds;
export const plan = schedule.plan;
