// Tests each way to create, adopt and delete, with an engine that stops, fails, or skips `diff` in between: exactly the
// resources in the state exist, and exactly the declared accounts have access.

import { CreateVolumeCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { ec2, grantsOf } from "../emulator/calls";
import { emulator, test } from "../fixture";
import type { Kind } from "./door";
import { Engine } from "./engine";
import type { Declared, RunOptions } from "./engine-run";

/** Describes the next program, which declares the same resource differently. */
interface Change {
    title: string;
    name?: string;
    isReplaced?: boolean;
    isAdopted?: boolean;
    options?: Declared["options"];
    run?: RunOptions;
}

const alias = { aliases: ["first"] };
const changes: Change[] = [
    { title: "adopted under a new name", name: "second", isAdopted: true },
    { title: "renamed with an alias", name: "second", options: alias },
    { title: "renamed without an alias", name: "second" },
    { title: "replaced", isReplaced: true },
    { title: "replaced and renamed with an alias", name: "second", isReplaced: true, options: alias },
    { title: "replaced, deleted first", isReplaced: true, options: { deleteBeforeReplace: true } },
    { title: "replaced by force", run: { forced: ["first"] } },
    { title: "replaced by --replace", run: { replaced: ["first"] } },
];

interface Programs {
    former: Declared[];
    next: Declared[];
    run: RunOptions | undefined;
}

/** Simulates runs from the former program to the next, or back, with failures in between. */
type Course = (engine: Engine, programs: Programs) => Promise<unknown>;

const names = (declared: Declared[]) => declared.map(({ name }) => name);
const failingAfter = (declared: Declared[]): Declared => ({
    kind: "Snapshot",
    name: "bad",
    args: async (outputsOf) => {
        await Promise.all(names(declared).map(outputsOf));
        throw new Error("this one fails");
    },
});
/** Starts a run that may fail. */
const attempt = (run: Promise<unknown>) => run.catch(() => undefined);

const courses: Record<string, Course> = {
    "in one run": (engine, { next, run }) => engine.up(next, run),

    "in two runs, the first of which fails before its deletes": async (engine, { next, run }) => {
        await engine.upFails([...next, failingAfter(next)], run);
        await engine.up(next);
    },

    "in two runs, the first of which is killed before its state is written": async (engine, programs) => {
        const { next, run } = programs;
        await attempt(engine.up(next, { ...run, killedAfter: next[0]?.name }));
        await engine.up(next, run);
    },

    "and back, after a run that fails before its deletes": async (engine, { former, next, run }) => {
        await engine.upFails([...next, failingAfter(next)], run);
        await engine.up(former);
    },

    "by a targeted up, a targeted destroy of the remaining resources, and an up": async (
        engine,
        programs,
    ) => {
        const { next, run } = programs;
        await engine.up(next, { ...run, targets: names(next) });
        const left = engine.state.filter(({ name }) => !names(next).includes(name));
        await engine.destroy({ targets: left.map(({ name }) => name) });
        await engine.up(next, { refresh: true });
    },
};

interface Subject {
    args: object;
    replacing: object;
    /** Return the ids of the EC2 resources in the state, and of the existing ones. */
    inState: (engine: Engine) => string[];
    existing: () => Promise<string[]>;
}

const idsIn = (engine: Engine) => engine.state.map(({ id }) => id);

async function snapshotIds(): Promise<string[]> {
    return (await emulator.snapshots()).map(({ SnapshotId = "" }) => SnapshotId);
}

async function volumesBut(source: string): Promise<string[]> {
    const volumes = await emulator.volumes();
    return volumes.flatMap(({ VolumeId = "" }) => (VolumeId === source ? [] : [VolumeId]));
}

const subjects: Partial<Record<Kind, () => Promise<Subject>>> = {
    Snapshot: async () => ({
        args: { volumeId: await emulator.createVolume() },
        replacing: { triggers: { release: 2 } },
        inState: idsIn,
        existing: snapshotIds,
    }),

    SnapshotCopy: async () => {
        const sourceSnapshotId = await emulator.createSnapshot(await emulator.createVolume());
        return {
            args: { sourceSnapshotId, sourceRegion: "us-east-1" },
            replacing: { description: "another" },
            inState: idsIn,
            existing: async () => (await snapshotIds()).filter((id) => id !== sourceSnapshotId),
        };
    },

    InstanceSnapshots: async () => {
        const launched = await ec2.send(
            new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
        );
        return {
            args: { instanceId: launched.Instances?.[0]?.InstanceId },
            replacing: { triggers: { release: 2 } },
            inState: (engine) =>
                engine.state.flatMap(({ outputs }) =>
                    (outputs["snapshots"] as { snapshotId: string }[]).map(({ snapshotId }) => snapshotId),
                ),
            existing: snapshotIds,
        };
    },

    VolumeFromSnapshot: async () => {
        const source = await emulator.createVolume();
        const snapshotId = await emulator.createSnapshot(source);
        return {
            args: { snapshotId, availabilityZone: "us-east-1a" },
            replacing: { availabilityZone: "us-east-1b" },
            inState: idsIn,
            existing: () => volumesBut(source),
        };
    },

    VolumeClone: async () => {
        const source = await emulator.createVolume();
        return {
            args: { sourceVolumeId: source },
            replacing: { encrypted: true },
            inState: idsIn,
            existing: () => volumesBut(source),
        };
    },
};

/**
 * Prepares an engine in a way that must have no effect. Only the plugin has a process for each provider instance, and
 * both providers share the code that writes and reads tags.
 */
const settings: Record<string, (engine: Engine) => unknown> = {
    plain: () => undefined,
    ...(process.env["DOOR"] === "plugin"
        ? {
              "with a separate provider process for each resource": (engine: Engine) =>
                  (engine.isSplit = true),
          }
        : {
              "with aws:ignoreTags that covers the tags of the package": (engine: Engine) =>
                  (engine.config = {
                      "aws:ignoreTags": JSON.stringify({ keyPrefixes: ["pulumi-ebs-snapshots:"] }),
                  }),
          }),
};

/** Yields the courses in each setting, with an engine for each; in special settings only the interrupted ones. */
function* plays(): Generator<[string, Course, Engine]> {
    for (const [setting, prepare] of Object.entries(settings))
        for (const [course, play] of Object.entries(courses)) {
            if (setting !== "plain" && !course.startsWith("in two runs")) continue;
            const engine = new Engine(emulator);
            prepare(engine);
            yield [`${course}, ${setting}`, play, engine];
        }
}

const cases = (Object.keys(subjects) as Kind[]).flatMap((kind) =>
    changes
        .filter(({ isAdopted }) => isAdopted !== true || kind !== "InstanceSnapshots")
        .map((change) => [kind, change.title, change] as const),
);

test.each(cases)("%s, %s: exactly the resources in the state exist", async (kind, _how, change) => {
    const { args, replacing, inState, existing } = await subjects[kind]!();
    for (const [course, play, engine] of plays()) {
        const former = [{ kind, name: "first", args: { ...args } }];
        await engine.up(former);
        const { id } = engine.live("first");
        const { name = "first", options = {}, isReplaced = false, isAdopted = false, run } = change;
        const declared = { ...args, ...(isReplaced && replacing), ...(isAdopted && { adopt: id }) };
        await play(engine, { former, next: [{ kind, name, args: declared, options }], run });

        expect(await existing(), course).toEqual(inState(engine));
        expect(engine.state, course).toHaveLength(1);
        if (isAdopted) expect(idsIn(engine), course).toEqual([id]);
        await engine.destroy();
        expect(await existing(), course).toEqual([]);
    }
});

const [alice, bob, carol] = ["111122223333", "444455556666", "777788889999"] as const;

test.each<[string, Record<string, string[]>, Change["options"]?, RunOptions?]>([
    ["renamed with an alias", { second: [alice, bob] }, alias],
    ["renamed without an alias", { second: [alice, bob] }],
    ["renamed without an alias, with other accounts", { second: [bob, carol] }],
    ["with other accounts", { first: [bob, carol] }],
    ["split", { first: [alice], second: [bob] }],
    ["replaced by force", { first: [alice, bob] }, {}, { forced: ["first"] }],
])(
    "SnapshotShare, %s: exactly the declared accounts have access",
    async (_how, shares, options = {}, run) => {
        const snapshotId = await emulator.createSnapshot(await emulator.createVolume());
        const declare = (name: string, accounts: string[]): Declared => ({
            kind: "SnapshotShare",
            name,
            args: { snapshotId, accounts },
            options,
        });
        for (const [course, play, engine] of plays()) {
            const former = [declare("first", [alice, bob])];
            await engine.up(former);
            const next = Object.entries(shares).map(([name, accounts]) => declare(name, accounts));
            await play(engine, { former, next, run });

            const declared = engine.state.flatMap(({ inputs }) => inputs["accounts"] as string[]);
            const { users } = await grantsOf(snapshotId);
            expect([...users].sort(), course).toEqual([...new Set(declared)].sort());
            await engine.destroy();
            expect(await grantsOf(snapshotId), course).toEqual({ users: [], groups: [] });
        }
    },
);

test("a former resource is kept in every run while adopt searches for its id in another region", async () => {
    const volumeId = await emulator.createVolume();
    const far = emulator.ec2({ region: "eu-west-1" });
    const { VolumeId: other } = await far.send(
        new CreateVolumeCommand({ AvailabilityZone: "eu-west-1a", Size: 1 }),
    );
    const engine = new Engine(emulator);
    engine.config = { "aws:region": "eu-west-1" };
    const declare = (name: string, args: object): Declared[] => [
        { kind: "Snapshot", name, args: { ...args } },
    ];
    await engine.up(declare("first", { volumeId, region: "us-east-1" }));
    const { id } = engine.live("first");

    const adopting = declare("second", { volumeId: other, adopt: id });
    for (const place of ["eu-west-1 (account 123456789012)", "eu-west-1"]) {
        const { output } = await engine.upFails(adopting);
        expect(output).toContain(
            `it is retained because second is to adopt it, and did not find it in ${place}. To adopt it, declare`,
        );
        expect(await snapshotIds()).toEqual([id]);
    }
    await engine.up(declare("second", { volumeId: other }));
    expect(await snapshotIds()).toEqual([]);
});
