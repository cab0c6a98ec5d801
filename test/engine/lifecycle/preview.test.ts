// Tests the text of previews, because a reviewer approves it: each kind of change, exactly as it is shown.
// It needs the engine: the text of previews.

import { AttachVolumeCommand, RunInstancesCommand, UnlockSnapshotCommand } from "@aws-sdk/client-ec2";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { lostSnapshots, readPreview } from "../../../policies";
import { defaultAccount } from "../../emulator/emulator";
import { shownIn } from "./previews";
import type { Project } from "../project";
import { live, outside, program, snapshot, snapshotIds } from "../steps";

test.override("life", { scope: "file" }, "file");

let project: Project;
let changes: Changes;
/** Names the ids of existing resources in the expected text. */
const known: Record<string, string> = {};

test.beforeAll(async () => {
    changes = await declaredChanges();
    project = await createProject(programOf(changes, "before"), {
        config: {
            "ebs-snapshots:accounts": '{"prod":"111122223333"}',
            "ebs-snapshots:allowPublicSharing": "true",
        },
    });
    await project.up();
});

/** A resource that is declared before, after, or both; arguments and options are JavaScript. */
interface Change {
    before?: string;
    after?: string;
    options?: string;
    /** Step, properties, messages; nothing where nothing is to be shown. */
    shows: string[];
}

type Changes = [kind: string, rows: Record<string, Change>][];

const programOf = (changes: Changes, which: "before" | "after") =>
    program(
        'const ebs = require("pulumi-ebs-snapshots");',
        ...changes.flatMap(([kind, rows]) =>
            Object.entries(rows).flatMap(([name, { [which]: args, options = "undefined" }]) =>
                args === undefined
                    ? []
                    : [`const ${name} = new ebs.${kind}("${name}", { ${args} }, ${options});`],
            ),
        ),
    );

const expected = (changes: Changes) =>
    Object.fromEntries(
        changes.flatMap(([, rows]) =>
            Object.entries(rows).flatMap(([name, { shows }]) => (shows.length === 0 ? [] : [[name, shows]])),
        ),
    );

/** Returns the warning for a replaced resource that is deleted or retained. */
const goes = (what: string, when = "warning: ") =>
    `${when}replacement will delete ${what} after the new one completes. To keep it, set keepReplaced: true.`;
const stays = (what: string) =>
    `warning: replacement will retain ${what} in the account; Pulumi will no longer manage it`;
const taken = "snapshot ? (of volume vol-1, created ?, 8 GiB)";
const copied = "snapshot ? (of snapshot snap-1 in us-east-1, created ?, 8 GiB)";
const set = "set ? (2 snapshots of instance i-1, created ?)";
const carryOrFinal =
    "Set carryData: true to move the data to the new volume, or finalSnapshot: true to take a snapshot first.";
const volumeGoes = (
    size: number,
    from = "snapshot snap-1",
    final = "Set finalSnapshot: true to take a snapshot first.",
) =>
    `replacement will delete volume ? (${size} GiB, us-east-1a, created ?) and create a new one from ${from}; ` +
    `data written since then will be lost. ${final}`;
const ifAnother = (property: string) =>
    `warning: ${property} is not known yet: if it turns out to be another one, `;
const revokes = (who: string) =>
    `warning: revokes the access of ${who} to ?, unless another share declares it`;

async function surroundings() {
    const ec2 = emulator.ec2();
    const call = async (name: string, id: Promise<string>) => (known[await id] = name) && (await id);
    const instance = async () => {
        const request = new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 });
        return (await ec2.send(request)).Instances?.[0]?.InstanceId ?? "";
    };
    const vol1 = await call("vol-1", emulator.createVolume({ size: 8 }));
    const vol2 = await call("vol-2", emulator.createVolume({ size: 8 }));
    const disk = await call("vol-3", emulator.createVolume({ size: 5 }));
    const i1 = await call("i-1", instance());
    const i2 = await call("i-2", instance());
    await ec2.send(new AttachVolumeCommand({ InstanceId: i1, VolumeId: disk, Device: "/dev/sdf" }));
    const snap1 = await call("snap-1", emulator.createSnapshot(vol1));
    const snap2 = await call("snap-2", emulator.createSnapshot(vol2));
    const credentials = { accessKeyId: `AKIATEST${defaultAccount}`, secretAccessKey: "test" };
    const kms = new KMSClient({ endpoint: emulator.endpoint, region: "us-east-1", credentials });
    for (const AliasName of ["alias/one", "alias/two"]) {
        const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
        await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyMetadata?.KeyId }));
    }
    return { vol1, vol2, disk, i1, i2, snap1, snap2 };
}

