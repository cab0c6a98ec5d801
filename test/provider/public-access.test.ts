// Tests that the preview of a share reports each public access that the share revokes.

import { expect } from "vitest";
import { grantsOf, makePublic } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { share } from "./declare";
import { Engine } from "./engine";

const alice = "111122223333";

let snapshotId: string;
let engine: Engine;

test.beforeEach(async () => {
    snapshotId = await createSnapshot();
    engine = new Engine(emulator);
    engine.config = { "ebs-snapshots:allowPublicSharing": "true" };
});

const createSnapshot = async () => emulator.createSnapshot(await emulator.createVolume());
const revokes = (id: string) => `revokes the access of everyone to ${id}`;
const groups = async (id: string) => (await grantsOf(id)).groups;

test("a preview warns that a new share revokes the public access of its snapshot, and `up` revokes it", async () => {
    await makePublic(snapshotId);
    engine.program = [share("s", { snapshotId, accounts: [alice] })];
    expect((await engine.preview()).output).toContain(
        `${revokes(snapshotId)}, because \`public\` is false, unless another share declares it`,
    );
    expect(await groups(snapshotId)).toEqual(["all"]);
    await engine.up();
    expect(await groups(snapshotId)).toEqual([]);
});

test("a preview warns that an edit of a share revokes public access that others granted since", async () => {
    await engine.up([share("s", { snapshotId })]);
    await makePublic(snapshotId);
    engine.program = [share("s", { snapshotId, accounts: [alice] })];
    expect((await engine.preview()).output).toContain(revokes(snapshotId));
    await engine.up();
    expect(await groups(snapshotId)).toEqual([]);
});

test.for([true, false])(
    "a preview warns once that an edit revokes public access which a refresh has shown (exclusive: %s)",
    async (exclusive) => {
        await engine.up([share("s", { snapshotId, exclusive })]);
        await makePublic(snapshotId);
        await engine.refresh();
        engine.program = [share("s", { snapshotId, exclusive, accounts: [alice] })];
        expect((await engine.preview()).output.split("the access of everyone")).toHaveLength(2);
        await engine.up();
        expect(await groups(snapshotId)).toEqual([]);
    },
);

test("a preview warns that a replacement revokes the public access of the new snapshot, and of the former one", async () => {
    const next = await createSnapshot();
    await makePublic(next);
    await engine.up([share("s", { snapshotId, public: true })]);
    engine.program = [share("s", { snapshotId: next })];
    const { output } = await engine.preview();
    expect(output).toContain(revokes(next));
    expect(output).toContain(revokes(snapshotId));
    await engine.up();
    expect([await groups(snapshotId), await groups(next)]).toEqual([[], []]);
});

test("a preview is silent about public access that stays, because this share or another one declares it", async () => {
    await makePublic(snapshotId);
    engine.program = [
        share("open", { snapshotId, public: true }),
        share("s", { snapshotId, accounts: [alice] }, { dependsOn: ["open"] }),
    ];
    expect((await engine.preview()).output).not.toContain("revokes");
    await engine.up();
    expect(await groups(snapshotId)).toEqual(["all"]);
    engine.program = [share("open", { snapshotId, public: true, accounts: [alice] })];
    expect((await engine.preview()).output).not.toContain("everyone to");
});
