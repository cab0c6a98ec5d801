/**
 * Declares the changes of a share and of a barrier.
 *
 * @module
 */
import type { Change } from "./changes";
import type { ExistingResources } from "./existing-resources";
import { revokes } from "./messages";

const shared = (name: string, accounts: string, more = "") =>
    `snapshotId: ${name}.snapshotId, accounts: [${accounts}]${more}`;

export function shareChanges({ snap1, snap2 }: ExistingResources): Record<string, Change> {
    return {
        shareReordered: {
            before: shared("untouched", '"444455556666", "prod"'),
            after: shared("untouched", '"prod", "444455556666", "prod"'),
            shows: [],
        },
        shareMoved: {
            before: shared("reordered", '"444455556666", "prod"'),
            after: shared("reordered", '"777788889999", "prod"'),
            shows: [
                "update",
                "~ accounts: [",
                '    ~ [0]: "444455556666" => "777788889999"',
                "  ]",
                "? will be shared with prod (111122223333), 777788889999",
                revokes("444455556666"),
            ],
        },
        sharePublic: {
            before: "snapshotId: createdOnly.snapshotId",
            after: "snapshotId: createdOnly.snapshotId, public: true",
            shows: [
                "update",
                "+ public: true",
                "warning: makes ? public: everyone with an AWS account can copy its data",
                "? will be shared with everyone",
            ],
        },
        shareClosed: {
            before: "snapshotId: respelt.snapshotId, public: true",
            after: "snapshotId: respelt.snapshotId, public: false",
            shows: ["update", "~ public: true => false", "? will be shared with nobody", revokes("everyone")],
        },
        shareElsewhere: {
            before: `snapshotId: "${snap1}", accounts: ["prod"]`,
            after: `snapshotId: "${snap2}", accounts: ["prod"]`,
            shows: [
                "replace",
                '~ snapshotId: "snap-1" => "snap-2"',
                "snap-2 will be shared with prod (111122223333)",
                "warning: revokes the access of 111122223333 to snap-1, unless another share declares it",
            ],
        },
    };
}

export function barrierChanges({ snap1, snap2 }: ExistingResources): Record<string, Change> {
    return {
        barrier: {
            before: `snapshotIds: ["${snap1}"]`,
            after: `snapshotIds: ["${snap1}", "${snap2}"], timeout: "2 hours"`,
            shows: ["update", "~ snapshotIds: [", '    + [1]: "snap-2"', "  ]", '+ timeout: "2 hours"'],
        },
        barrierBehind: {
            before: "snapshotIds: [tagged.snapshotId]",
            after: "snapshotIds: [tagged.snapshotId]",
            shows: [],
        },
    };
}
