// Tests adoption of existing resources, because dynamic resources cannot be imported.

import {
    CopySnapshotCommand,
    CreateSnapshotCommand,
    CreateTagsCommand,
    CreateVolumeCommand,
    type CreateVolumeRequest,
} from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { emulator, test } from "../fixture";
import { snapshot, snapshotCopy, volume } from "./declare";
import { Engine } from "./engine";
import type { Declared, Options } from "./engine-run";
import { during, outside, snapshotIds, tagsOf } from "../engine/steps";

let volumeId: string;

let engine: Engine;

test.beforeEach(async () => {
    engine = new Engine(emulator);
    volumeId = await emulator.createVolume({ size: 8 });
});

/** Creates a snapshot outside this program. */
async function existing(Description = "nightly", tags: Record<string, string> = {}): Promise<string> {
    const created = await emulator.ec2().send(new CreateSnapshotCommand({ VolumeId: volumeId, Description }));
    const Tags = Object.entries({ Made: "by hand", ...tags }).map(([Key, Value]) => ({ Key, Value }));
    await emulator.ec2().send(new CreateTagsCommand({ Resources: [created.SnapshotId ?? ""], Tags }));
    return created.SnapshotId ?? "";
}

test("an existing snapshot is adopted and tagged; a replacement does not adopt, and a deleted snapshot is recreated", async () => {
    const id = await existing("nightly", { Group: "old" });
    const args = { volumeId, description: "nightly", group: "payments", adopt: id };
    engine.program = [snapshot("data", args)];
    const previewed = await during(emulator, () => engine.preview());
    expect(previewed.result.output).toContain(`will adopt existing ${id}; nothing new will be created.`);
    expect(previewed.actions.filter((action) => !/^(Describe|GetCallerIdentity)/.test(action))).toEqual([]);

    const adopted = await during(emulator, () => engine.up());
    expect(adopted.actions.filter((action) => !/^(Describe|GetCallerIdentity)/.test(action))).toEqual([
        "CreateTags",
    ]);
    expect(engine.live("data").id).toBe(id);
    const tags = { Name: "data", Group: "payments", Made: "by hand" };
    expect(await tagsOf(emulator, id)).toEqual(tags);
    expect(engine.live("data").outputs).toMatchObject({ state: "completed", tagsAll: tags });

    const repeated = await during(emulator, () => engine.up());
    expect(repeated.result.steps).toEqual({ data: "same" });
    expect(repeated.all).toEqual([]);
    await engine.refresh();
    engine.program = [snapshot("data", { ...args, adopt: "snap-0" })];
    expect((await during(emulator, () => engine.up())).all).toEqual([]);

    engine.program = [snapshot("data", { ...args, triggers: { release: "2" } })];
    await engine.up();
    const second = engine.live("data").id;
    expect(second).not.toBe(id);
    expect(await snapshotIds(emulator)).toEqual([second]);

    await engine.up(undefined, { forced: ["data"] });
    const third = engine.live("data").id;
    expect(await snapshotIds(emulator)).toEqual([third]);

    await outside(emulator, third, { remove: true });
    await engine.refresh();
    const { output: anew } = await engine.up();
    expect(anew).toContain(
        `${id} was not found in us-east-1 (account 123456789012); a new one will be created.`,
    );
    expect(await snapshotIds(emulator)).toEqual([engine.live("data").id]);
    await engine.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("adopting a different, foreign or twice adopted snapshot is rejected at preview with the property", async () => {
    const id = await existing();
    const other = await emulator.createVolume();
    const preview = async (...declared: Declared[]) => (await engine.previewFails(declared)).output;

    const different = await preview(snapshot("data", { volumeId: other, adopt: id }));
    expect(different).toContain(
        `is "${other}", but ${id}, which is to be adopted, has "${volumeId}", which cannot be changed. Declare the same.`,
    );
    expect(different).toContain(`is not specified, but ${id}, which is to be adopted, has "nightly"`);

    const foreign = await emulator.ec2({ account: "444455556666" }).send(
        new CopySnapshotCommand({
            SourceRegion: "us-east-1",
            SourceSnapshotId: await shared(id),
            Description: "nightly",
        }),
    );
    await shared(foreign.SnapshotId ?? "", "444455556666", "123456789012");
    const previewOfForeign = await preview(
        snapshot("data", { volumeId: "vol-ffffffff", description: "nightly", adopt: foreign.SnapshotId }),
    );
    expect(previewOfForeign).toContain(
        "belongs to account 444455556666, not to 123456789012; copy it instead",
    );

    const args = { volumeId, description: "nightly", adopt: id };
    expect(await preview(snapshot("one", args), snapshot("two", args))).toMatch(
        /but (one|two) already manages it; remove one of the two from the program/,
    );
    expect(await snapshotIds(emulator)).toEqual([id]);
});

/** Shares a snapshot with another account; returns its id. */
async function shared(id: string, owner = "123456789012", account = "444455556666"): Promise<string> {
    const { ModifySnapshotAttributeCommand } = await import("@aws-sdk/client-ec2");
    const request = { SnapshotId: id, OperationType: "add" as const, UserIds: [account] };
    await emulator.ec2({ account: owner }).send(new ModifySnapshotAttributeCommand(request));
    return id;
}

test("a copy that another provider created is adopted with the declared source and key, and released", async () => {
    const sourceSnapshotId = await existing();
    const created = await emulator.ec2({ region: "eu-west-1" }).send(
        new CopySnapshotCommand({
            SourceRegion: "us-east-1",
            SourceSnapshotId: sourceSnapshotId,
            Encrypted: true,
        }),
    );
    const id = created.SnapshotId ?? "";
    const declare = (args: object, options: Options = {}) => [
        snapshotCopy(
            "own",
            { region: "eu-west-1", sourceRegion: "us-east-1", sourceSnapshotId, adopt: id, ...args },
            options,
        ),
    ];
    engine.program = declare({ encrypted: false });
    expect((await engine.previewFails()).output).toContain(
        `is false, but ${id}, which is to be adopted, has true`,
    );
    engine.program = declare({ completionDurationMinutes: 60 });
    expect((await engine.previewFails()).output).toContain(
        `is 60, but ${id}, which is to be adopted, has none`,
    );

    engine.program = declare({ kmsKeyId: "alias/aws/ebs" }, { retainOnDelete: true });
    await engine.up();
    expect(engine.live("own").id).toBe(id);
    expect((await engine.preview()).steps).toEqual({ own: "same" });
    await engine.destroy();
    expect(await snapshotIds(emulator, { region: "eu-west-1" })).toEqual([id]);
});

/** Creates a volume outside this program, from a snapshot of 8 GiB. */
async function existingVolume(snapshotId: string, args: Partial<CreateVolumeRequest> = {}): Promise<string> {
    const { VolumeId = "" } = await emulator.ec2().send(
        new CreateVolumeCommand({
            SnapshotId: snapshotId,
            AvailabilityZone: "us-east-1a",
            VolumeType: "gp2",
            TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: "Made", Value: "by hand" }] }],
            ...args,
        }),
    );
    return VolumeId;
}

