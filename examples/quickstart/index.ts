import * as pulumi from "@pulumi/pulumi";
import { Snapshot, VolumeFromSnapshot } from "pulumi-ebs-snapshots";

const config = new pulumi.Config();

// The volume to copy: `pulumi config set volumeId vol-...`
const snapshot = new Snapshot("before-release", {
    volumeId: config.require("volumeId"),
    description: `before release ${config.get("release") ?? "1.0.0"}`,
    group: "payments",
    billingCode: config.get("billingCode") ?? "CC-1042",
});

export const snapshotId = snapshot.snapshotId;
export const state = snapshot.state;
export const volumeSize = snapshot.volumeSize;

// A larger volume from it, once there is a zone for it: `pulumi config set availabilityZone us-east-1a`
const availabilityZone = config.get("availabilityZone");
const recovered =
    availabilityZone === undefined
        ? undefined
        : new VolumeFromSnapshot("recovered", {
              snapshotId: snapshot.snapshotId,
              availabilityZone,
              size: snapshot.volumeSize.apply((size) => size + 2),
              group: "payments",
          });

export const recoveredVolumeState = recovered?.state ?? "none";
