// Taking what exists under management, since dynamic resources cannot be imported.

import {
    CopySnapshotCommand,
    CreateSnapshotCommand,
    CreateTagsCommand,
    CreateVolumeCommand,
    type CreateVolumeRequest,
} from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import {
    during,
    killUp,
    live,
    outside,
    program,
    snapshot,
    snapshotIds,
    tagsOf,
    volume,
    volumes,
} from "../steps";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume({ size: 8 });
});

/** Creates a resource outside of this package. */
async function existing(Description = "nightly", tags: Record<string, string> = {}): Promise<string> {
    const made = await emulator.ec2().send(new CreateSnapshotCommand({ VolumeId: volumeId, Description }));
    const Tags = Object.entries({ Made: "by hand", ...tags }).map(([Key, Value]) => ({ Key, Value }));
    await emulator.ec2().send(new CreateTagsCommand({ Resources: [made.SnapshotId ?? ""], Tags }));
    return made.SnapshotId ?? "";
}

test("an existing snapshot is adopted and tagged as declared; no replacement adopts, and a deleted one is recreated", async () => {
    const id = await existing("nightly", { Group: "old" });
    const args = { volumeId, description: "nightly", group: "payments", adopt: id };
    const project = await createProject(program(snapshot("data", args)));
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain(`will adopt existing ${id}; nothing new will be created.`);
    expect(previewed.actions.filter((action) => !/^(Describe|GetCallerIdentity)/.test(action))).toEqual([]);

    const adopted = await during(emulator, () => project.up());
    expect(adopted.actions.filter((action) => !/^(Describe|GetCallerIdentity)/.test(action))).toEqual([
        "CreateTags",
    ]);
    expect((await live(project, "data")).id).toBe(id);
    const tags = { Name: "data", Group: "payments", Made: "by hand" };
    expect(await tagsOf(emulator, id)).toEqual(tags);
    expect((await live(project, "data")).outputs).toMatchObject({ state: "completed", tagsAll: tags });

    const again = await during(emulator, () => project.up());
    expect(again.result).toContain("2 unchanged");
    expect(again.all).toEqual([]);
    await project.refresh();
    await project.program(program(snapshot("data", { ...args, adopt: "snap-0" })));
    expect((await during(emulator, () => project.up())).all).toEqual([]);

    await project.program(program(snapshot("data", { ...args, triggers: { release: "2" } })));
    await project.up();
    const second = (await live(project, "data")).id ?? "";
    expect(second).not.toBe(id);
    expect(await snapshotIds(emulator)).toEqual([second]);

    await project.up("--replace", (await live(project, "data")).urn);
    const third = (await live(project, "data")).id ?? "";
    expect(await snapshotIds(emulator)).toEqual([third]);

    await outside(emulator, third, { remove: true });
    await project.refresh();
    const anew = await project.up();
    expect(anew).toContain(
        `${id} was not found in us-east-1 (account 123456789012); a new one will be created.`,
    );
    expect(await snapshotIds(emulator)).toEqual([(await live(project, "data")).id]);
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("what would need replacement, another account's or a doubly claimed snapshot is refused at preview, with the property", async () => {
    const id = await existing();
    const other = await emulator.createVolume();
    const project = await createProject(program());
    const preview = async (...lines: string[]) => {
        await project.program(program(...lines));
        const { code, output } = await project.run("preview");
        expect(code).not.toBe(0);
        return output.replace(/\s+/g, " ");
    };

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
    const theirs = await preview(
        snapshot("data", { volumeId: "vol-ffffffff", description: "nightly", adopt: foreign.SnapshotId }),
    );
    expect(theirs).toContain("belongs to account 444455556666, not to 123456789012; copy it instead");

    const wanted = { volumeId, description: "nightly", adopt: id };
    expect(await preview(snapshot("one", wanted), snapshot("two", wanted))).toMatch(
        /but (one|two) already manages it; remove one of the two from the program/,
    );
    expect(await snapshotIds(emulator)).toEqual([id]);
});

/** Shares it with another account; gives its id. */
async function shared(id: string, owner = "123456789012", account = "444455556666"): Promise<string> {
    const { ModifySnapshotAttributeCommand } = await import("@aws-sdk/client-ec2");
    const request = { SnapshotId: id, OperationType: "add" as const, UserIds: [account] };
    await emulator.ec2({ account: owner }).send(new ModifySnapshotAttributeCommand(request));
    return id;
}

test("a copy that another provider has made is adopted with its source and key as declared, and let go again", async () => {
    const sourceSnapshotId = await existing();
    const made = await emulator.ec2({ region: "eu-west-1" }).send(
        new CopySnapshotCommand({
            SourceRegion: "us-east-1",
            SourceSnapshotId: sourceSnapshotId,
            Encrypted: true,
        }),
    );
    const id = made.SnapshotId ?? "";
    const declare = (args: object, options = "{}") =>
        program(
            'const { SnapshotCopy } = require("pulumi-ebs-snapshots");',
            `new SnapshotCopy("own", ${JSON.stringify({ region: "eu-west-1", sourceRegion: "us-east-1", sourceSnapshotId, adopt: id, ...args })}, ${options});`,
        );
    const project = await createProject(declare({ encrypted: false }));
    expect((await project.run("preview")).output).toContain(
        `is false, but ${id}, which is to be adopted, has true`,
    );
    await project.program(declare({ completionDurationMinutes: 60 }));
    expect((await project.run("preview")).output).toContain(
        `is 60, but ${id}, which is to be adopted, has none`,
    );

    await project.program(declare({ kmsKeyId: "alias/aws/ebs" }, "{ retainOnDelete: true }"));
    await project.up();
    expect((await live(project, "own")).id).toBe(id);
    expect(await project.preview()).toContain("2 unchanged");
    await project.destroy();
    expect(await snapshotIds(emulator, { region: "eu-west-1" })).toEqual([id]);
});

test("a snapshot adopted under a new name is not deleted with the old one; a kill in between does no harm", async () => {
    const project = await createProject(program(snapshot("before", { volumeId })));
    await project.up();
    const { id = "" } = await live(project, "before");
    await project.program(program(snapshot("after", { volumeId, adopt: id })));
    await emulator.faults([{ action: "CreateTags", kind: "delay", seconds: 5, where: "after", times: 1 }]);
    await emulator.clearCalls();
    await killUp(project, async () => (await emulator.count("CreateTags")) > 0, false);
    await project.up();
    expect((await live(project, "after")).id).toBe(id);
    expect(await snapshotIds(emulator)).toEqual([id]);
    expect(await emulator.count("CreateSnapshot")).toBe(0);
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

/** A volume that somebody else has made, from a snapshot of 8 GiB. */
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

test("a volume is adopted: tags are written, mutable properties are modified, and destroy deletes it", async () => {
    const snapshotId = await emulator.createSnapshot(volumeId);
    const id = await existingVolume(snapshotId);
    const before = await volumeIds();
    const text = (args: object) => program(volume("disk", { snapshotId, ...zone, adopt: id, ...args }));
    const project = await createProject(text({ group: "payments", volumeType: "gp2" }));
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain(`will adopt existing ${id}; nothing new will be created.`);
    expect(changes(previewed.actions)).toEqual([]);

    const adopted = await during(emulator, () => project.up());
    expect(changes(adopted.actions)).toEqual(["CreateTags"]);
    const { outputs, ...resource } = await live(project, "disk");
    expect(resource.id).toBe(id);
    expect(outputs).toMatchObject({
        volumeId: id,
        size: 8,
        snapshotSize: 8,
        volumeType: "gp2",
        state: "available",
        tagsAll: { Name: "disk", Group: "payments", Made: "by hand" },
    });
    const again = await during(emulator, () => project.up());
    expect(again.result).toContain("2 unchanged");
    expect(again.all).toEqual([]);

    // From here on it is as if it had been made here: what `adopt` says counts no more.
    await project.program(text({ size: 10, adopt: "vol-0", finalSnapshot: true }));
    expect(changes((await during(emulator, () => project.up())).actions)).toEqual([
        "DeleteTags",
        "ModifyVolume",
    ]);
    expect((await live(project, "disk")).outputs).toMatchObject({ size: 10, volumeType: "gp2" });
    const gone = await during(emulator, () => project.destroy());
    expect(changes(gone.actions)).toEqual(["CreateSnapshot", "DeleteVolume"]);
    expect(await volumeIds()).toEqual(before.filter((one) => one !== id));
});

test("a volume whose zone, snapshot, size or key differs is refused at preview with the property; nothing is changed", async () => {
    const snapshotId = await emulator.createSnapshot(volumeId);
    const other = await emulator.createSnapshot(volumeId);
    const id = await existingVolume(snapshotId, { Size: 20 });
    const empty = await emulator.createVolume({ size: 8 });
    const project = await createProject(program());
    const wanted = { snapshotId, ...zone, adopt: id };
    const has = (there: string) => `but ${id}, which is to be adopted, has ${there}, which cannot be changed`;
    const cases: [object, string][] = [
        [
            { availabilityZone: "us-east-1b" },
            `availabilityZone value {us-east-1b} has a problem: is "us-east-1b", ${has('"us-east-1a"')}`,
        ],
        [
            { snapshotId: other },
            `snapshotId value {${other}} has a problem: is "${other}", but the volume was created from ${snapshotId}`,
        ],
        [{ snapshotId: other, onSnapshotChange: "replace" }, `is "${other}", ${has(`"${snapshotId}"`)}`],
        [{ adopt: empty }, `is "${snapshotId}", but the volume was created from no snapshot`],
        [
            { size: 10 },
            "size value {10} has a problem: is 10, but the volume has 20 GiB, and EC2 cannot shrink a volume",
        ],
        [{ size: 10, allowShrinkByReplacement: true }, `is 10, ${has("20")}`],
        [{ kmsKeyId: "alias/backup" }, `is "alias/backup", but ${id}, which is to be adopted, has none`],
        [{ encrypted: true }, `is true, ${has("false")}`],
    ];
    for (const [args, reason] of cases) {
        await project.program(program(volume("disk", { ...wanted, ...args })));
        const { result, actions } = await during(emulator, () => project.run("preview"));
        expect(result.code).not.toBe(0);
        expect(result.output.replace(/\s+/g, " ")).toContain(reason);
        expect(changes(actions)).toEqual([]);
    }

    // The up finds the same, where no preview has.
    await project.program(program(volume("disk", { ...wanted, size: 10 })));
    expect(await project.upFails()).toContain("but the volume has 20 GiB");
    expect(await project.state()).toEqual([]);

    await project.program(
        program(
            volume("disk", { ...wanted, snapshotId: other, onSnapshotChange: "keep", volumeType: "gp3" }),
        ),
    );
    expect(await project.preview()).toContain(`adopting changes ${id}: VolumeType "gp2" => "gp3"`);
    const kept = await during(emulator, () => project.up());
    expect(changes(kept.actions)).toEqual(["CreateTags", "ModifyVolume"]);
    expect((await live(project, "disk")).id).toBe(id);
    expect(await project.up()).toContain("2 unchanged");
});

test("a volume whose modification fails at its adoption stays in the state as it is, and the next up goes on", async () => {
    const snapshotId = await emulator.createSnapshot(volumeId);
    const id = await existingVolume(snapshotId, { VolumeType: "gp3" });
    await emulator.set({ modificationError: "Out of capacity" });
    const text = program(volume("disk", { snapshotId, ...zone, adopt: id, size: 10 }));
    const project = await createProject(text);
    expect(await project.upFails()).toContain(
        `waiting for volume ${id} from snapshot ${snapshotId}: the modification failed: Out of capacity`,
    );
    const { outputs, ...resource } = await live(project, "disk");
    expect(resource.id).toBe(id);
    expect(outputs).toMatchObject({
        availabilityZone: "us-east-1a",
        size: 8,
        state: "available",
        tagsAll: { Name: "disk", Made: "by hand" },
    });
    await emulator.set({ modificationError: null });
    await emulator.advance(7 * 3_600);
    await project.up();
    expect(await live(project, "disk")).toMatchObject({ id, outputs: { size: 10 } });
});

test("a volume moves from another provider's resource to this one and back, never recreated, never deleted", async () => {
    const snapshotId = await emulator.createSnapshot(await emulator.createVolume({ size: 1 }));
    const before = (options: string) =>
        program(
            volumes(emulator),
            `new Volume("theirs", { zone: "us-east-1a", snapshotId: "${snapshotId}" }, ${options});`,
        );
    const project = await createProject(before("{}"));
    const there = await volumeIds();
    await project.up();
    const [id = ""] = (await volumeIds()).filter((one) => !there.includes(one));
    await project.program(before("{ retainOnDelete: true }"));
    await project.up();

    const after = (options: string) =>
        program(volume("ours", { snapshotId, ...zone, volumeType: "gp2", adopt: id }, options));
    await project.program(after("{ retainOnDelete: true }"));
    const moved = await during(emulator, () => project.up());
    expect(moved.result).toMatch(/1 created/);
    expect(moved.result).toMatch(/1 deleted/);
    expect(changes(moved.actions)).toEqual(["CreateTags"]);
    expect((await live(project, "ours")).id).toBe(id);
    const token = (await live(project, "ours")).outputs["__owner"];

    await project.program(program());
    const back = await during(emulator, () => project.up());
    expect(back.result).toMatch(/1 deleted/);
    expect(changes(back.actions)).toEqual([]);
    const [left] = (await emulator.volumes()).filter(({ VolumeId }) => VolumeId === id);
    const own = (left?.Tags ?? []).filter(({ Key = "" }) => Key.startsWith("pulumi-ebs-snapshots:"));
    expect(own.map(({ Key }) => Key).sort()).toEqual([
        `pulumi-ebs-snapshots:owner:${String(token)}`,
        "pulumi-ebs-snapshots:stack",
    ]);
});
