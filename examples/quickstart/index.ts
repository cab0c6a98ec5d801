import * as pulumi from "@pulumi/pulumi";
import { Snapshot, SnapshotShare, VolumeFromSnapshot } from "pulumi-ebs-snapshots";

const config = new pulumi.Config();

// The volume to copy: `pulumi config set volumeId vol-...`
const snapshot = new Snapshot("before-release", {
    volumeId: config.require("volumeId"),
    description: `before release ${config.get("release") ?? "1.0.0"}`,
    group: "payments",
    billingCode: config.get("billingCode") ?? "CC-1042",
});

export const { snapshotId, state, volumeSize } = snapshot;

// Another account that may use the snapshot: `pulumi config set shareWith 444455556666`
const account = config.get("shareWith");
if (account !== undefined) new SnapshotShare("for-audit", { snapshotId, accounts: [account] });

// A larger volume from it, once there is a zone for it: `pulumi config set availabilityZone us-east-1a`
const availabilityZone = config.get("availabilityZone");
const recovered =
    availabilityZone === undefined
        ? undefined
        : new VolumeFromSnapshot("recovered", {
              snapshotId: config.get("recoverFrom") ?? snapshotId,
              availabilityZone,
              size: volumeSize.apply((size) => size + 2),
              group: "payments",
          });

export const recoveredVolumeState = recovered?.state ?? "none";
