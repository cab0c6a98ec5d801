/**
 * Declares the changes of a copy of a snapshot and of an instance's snapshots.
 *
 * @module
 */
import type { Change } from "./changes";
import type { ExistingResources } from "./existing-resources";
import { copied, goes, set, stays } from "./messages";

export function copyChanges({ snap1, snap2 }: ExistingResources): Record<string, Change> {
    const from = `sourceSnapshotId: "${snap1}", sourceRegion: "us-east-1"`;
    return {
        copyGrouped: { before: from, after: `${from}, group: "g"`, shows: ["update", '+ group: "g"'] },
        copyDescribed: {
            before: `${from}, description: "a"`,
            after: `${from}, description: "b"`,
            shows: ["replace", '~ description: "a" => "b"', goes(copied)],
        },
        copyAbroad: {
            before: `${from}, region: "us-west-2"`,
            after: `${from}, region: "eu-west-1"`,
            shows: ["replace", '~ region: "us-west-2" => "eu-west-1"', goes(copied)],
        },
        copyOfAnother: {
            before: from,
            after: from.replace(snap1, snap2),
            shows: ["replace", '~ sourceSnapshotId: "snap-1" => "snap-2"', stays(copied)],
        },
        copyHurried: {
            before: `${from}, completionDurationMinutes: 15`,
            after: `${from}, completionDurationMinutes: 30`,
            shows: ["replace", "~ completionDurationMinutes: 15 => 30", goes(copied)],
        },
    };
}

export function setChanges({ i1, i2, disk }: ExistingResources): Record<string, Change> {
    return {
        setGrouped: {
            before: `instanceId: "${i1}"`,
            after: `instanceId: "${i1}", group: "g"`,
            shows: ["update", '+ group: "g"'],
        },
        setTriggered: {
            before: `instanceId: "${i1}", triggers: { release: 1 }`,
            after: `instanceId: "${i1}", triggers: { release: 2 }`,
            shows: ["replace", "~ triggers: {", "    ~ release: 1 => 2", "  }", goes(set)],
        },
        setWithout: {
            before: `instanceId: "${i1}"`,
            after: `instanceId: "${i1}", excludeDataVolumeIds: ["${disk}"]`,
            shows: ["replace", "+ excludeDataVolumeIds: [", '+     [0]: "vol-3"', "  ]", goes(set)],
        },
        setOfAnother: {
            before: `instanceId: "${i1}"`,
            after: `instanceId: "${i2}"`,
            shows: ["replace", '~ instanceId: "i-1" => "i-2"', stays(set)],
        },
    };
}