async function volumeIds(): Promise<string[]> {
    return (await emulator.volumes()).map(({ VolumeId = "" }) => VolumeId).sort();
}

const zone = { availabilityZone: "us-east-1a" };
const changes = (actions: string[]) =>
    actions.filter((action) => !/^(Describe|GetCallerIdentity)/.test(action));

test("adopting a volume writes tags and modifies mutable properties; destroy deletes it", async () => {
    const snapshotId = await emulator.createSnapshot(volumeId);
    const id = await existingVolume(snapshotId);
    const before = await volumeIds();
    const text = (args: object) => [volume("disk", { snapshotId, ...zone, adopt: id, ...args })];
    engine.program = text({ group: "payments", volumeType: "gp2" });
    const previewed = await during(emulator, () => engine.preview());
    expect(previewed.result.output).toContain(`will adopt existing ${id}; nothing new will be created.`);
    expect(changes(previewed.actions)).toEqual([]);

    const adopted = await during(emulator, () => engine.up());
    expect(changes(adopted.actions)).toEqual(["CreateTags"]);
    const { outputs, ...resource } = engine.live("disk");
    expect(resource.id).toBe(id);
    expect(outputs).toMatchObject({
        volumeId: id,
        size: 8,
        snapshotSize: 8,
        volumeType: "gp2",
        state: "available",
        tagsAll: { Name: "disk", Group: "payments", Made: "by hand" },
    });
    const repeated = await during(emulator, () => engine.up());
    expect(repeated.result.steps).toEqual({ disk: "same" });
    expect(repeated.all).toEqual([]);

    // From here on it is an ordinary resource: the value of `adopt` has no effect.
    engine.program = text({ size: 10, adopt: "vol-0", finalSnapshot: true });
    expect(changes((await during(emulator, () => engine.up())).actions)).toEqual([
        "DeleteTags",
        "ModifyVolume",
    ]);
    expect(engine.live("disk").outputs).toMatchObject({ size: 10, volumeType: "gp2" });
    const gone = await during(emulator, () => engine.destroy());
    expect(changes(gone.actions)).toEqual(["CreateSnapshot", "DeleteVolume"]);
    expect(await volumeIds()).toEqual(before.filter((one) => one !== id));
});

