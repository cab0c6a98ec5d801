import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "pulumi-ebs-snapshots";

const config = new pulumi.Config();

const snapshot = new Snapshot("before-release", {
    volumeId: config.require("volumeId"),
    // A new value creates a new snapshot: `pulumi config set release 1.1.0`
    triggers: { release: config.get("release") ?? "1.0.0" },
});

export const snapshotId = snapshot.snapshotId;
