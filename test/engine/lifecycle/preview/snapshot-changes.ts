/**
 * Declares the changes of a snapshot.
 *
 * @module
 */
import type { Change } from "./changes";
import type { ExistingResources } from "./existing-resources";
import { goes, stays, taken } from "./messages";

export function snapshotChanges({ vol1, vol2, snap1 }: ExistingResources): Record<string, Change> {
    const of = `volumeId: "${vol1}"`;
    const lock = 'lock: { mode: "governance", duration: "1 day" }';
    return {
        untouched: { before: of, after: of, shows: [] },
        reordered: {
            before: `${of}, tags: { A: "1", B: "2" }, timeout: "24 hours", fastRestore: { availabilityZones: ["us-east-1a", "us-east-1b"] }`,
            after: `fastRestore: { availabilityZones: ["us-east-1b", "us-east-1a"] }, timeout: "1 day", tags: { B: "2", A: "1" }, ${of}`,
            shows: [],
        },
        respelt: {
            before: `${of}, timeout: "24 hours"`,
            after: `${of}, timeout: "1 day", group: "g"`,
            shows: ["update", '+ group: "g"'],
        },
        createdOnly: { before: of, after: `${of}, copyTagsFromVolume: true, adopt: "${snap1}"`, shows: [] },
        renamed: {
            before: `${of}, name: "a"`,
            after: `${of}, name: "b"`,
            shows: ["update", '~ name: "a" => "b"'],
        },
        grouped: {
            before: `${of}, billingCode: "a", group: "g"`,
            after: `${of}, billingCode: "b"`,
            shows: ["update", '~ billingCode: "a" => "b"', '- group: "g"'],
        },
        tagged: {
            before: `${of}, tags: { A: "1", B: "2", C: "3" }`,
            after: `${of}, tags: { D: "4", C: "3", A: "9" }`,
            shows: ["update", "~ tags: {", '    ~ A: "1" => "9"', '    - B: "2"', '    + D: "4"', "  }"],
        },
        options: {
            before: `${of}, timeout: "1 hour"`,
            after: `${of}, timeout: "2 hours", waitForCompletion: false, keepReplaced: true`,
            shows: [
                "update",
                "+ keepReplaced: true",
                '~ timeout: "1 hour" => "2 hours"',
                "+ waitForCompletion: false",
            ],
        },
        locked: {
            before: `${of}, ${lock}`,
            after: `${of}, lock: { mode: "compliance", duration: "30 days", coolOff: "1 hour" }`,
            shows: [
                "update",
                "~ lock: {",
                '    + coolOff: "1 hour"',
                '    ~ duration: "1 day" => "30 days"',
                '    ~ mode: "governance" => "compliance"',
                "  }",
                "warning: will lock the snapshot in compliance mode for 30 days: after the cool-off period of 1 hour, nobody can lift " +
                    "or shorten the lock, not even AWS, and the snapshot is billed for that time",
            ],
        },
        restored: {
            before: of,
            after: `${of}, fastRestore: { availabilityZones: ["us-east-1a"] }`,
            shows: [
                "update",
                "+ fastRestore: {",
                "    + availabilityZones: [",
                '    +     [0]: "us-east-1a"',
                "      ]",
                "  }",
                "warning: fast snapshot restore is billed per hour in each zone until it is disabled: 1 more (us-east-1a)",
            ],
        },
        archived: {
            before: of,
            after: `${of}, storageTier: "archive"`,
            shows: ["update", '+ storageTier: "archive"'],
        },
        otherwise: {
            before: of,
            after: `${of}, credentials: { assumeRoles: [{ roleArn: "arn:aws:iam::123456789012:role/backup" }] }`,
            shows: [
                "update",
                "+ credentials: {",
                "    + assumeRoles: [",
                "    +     [0]: {",
                '            + roleArn: "arn:aws:iam::123456789012:role/backup"',
                "          }",
                "      ]",
                "  }",
            ],
        },
        described: {
            before: `${of}, description: "a", tags: { A: "1", B: "2" }`,
            after: `tags: { B: "2", A: "1" }, ${of}, description: "b"`,
            shows: ["replace", '~ description: "a" => "b"', goes(taken)],
        },
        kept: {
            before: `${of}, description: "a"`,
            after: `${of}, description: "b", keepReplaced: true`,
            shows: ["replace", '~ description: "a" => "b"', "+ keepReplaced: true", stays(taken)],
        },
        moved: {
            before: of,
            after: `volumeId: "${vol2}"`,
            shows: ["replace", '~ volumeId: "vol-1" => "vol-2"', stays(taken)],
        },
        movedAndGone: {
            before: `${of}, keepReplaced: false`,
            after: `volumeId: "${vol2}", keepReplaced: false`,
            shows: ["replace", '~ volumeId: "vol-1" => "vol-2"', goes(taken)],
        },
        triggered: {
            before: `${of}, triggers: { release: 1, other: [1] }`,
            after: `${of}, triggers: { release: 2, other: [1] }`,
            shows: ["replace", "~ triggers: {", "    ~ release: 1 => 2", "  }", goes(taken)],
        },
        watched: {
            before: `${of}, group: "a"`,
            after: `${of}, group: "b"`,
            options: '{ replaceOnChanges: ["group"] }',
            shows: ["replace", '~ group: "a" => "b"', goes(taken)],
        },
        deletedFirst: {
            before: `${of}, description: "a"`,
            after: `${of}, description: "b"`,
            options: "{ deleteBeforeReplace: true }",
            shows: ["replace", '~ description: "a" => "b"', goes(taken)],
        },
        secret: {
            before: `${of}, tags: { A: pulumi.secret("hush-1"), B: "2" }`,
            after: `${of}, tags: { A: pulumi.secret("hush-2"), B: "2" }`,
            shows: ["update", "~ tags: {", "    ~ A: [secret] => [secret]", "  }"],
        },
        secretReplaced: {
            before: `${of}, description: pulumi.secret("hush-1")`,
            after: `${of}, description: pulumi.secret("hush-2")`,
            shows: ["replace", "~ description: [secret] => [secret]", goes(taken)],
        },
        made: {
            after: `${of}, description: "x", tags: { A: "1" }`,
            shows: [
                "create",
                '  description: "x"',
                '  name: "made"',
                '  region: "us-east-1"',
                "  tags: {",
                '      A: "1"',
                "  }",
                '  volumeId: "vol-1"',
            ],
        },
        ended: {
            before: `${of}, ${lock}`,
            shows: [
                "delete",
                "  lock: {",
                '      duration: "1 day"',
                '      mode: "governance"',
                "  }",
                '  name: "ended"',
                '  region: "us-east-1"',
                '  volumeId: "vol-1"',
            ],
        },
        released: {
            before: of,
            options: "{ retainOnDelete: true }",
            shows: ["delete[retain]", '  name: "released"', '  region: "us-east-1"', '  volumeId: "vol-1"'],
        },
    };
}