test("an adopted volume keeps its type if the program declares none", async () => {
    const snapshotId = await emulator.createSnapshot(volumeId);
    const id = await existingVolume(snapshotId);
    engine.program = [volume("disk", { snapshotId, ...zone, adopt: id })];
    const adopted = await during(emulator, () => engine.up());
    expect(changes(adopted.actions)).toEqual(["CreateTags"]);
    expect(engine.live("disk").outputs).toMatchObject({ volumeId: id, volumeType: "gp2" });
});

test("adopting a volume with another zone, snapshot, size or key is rejected at preview with the property", async () => {
    const snapshotId = await emulator.createSnapshot(volumeId);
    const other = await emulator.createSnapshot(volumeId);
    const id = await existingVolume(snapshotId, { Size: 20 });
    const empty = await emulator.createVolume({ size: 8 });
    engine.program = [];
    const wanted = { snapshotId, ...zone, adopt: id };
    const has = (value: string) => `but ${id}, which is to be adopted, has ${value}, which cannot be changed`;
    const cases: [object, string][] = [
        [{ availabilityZone: "us-east-1b" }, `availabilityZone is "us-east-1b", ${has('"us-east-1a"')}`],
        [{ snapshotId: other }, `snapshotId is "${other}", but the volume was created from ${snapshotId}`],
        [{ snapshotId: other, onSnapshotChange: "replace" }, `is "${other}", ${has(`"${snapshotId}"`)}`],
        [{ adopt: empty }, `is "${snapshotId}", but the volume was created from no snapshot`],
        [{ size: 10 }, "size is 10, but the volume has 20 GiB, and EC2 cannot shrink a volume"],
        [{ size: 10, allowShrinkByReplacement: true }, `is 10, ${has("20")}`],
        [{ kmsKeyId: "alias/backup" }, `is "alias/backup", but ${id}, which is to be adopted, has none`],
        [{ encrypted: true }, `is true, ${has("false")}`],
    ];
    for (const [args, reason] of cases) {
        engine.program = [volume("disk", { ...wanted, ...args })];
        const { result, actions } = await during(emulator, () => engine.previewFails());
        expect(result.output).toContain(reason);
        expect(changes(actions)).toEqual([]);
    }

    // Without a preview, up fails in the same way.
    engine.program = [volume("disk", { ...wanted, size: 10 })];
    expect((await engine.upFails()).output).toContain("but the volume has 20 GiB");
    expect(engine.state).toEqual([]);

    engine.program = [
        volume("disk", { ...wanted, snapshotId: other, onSnapshotChange: "keep", volumeType: "gp3" }),
    ];
    expect((await engine.preview()).output).toContain(`adopting changes ${id}: VolumeType "gp2" => "gp3"`);
    const kept = await during(emulator, () => engine.up());
    expect(changes(kept.actions)).toEqual(["CreateTags", "ModifyVolume"]);
    expect(engine.live("disk").id).toBe(id);
    expect((await engine.up()).steps).toEqual({ disk: "same" });
});

test("if the modification of an adopted volume fails, the state keeps the volume and the next up continues", async () => {
    const snapshotId = await emulator.createSnapshot(volumeId);
    const id = await existingVolume(snapshotId, { VolumeType: "gp3" });
    await emulator.set({ modificationError: "Out of capacity" });
    engine.program = [volume("disk", { snapshotId, ...zone, adopt: id, size: 10 })];
    expect((await engine.upFails()).output).toContain(
        `waiting for volume ${id} from snapshot ${snapshotId}: the modification failed: Out of capacity`,
    );
    const { outputs, ...resource } = engine.live("disk");
    expect(resource.id).toBe(id);
    expect(outputs).toMatchObject({
        availabilityZone: "us-east-1a",
        size: 8,
        state: "available",
        tagsAll: { Name: "disk", Made: "by hand" },
    });
    await emulator.set({ modificationError: null });
    await emulator.advance(7 * 3_600);
    await engine.up();
    expect(engine.live("disk")).toMatchObject({ id, outputs: { size: 10 } });
});