async function declaredChanges(): Promise<Changes> {
    const { vol1, vol2, disk, i1, i2, snap1, snap2 } = await surroundings();
    const of = `volumeId: "${vol1}"`;
    const from = `sourceSnapshotId: "${snap1}", sourceRegion: "us-east-1"`;
    const disk1 = `snapshotId: "${snap1}", availabilityZone: "us-east-1a"`;
    const lock = 'lock: { mode: "governance", duration: "1 day" }';

    const Snapshot: Record<string, Change> = {
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

    const VolumeFromSnapshot: Record<string, Change> = {
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

    const SnapshotCopy: Record<string, Change> = {
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

    const shared = (name: string, accounts: string, more = "") =>
        `snapshotId: ${name}.snapshotId, accounts: [${accounts}]${more}`;
    const SnapshotShare: Record<string, Change> = {
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

    const InstanceSnapshots: Record<string, Change> = {
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

    const CompletedSnapshots: Record<string, Change> = {
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

    // Declared last, since it is of a volume that the program makes.
    const late: Record<string, Change> = {
        behind: {
            after: "volumeId: fresh.volumeId",
            shows: ["create", '  name: "behind"', '  region: "us-east-1"', "  volumeId: [unknown]"],
        },
        unclear: {
            before: of,
            after: "volumeId: fresh.volumeId",
            shows: ["update", '~ volumeId: "vol-1" => [unknown]'],
        },
        unclearTriggers: {
            before: `${of}, triggers: { disk: "a" }`,
            after: `${of}, triggers: { disk: fresh.volumeId }`,
            shows: [
                "update",
                "~ triggers: {",
                '    ~ disk: "a" => [unknown]',
                "  }",
                goes(taken, ifAnother("triggers")),
            ],
        },
        unclearAndReplaced: {
            before: `${of}, description: "a"`,
            after: 'volumeId: fresh.volumeId, description: "b"',
            shows: [
                "replace",
                '~ description: "a" => "b"',
                '~ volumeId: "vol-1" => [unknown]',
                `warning: replacement will delete ${taken} after the new one completes, unless the new one turns out to be a copy of ` +
                    "something else. To keep it, set keepReplaced: true.",
            ],
        },
    };
    return [
        ["Snapshot", Snapshot],
        ["VolumeFromSnapshot", VolumeFromSnapshot],
        ["SnapshotCopy", SnapshotCopy],
        ["SnapshotShare", SnapshotShare],
        ["InstanceSnapshots", InstanceSnapshots],
        ["CompletedSnapshots", CompletedSnapshots],
        ["Snapshot", late],
    ];
}

/** The lines of each resource in a fixed order: the engine prints the messages of one resource in any. */
function sorted(shown: Record<string, string[]>): Record<string, string[]> {
    return Object.fromEntries(Object.entries(shown).map(([name, lines]) => [name, [...lines].sort()]));
}

test("an unchanged program shows nothing; each kind of change shows its properties alone, no secrets, and what is lost", async () => {
    expect(shownIn(await project.preview())).toEqual({});
    await project.program(programOf(changes, "after"));
    const output = await project.preview();
    expect(sorted(shownIn(output, known))).toEqual(sorted(expected(changes)));
    expect(output).not.toMatch(/__|hush-/);
});

test("the short preview names the same properties", async () => {
    const output = await project.succeed("preview");
    expect(output).toContain(" described replace [diff: ~description]");
    expect(output).toContain(" options update [diff: +keepReplaced,waitForCompletion~timeout]");
    expect(output).not.toMatch(/__|hush-/);
});

test("changed tags of the configuration are shown, and users of such a snapshot do not change", async () => {
    await project.program(programOf(changes, "before"));
    await project.stack.configure({ "aws:defaultTags": '{"tags":{"Env":"prod"}}' });
    const shown = shownIn(await project.preview(), known);
    const inputs = ['  name: "untouched"', '  region: "us-east-1"', '  volumeId: "vol-1"'];
    expect(shown["untouched"]).toEqual(["update", ...inputs, 'writes the tag "Env"']);
    expect(shown["secret"]?.at(-1)).toBe("its tags are not as declared");
    expect(Object.keys(shown).filter((name) => /^(share|barrier)/.test(name))).toEqual([]);
    await project.stack.configure({ "aws:defaultTags": undefined });

    const keys = '{"name":"Name","group":"Team","billingCode":"Cost"}';
    await project.stack.configure({ "ebs-snapshots:tagKeys": keys });
    const rekeyed = shownIn(await project.preview());
    expect(rekeyed["watched"]?.at(-1)).toBe('writes the tag "Team", removes the tag "Group"');
    expect(rekeyed["untouched"]).toBeUndefined();
    await project.stack.configure({ "ebs-snapshots:tagKeys": undefined });
});

test("after drift and a refresh, the preview shows what is reverted; after a timeout, what is left to do", async () => {
    const idOf = async (name: string) => (await live(project, name)).id ?? "";
    await outside(emulator, await idOf("tagged"), { tag: { A: "outside", Other: "x" } });
    await outside(emulator, await idOf("renamed"), { remove: true });
    await project.refresh();
    expect(shownIn(await project.preview(), known)).toEqual({
        tagged: ["update", "~ tags: {", '    ~ A: "outside" => "1"', "  }"],
        renamed: ["create", '  name: "a"', '  region: "us-east-1"', '  volumeId: "vol-1"'],
    });
});

test("what the preview's JSON reports as lost is what the up deletes, with the property that causes it, without secrets", async () => {
    await project.up();
    await project.program(programOf(changes, "after"));
    const text = await project.succeed("preview", "--json", "--show-replacement-steps");
    expect(text).not.toContain("hush-");
    const lost = lostSnapshots(readPreview(text));
    const told = lost.map(({ urn, reason }) => [
        urn.slice(urn.lastIndexOf("::") + 2),
        /(?:because|if) ([^,]*?)(?:, which is unknown at preview, .*| changes)$/.exec(reason)?.[1] ??
            "no longer declared",
    ]);
    expect(Object.fromEntries(told)).toEqual({
        described: "description",
        movedAndGone: "volumeId",
        triggered: "triggers",
        watched: "group",
        deletedFirst: "description",
        secretReplaced: "description",
        ended: "no longer declared",
        rezoned: "availabilityZone",
        shrunk: "size",
        replacing: "snapshotId",
        follower: "snapshotId",
        dropped: "no longer declared",
        copyDescribed: "description",
        copyAbroad: "region",
        copyHurried: "completionDurationMinutes",
        setTriggered: "triggers",
        setWithout: "excludeDataVolumeIds",
        unclearTriggers: "triggers",
        unclearAndReplaced: "description",
    });

    const before = await inEc2();
    const [ended, unclear] = [await live(project, "ended"), await live(project, "unclearAndReplaced")];
    const [saved] = [await live(project, "rekeyed")];
    await emulator.ec2().send(new UnlockSnapshotCommand({ SnapshotId: ended.id }));
    await project.up();
    const after = new Set(await inEc2());
    const gone = before.filter((id) => !after.has(id));
    // Of one the volume has turned out to be another; of the other a final snapshot was taken.
    expect([...gone, unclear.id].sort()).toEqual([...lost.flatMap(({ ids }) => ids), saved.id].sort());
});

/** Ids of all snapshots and volumes. */
async function inEc2(): Promise<string[]> {
    const volumes = (await emulator.volumes()).map(({ VolumeId = "" }) => VolumeId);
    const away = await snapshotIds(emulator, { region: "us-west-2" });
    return [...volumes, ...away, ...(await snapshotIds(emulator))];
}

test("after an up that timed out, the pending wait is shown, and the reason for a recreation", async () => {
    await emulator.set({ snapshotSeconds: 60 });
    const [volumeId] = [await emulator.createVolume({ size: 8 })];
    const args = { volumeId, timeout: "1 seconds" };
    const other = await createProject(program(snapshot("slow", args), snapshot("broken", args)));
    await other.upFails();
    await emulator.snapshot((await live(other, "broken")).id ?? "", { status: "error" });
    await other.refresh();
    const { slow = [], broken = [] } = shownIn(await other.preview());
    expect([slow[0], slow.at(-1)]).toEqual(["update", 'its state is "pending"; the update will wait for it']);
    expect(broken[0]).toBe("replace");
    expect(broken).toContain('- state: "error"');
    expect(broken).toContain("the previous attempt failed; the snapshot will be recreated");
    await other.remove();
});
