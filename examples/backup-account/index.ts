import * as pulumi from "@pulumi/pulumi";
import { listSnapshots, SharedSnapshotCopies, type Duration } from "pulumi-ebs-snapshots";

const config = new pulumi.Config();
const role = config.get("roleArn");
const kmsKeyId = config.get("kmsKeyArn");

// This is the account that receives: operators of production cannot reach what is copied here. The account that shares is
// known by its alias: `pulumi config set --path 'ebs-snapshots:accounts.production' 111122223333`
const copies = new SharedSnapshotCopies("production", {
    fromAccounts: ["production"],
    descriptionMatches: config.get("descriptionMatches") ?? ".*",
    copyTo: [
        {
            region: config.require("copyRegion"),
            keep: config.get<Duration>("keep") ?? "90 days",
            encrypted: true,
            ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
        },
    ],
    ...(role === undefined ? {} : { role }),
});

// The snapshots that are shared at the moment, copied or not.
const visible = listSnapshots({ owner: "shared" });

export const policyId = copies.policyId;
export const roleArn = copies.roleArn;
export const shared = visible.then((snapshots) => snapshots.map(({ snapshotId }) => snapshotId));
