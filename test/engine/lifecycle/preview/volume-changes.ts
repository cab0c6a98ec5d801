/**
 * Declares the changes of a volume from a snapshot.
 *
 * @module
 */
import type { Change } from "./changes";
import type { ExistingResources } from "./existing-resources";
import { carryOrFinal, ifAnother, volumeGoes } from "./messages";

export function volumeChanges({ snap1, snap2 }: ExistingResources): Record<string, Change> {
    const disk1 = `snapshotId: "${snap1}", availabilityZone: "us-east-1a"`;
    return {
        grown: {
            before: `${disk1}, size: 10, iops: 4000`,
            after: `${disk1}, size: 20, iops: 5000`,
            shows: ["update", "~ iops: 4000 => 5000", "~ size: 10 => 20"],
        },
        retyped: {
            before: disk1,
            after: `${disk1}, volumeType: "io2", iops: 4000`,
            shows: ["update", "+ iops: 4000", '+ volumeType: "io2"'],
        },
        sameZone: {
            before: disk1,
            after: `snapshotId: "${snap1}", availabilityZoneId: "use1-az6"`,
            shows: [],
        },
        rezoned: {
            before: disk1,
            after: disk1.replace("us-east-1a", "us-east-1b"),
            shows: [
                "replace",
                '~ availabilityZone: "us-east-1a" => "us-east-1b"',
                `warning: ${volumeGoes(8, "snapshot snap-1", carryOrFinal)}`,
            ],
        },
        rekeyed: {
            before: `${disk1}, kmsKeyId: "alias/one", finalSnapshot: true`,
            after: `${disk1}, kmsKeyId: "alias/two", finalSnapshot: true`,
            shows: [
                "replace",
                '~ kmsKeyId: "alias/one" => "alias/two"',
                `warning: ${volumeGoes(8, "snapshot snap-1", "A final snapshot will be taken first.")}`,
            ],
        },
        shrunk: {
            before: `${disk1}, size: 10, allowShrinkByReplacement: true`,
            after: `${disk1}, size: 9, allowShrinkByReplacement: true`,
            shows: ["replace", "~ size: 10 => 9", `warning: ${volumeGoes(10)}`],
        },
        keeping: {
            before: `${disk1}, onSnapshotChange: "keep"`,
            after: `${disk1.replace(snap1, snap2)}, onSnapshotChange: "keep"`,
            shows: ["update", '~ snapshotId: "snap-1" => "snap-2"'],
        },
        replacing: {
            before: `${disk1}, onSnapshotChange: "replace"`,
            after: `${disk1.replace(snap1, snap2)}, onSnapshotChange: "replace"`,
            shows: [
                "replace",
                '~ snapshotId: "snap-1" => "snap-2"',
                `warning: ${volumeGoes(8, "snapshot snap-2")}`,
            ],
        },
        fresh: {
            after: disk1,
            shows: [
                "create",
                '  availabilityZone: "us-east-1a"',
                '  name: "fresh"',
                '  region: "us-east-1"',
                '  snapshotId: "snap-1"',
            ],
        },
        // These resources depend on a replaced snapshot, and on one whose tags change.
        follower: {
            before: 'snapshotId: described.snapshotId, availabilityZone: "us-east-1a", onSnapshotChange: "replace"',
            after: 'snapshotId: described.snapshotId, availabilityZone: "us-east-1a", onSnapshotChange: "replace"',
            shows: [
                "update",
                '~ snapshotId: "?" => [unknown]',
                ifAnother("snapshotId") + volumeGoes(8, "a snapshot whose id is not known yet"),
            ],
        },
        bystander: {
            before: 'snapshotId: tagged.snapshotId, availabilityZone: "us-east-1a"',
            after: 'snapshotId: tagged.snapshotId, availabilityZone: "us-east-1a"',
            shows: [],
        },
        dropped: {
            before: disk1,
            shows: [
                "delete",
                '  availabilityZone: "us-east-1a"',
                '  name: "dropped"',
                '  region: "us-east-1"',
                '  snapshotId: "snap-1"',
            ],
        },
    };
}
