import * as pulumi from "@pulumi/pulumi";
import { SnapshotSchedule } from "pulumi-ebs-snapshots";

const config = new pulumi.Config();
const zone = config.get("availabilityZone") ?? "us-east-1a";

// Every volume with the tag Backup=nightly.
const schedule = new SnapshotSchedule("nightly", {
    targets: { anyTag: { Backup: ["nightly"] } },
    rules: [
        { name: "nightly", every: "12 hours", at: "03:00", keep: 14 },
        {
            name: "monthly",
            cron: "0 4 1 * ? *",
            keep: "365 days",
            copyTo: [{ region: config.get("copyRegion") ?? "eu-west-1", keep: "90 days", encrypted: true }],
        },
    ],
    recoveryVolumes: { availabilityZones: [zone], keep: 2, maximum: 40 },
    group: "payments",
    billingCode: config.get("billingCode") ?? "CC-1042",
});

export const policyIds = schedule.policyIds;
export const plan = schedule.plan;
