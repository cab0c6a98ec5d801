import * as pulumi from "@pulumi/pulumi";
import { Snapshot, SnapshotSchedule } from "pulumi-ebs-snapshots";

const config = new pulumi.Config();
const role = config.get("roleArn");
const owner = { group: "payments", billingCode: config.get("billingCode") ?? "CC-1042" };

new SnapshotSchedule("nightly", {
    targets: { anyTag: { Backup: ["nightly"] } },
    rules: [{ name: "nightly", every: "24 hours", at: "03:00", keep: "14 days" }],
    ...(role === undefined ? {} : { role }),
    ...owner,
});

// `no-snapshot-lost-by-replacement` of the policy pack asks for `keepReplaced`.
const snapshot = new Snapshot("before-release", {
    volumeId: config.require("volumeId"),
    triggers: { release: config.get("release") ?? "1.0.0" },
    keepReplaced: true,
    ...owner,
});

export const snapshotId = snapshot.snapshotId;
