// Tests copies from another region, of shared snapshots, and with a customer managed key.

import {
    CreateSnapshotCommand,
    CreateVolumeCommand,
    EnableEbsEncryptionByDefaultCommand,
    ModifySnapshotAttributeCommand,
} from "@aws-sdk/client-ec2";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { expect } from "vitest";
import { emulator, test } from "../fixture";
import { snapshotCopy } from "./declare";
import { Engine } from "./engine";
import { defaultAccount } from "../emulator/emulator";
import { during, snapshotIds, snapshotsIn, tagsOf, tagsSent } from "../engine/steps";

const region = "eu-west-1";
const away = { region };
const other = "444455556666";

let engine: Engine;

test.beforeEach(() => {
    engine = new Engine(emulator);
});

/** Declares copies in `region`. */
const copies = (args: Record<string, object>) =>
    Object.entries(args).map(([name, own]) =>
        snapshotCopy(name, { region, sourceRegion: "us-east-1", ...own }),
    );

/** Creates a snapshot in us-east-1, of any account. */
async function source({ account = defaultAccount, encrypted = false, size = 8 } = {}): Promise<string> {
    const ec2 = emulator.ec2({ account });
    const volume = await ec2.send(
        new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: size, Encrypted: encrypted }),
    );
    const created = await ec2.send(new CreateSnapshotCommand({ VolumeId: volume.VolumeId }));
    return created.SnapshotId ?? "";
}

/** Creates a key with an alias in the copy's region; returns its ARN. */
async function key(alias: string): Promise<string> {
    const kms = new KMSClient({
        endpoint: emulator.endpoint,
        region,
        credentials: { accessKeyId: `AKIATEST${defaultAccount}`, secretAccessKey: "test" },
    });
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    await kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyMetadata?.KeyId }));
    return KeyMetadata?.Arn ?? "";
}

test("a copy from another region is tagged in one call and deleted on destroy; another source keeps the old copy", async () => {
    const sourceSnapshotId = await source();
    const args = { sourceSnapshotId, description: "away", group: "payments", completionDurationMinutes: 30 };
    engine.program = copies({ own: args });

    await emulator.set({ snapshotSeconds: 1 });
    const created = await during(emulator, () => engine.up());
    const [call, ...more] = created.calls.filter(({ action }) => action === "CopySnapshot");
    expect(more).toEqual([]);
    expect(call).toMatchObject({
        region,
        params: {
            SourceSnapshotId: sourceSnapshotId,
            SourceRegion: "us-east-1",
            Description: "away",
            CompletionDurationMinutes: "30",
        },
    });
    expect(call?.params).not.toHaveProperty("Encrypted");
    expect(tagsSent(call!)).toEqual({ Name: "own", Group: "payments" });
    // The URL is signed for the source's region, in which EC2 reads the snapshot.
    expect(call?.params["PresignedUrl"]).toMatch(/us-east-1(%2F|\/)ec2/);
    const [id = ""] = await snapshotIds(emulator, away);
    expect(engine.live("own").outputs["snapshotId"]).toBe(id);
    expect(engine.live("own").outputs).toMatchObject({
        ...args,
        region,
        sourceRegion: "us-east-1",
        arn: `arn:aws:ec2:eu-west-1::snapshot/${id}`,
        ownerId: defaultAccount,
        state: "completed",
        volumeSize: 8,
        encrypted: false,
    });
    expect(engine.live("own").inputs).not.toHaveProperty("encrypted");

    const repeated = await during(emulator, () => engine.up());
    expect(repeated.result.steps).toEqual({ own: "same" });
    expect(repeated.all).toEqual([]);
    await engine.refresh();
    expect((await engine.preview()).steps).toEqual({ own: "same" });

    engine.program = copies({ own: { ...args, group: "billing" } });
    const retagged = await during(emulator, () => engine.up());
    expect(retagged.actions).toEqual(["DescribeSnapshots", "CreateTags"]);

    const next = await source();
    engine.program = copies({ own: { ...args, sourceSnapshotId: next } });
    const { output: previewed } = await engine.preview();
    expect(previewed).toContain(
        `replacement will retain snapshot ${id} (of snapshot ${sourceSnapshotId} in us-east-1`,
    );
    await engine.up();
    expect(await snapshotIds(emulator, away)).toEqual([id, engine.live("own").id]);

    await engine.destroy();
    expect(await snapshotIds(emulator, away)).toEqual([id]);
    expect(await snapshotIds(emulator)).toContain(sourceSnapshotId);
});

