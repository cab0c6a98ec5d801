// Tests that messages are accurate: the place of a search, whether a resource ever existed, and applicable remedies.

import { join } from "node:path";
import { DeleteTagsCommand, LockSnapshotCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { ec2, idsOf, zone } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { Door, failure, type Kind } from "./door";

const place = "us-east-1 (account 123456789012)";
const unknown = "snap-0123456789abcdef0";

test.each<[string, Kind, object, string]>([
    [
        "volume",
        "Snapshot",
        { volumeId: "vol-0123456789abcdef0" },
        `The volume 'vol-0123456789abcdef0' does not exist. It was looked for in ${place}.`,
    ],
    [
        "volume whose tags are copied",
        "Snapshot",
        { volumeId: "vol-0123456789abcdef0", copyTagsFromVolume: true },
        `reading volume vol-0123456789abcdef0: it was not found in ${place}`,
    ],
    [
        "volume to clone",
        "VolumeClone",
        { sourceVolumeId: "vol-0123456789abcdef0" },
        `but that volume was not found in ${place}`,
    ],
    [
        "instance",
        "InstanceSnapshots",
        { instanceId: "i-0123456789abcdef0" },
        `It was looked for in ${place}.`,
    ],
    [
        "snapshot of a barrier",
        "CompletedSnapshots",
        { snapshotIds: [unknown] },
        `but that snapshot was not found in ${place}`,
    ],
    [
        "source of a copy",
        "SnapshotCopy",
        { sourceSnapshotId: unknown, sourceRegion: "eu-west-1" },
        "but that snapshot was not found in eu-west-1 (account 123456789012)",
    ],
    [
        "snapshot of a volume",
        "VolumeFromSnapshot",
        { snapshotId: unknown, availabilityZone: zone },
        `but that snapshot was not found in ${place}`,
    ],
    [
        "snapshot of a share",
        "SnapshotShare",
        { snapshotId: unknown, accounts: ["111122223333"] },
        `but that snapshot was not found in ${place}`,
    ],
])(
    "a %s that never existed is reported as not found, with region and account",
    async (_what, kind, args, words) => {
        const message = await failure(new Door(emulator).create(kind, { ...args }));
        expect(message).toContain(words);
        expect(message).not.toMatch(/no longer|any more/);
    },
);

test("a snapshot that disappears during the wait is reported as no longer existing, with region and account", async () => {
    await emulator.set({ snapshotSeconds: 1_000 });
    const door = new Door(emulator);
    const sleep = door.clock.sleep.bind(door.clock);
    door.clock.sleep = async (milliseconds) => {
        await sleep(milliseconds);
        if (door.messages.some((line) => line.startsWith("snapshot ")))
            for (const id of await idsOf({ OwnerIds: ["self"] })) await emulator.deleteSnapshot(id);
    };
    const message = await failure(door.create("Snapshot", { volumeId: await emulator.createVolume() }));
    expect(message).toContain(`it no longer exists in ${place}`);
});

test.each<[string, object]>([
    ["aws:skipRequestingAccountId is true", { "aws:skipRequestingAccountId": "true" }],
    [
        "aws:endpoints contains an endpoint for ec2 but none for sts",
        { "aws:endpoints": JSON.stringify([{ ec2: emulator.endpoint }]) },
    ],
])("changed credentials of an unknown account are refused, because %s", async (reason, config) => {
    const created = await new Door(emulator).create("Snapshot", { volumeId: await emulator.createVolume() });
    const profiles = join(__dirname, "../unit/profiles.ini");
    const door = new Door(emulator, undefined, {
        config: { ...config, "aws:sharedCredentialsFiles": JSON.stringify([profiles]) },
    });
    const inputs = { ...created.inputs, credentials: { profile: "backup" } };
    const message = await failure(door.update("Snapshot", created, inputs));
    expect(message).toContain(`whether the new credentials belong to the same account: ${reason}`);
    expect(message).not.toContain("not found");
});

test("a forced replacement suggests keeping a completed snapshot, but not a failed one", async () => {
    const args = { volumeId: await emulator.createVolume(), waitForCompletion: false };
    const advice = "To keep it, set keepReplaced: true.";
    const created = await new Door(emulator).create("Snapshot", args, "good");
    await endClaims();
    const door = new Door(emulator);
    await door.forceReplacement("Snapshot", created, args);
    expect(door.messages.join()).toMatch(
        /replacement is forced: the snapshot of volume vol-\w+ in the state will be deleted after the new one completes\./,
    );
    expect(door.messages.join()).toContain(advice);

    await emulator.set({ snapshotError: "the key is gone", snapshotSeconds: 1 });
    const failed = await new Door(emulator).create("Snapshot", args, "bad");
    await emulator.advance(5);
    await endClaims();
    const next = new Door(emulator);
    await next.forceReplacement("Snapshot", failed, args);
    expect(next.messages.join()).toContain("in the state failed, and will be deleted.");
    expect(next.messages.join()).not.toContain("keepReplaced");
});

test("a deletion blocked by a governance lock shows the unlock command; one blocked by a compliance lock does not", async () => {
    const args = { volumeId: await emulator.createVolume() };
    const lock = (SnapshotId: string, LockMode: "governance" | "compliance") =>
        ec2.send(new LockSnapshotCommand({ SnapshotId, LockMode, LockDuration: 1 }));
    const governed = await new Door(emulator).create("Snapshot", args);
    await lock(governed.id, "governance");
    expect(await failure(new Door(emulator).delete("Snapshot", governed))).toContain(
        `Unlock it first: aws ec2 unlock-snapshot --region us-east-1 --snapshot-id ${governed.id}`,
    );

    const sealed = await new Door(emulator).create("Snapshot", args);
    await lock(sealed.id, "compliance");
    expect(await failure(new Door(emulator).delete("Snapshot", sealed))).toMatch(
        /it is locked in compliance mode until \S+Z; nobody can lift the lock$/,
    );
});

/** Releases the claims, as the end of a run does. */
async function endClaims(): Promise<void> {
    const Resources = await idsOf({ OwnerIds: ["self"] });
    await ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: "pulumi-ebs-snapshots:claim" }] }));
}
