import * as pulumi from "@pulumi/pulumi";
import {
    listSnapshots,
    Snapshot,
    SnapshotCopy,
    SnapshotShare,
    VolumeFromSnapshot,
} from "pulumi-ebs-snapshots";

const config = new pulumi.Config();
const region = new pulumi.Config("aws").require("region");

// The account of the stack's own credentials takes a snapshot of its volume, and shares it with the other account, known
// by its alias: `pulumi config set --path 'ebs-snapshots:accounts.restore' 111122223333`
const snapshot = new Snapshot("database", {
    volumeId: config.require("volumeId"),
    group: "payments",
});
const share = new SnapshotShare("database", {
    snapshotId: snapshot.snapshotId,
    accounts: ["restore"],
});

// From here on the other account acts, through a role of its own.
const restore = {
    region: config.get("restoreRegion") ?? region,
    credentials: { assumeRoles: [{ roleArn: config.require("restoreRoleArn") }] },
};

// The account sees only the snapshots that are shared with it, so that the list waits for the share.
const visible = share.grants.apply(() => listSnapshots({ ...restore, region, owner: "shared" }));

// A copy is its own: it stays when the first account deletes its snapshot, or ends the sharing.
const copy = new SnapshotCopy(
    "database-restored",
    {
        ...restore,
        sourceSnapshotId: snapshot.snapshotId,
        sourceRegion: region,
        encrypted: true,
    },
    { dependsOn: share },
);
const volume = new VolumeFromSnapshot("database-restored", {
    ...restore,
    snapshotId: copy.snapshotId,
    availabilityZone: `${restore.region}a`,
});

export const shared = visible.apply((snapshots) => snapshots.map(({ snapshotId }) => snapshotId));
export const snapshotId = snapshot.snapshotId;
export const copyId = copy.snapshotId;
export const volumeId = volume.volumeId;