test("a shared snapshot is copied and encrypted; one that is not shared is rejected at preview", async () => {
    const sourceSnapshotId = await source({ account: other });
    const grants = { SnapshotId: sourceSnapshotId, UserIds: [defaultAccount] };
    engine.program = copies({ own: { sourceSnapshotId } });
    const { output: unshared } = await engine.previewFails();
    expect(unshared).toContain(`is "${sourceSnapshotId}", but that snapshot was not found in us-east-1`);

    await emulator
        .ec2({ account: other })
        .send(new ModifySnapshotAttributeCommand({ ...grants, OperationType: "add" }));
    engine.program = copies({ own: { sourceSnapshotId, encrypted: true } });
    const created = await during(emulator, () => engine.up());
    const [call] = created.calls.filter(({ action }) => action === "CopySnapshot");
    expect(call?.params).toMatchObject({ Encrypted: "true" });
    expect(engine.live("own").outputs).toMatchObject({ ownerId: defaultAccount, encrypted: true });
    await engine.destroy();
});

test("a key's alias and its ARN show no diff, also after a refresh; a missing key is an error", async () => {
    const sourceSnapshotId = await source();
    const arn = await key("alias/backup");
    const declare = (kmsKeyId: string) => copies({ own: { sourceSnapshotId, kmsKeyId } });
    engine.program = declare("alias/backup");
    const created = await during(emulator, () => engine.up());
    const [call] = created.calls.filter(({ action }) => action === "CopySnapshot");
    expect(call?.params).toMatchObject({ Encrypted: "true", KmsKeyId: "alias/backup" });
    expect(engine.live("own").outputs).toMatchObject({ encrypted: true, kmsKeyId: arn });
    await engine.refresh();
    const repeated = await during(emulator, () => engine.preview());
    expect(repeated.result.steps).toEqual({ own: "same" });
    expect(repeated.all).toEqual([]);
    engine.program = declare(arn);
    expect((await engine.preview()).steps).toEqual({ own: "same" });
    engine.program = copies({ fresh: { sourceSnapshotId, kmsKeyId: "alias/missing" } });
    expect((await engine.upFails()).output).toContain("Given key ID is not accessible");
    await engine.destroy();
});

test("encrypted: false is rejected at preview if the source is encrypted or the account encrypts by default", async () => {
    const sealed = await source({ encrypted: true });
    const open = await source();
    engine.program = copies({ sealed: { sourceSnapshotId: sealed, encrypted: false } });
    const refused = await during(emulator, () => engine.previewFails());
    expect(refused.result.output).toContain(
        `is false, but snapshot ${sealed} is encrypted, and so is everything created from it. Remove encrypted.`,
    );
    expect(refused.actions).toEqual(["DescribeSnapshots"]);

    engine.program = copies({ open: { sourceSnapshotId: open, encrypted: false } });
    await engine.up();
    expect(engine.live("open").outputs).toMatchObject({ encrypted: false });
    engine.program = copies({ open: { sourceSnapshotId: open, encrypted: false, tags: { a: "b" } } });
    expect((await during(emulator, () => engine.preview())).all).toEqual([]);

    await emulator.ec2(away).send(new EnableEbsEncryptionByDefaultCommand({}));
    engine.program = copies({ next: { sourceSnapshotId: open, encrypted: false } });
    expect((await engine.previewFails()).output).toContain(
        "is false, but the account encrypts all new volumes and copies in eu-west-1. Remove encrypted.",
    );
    engine.program = copies({ next: { sourceSnapshotId: sealed } });
    await engine.up();
    expect(engine.live("next").outputs).toMatchObject({ encrypted: true });
    expect((await engine.preview()).steps).toEqual({ next: "same" });
    await engine.destroy();
});

test("a copy waits for a pending source and for the quota of copies to one region", async () => {
    await emulator.set({ snapshotSeconds: 3, pendingCopies: 1 });
    const sourceSnapshotId = await source();
    const args = { sourceSnapshotId };
    engine.program = copies({ one: args, two: args, three: args });
    const created = await during(emulator, () => engine.up());
    const copyCalls = created.calls.filter(({ action }) => action === "CopySnapshot");
    expect(copyCalls.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(copyCalls.filter(({ error }) => error === "ResourceLimitExceeded").length).toBeGreaterThan(0);
    expect(copyCalls.filter(({ error }) => error === "IncorrectState")).toEqual([]);
    expect((await snapshotsIn(emulator, away)).map(({ State }) => State)).toEqual(Array(3).fill("completed"));
    await engine.destroy();
});

test("a copy without waitForCompletion has its outputs, and after a lost response the copy is found", async () => {
    const sourceSnapshotId = await source();
    await emulator.set({ snapshotSeconds: 1_000 });
    engine.program = copies({ own: { sourceSnapshotId, waitForCompletion: false } });
    await emulator.faults([{ action: "CopySnapshot", kind: "reset", where: "after", times: 1 }]);
    await emulator.clearCalls();
    await engine.up();
    expect(await emulator.count("CopySnapshot")).toBe(1);
    const { id, outputs } = engine.live("own");
    expect(outputs).toMatchObject({ state: "pending", ownerId: defaultAccount, volumeSize: 8 });
    expect(outputs["startTime"]).toMatch(/Z$/);
    expect(outputs["tagsAll"]).toEqual({ Name: "own" });
    expect(await tagsOf(emulator, id)).toEqual({});
    await engine.destroy();
});
