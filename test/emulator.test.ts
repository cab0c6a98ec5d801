// The emulator is what every other test believes of EC2, so it is tested through the real SDK, promise by promise.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import {
    AttachVolumeCommand,
    CopySnapshotCommand,
    CreateSnapshotCommand,
    CreateSnapshotsCommand,
    CreateTagsCommand,
    CreateVolumeCommand,
    DeleteSnapshotCommand,
    DeleteTagsCommand,
    DeleteVolumeCommand,
    DescribeSnapshotAttributeCommand,
    DescribeSnapshotsCommand,
    type DescribeSnapshotsCommandInput,
    DescribeVolumesCommand,
    DisableSnapshotBlockPublicAccessCommand,
    type EC2Client,
    EnableEbsEncryptionByDefaultCommand,
    EnableSnapshotBlockPublicAccessCommand,
    GetSnapshotBlockPublicAccessStateCommand,
    CreateReplaceRootVolumeTaskCommand,
    ModifySnapshotAttributeCommand,
    ModifyVolumeCommand,
    RegisterImageCommand,
    RunInstancesCommand,
    type Snapshot,
    type Tag,
} from "@aws-sdk/client-ec2";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { defaultAccount, type Emulator, startEmulator } from "./emulator/emulator";

const otherAccount = "210987654321";
const zone = "us-east-1a";

let emulator: Emulator;
let ec2: EC2Client;

beforeAll(async () => {
    emulator = await startEmulator();
    ec2 = emulator.ec2();
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.stop());

async function createSnapshot(volumeId?: string, tags?: Record<string, string>): Promise<string> {
    const made = await ec2.send(
        new CreateSnapshotCommand({
            VolumeId: volumeId ?? (await emulator.createVolume()),
            ...(tags && { TagSpecifications: [{ ResourceType: "snapshot", Tags: tagList(tags) }] }),
        }),
    );
    return made.SnapshotId ?? "";
}

function tagList(tags: Record<string, string>): Tag[] {
    return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** So many different tags. */
function manyTags(count: number): Tag[] {
    return Array.from({ length: count }, (_, index) => ({ Key: `key${index}`, Value: "" }));
}

async function describeSnapshots(
    input: DescribeSnapshotsCommandInput,
    client: EC2Client = ec2,
): Promise<Snapshot[]> {
    return (await client.send(new DescribeSnapshotsCommand(input))).Snapshots ?? [];
}

async function snapshotOf(id: string): Promise<Snapshot> {
    const [found] = await describeSnapshots({ SnapshotIds: [id] });
    if (!found) throw new Error(`${id} is not there`);
    return found;
}

async function idsOf(input: DescribeSnapshotsCommandInput, client?: EC2Client): Promise<string[]> {
    return (await describeSnapshots(input, client)).map((snapshot) => snapshot.SnapshotId ?? "");
}

async function statusOfVolume(id: string): Promise<string | undefined> {
    return (await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes?.[0]?.State;
}

/** The refusal of a call, as `code: words`. */
async function refusal(call: Promise<unknown>): Promise<string> {
    try {
        await call;
    } catch (error) {
        if (error instanceof Error) return `${error.name}: ${error.message}`;
    }
    throw new Error("the call was not refused");
}

async function grantsOf(snapshotId: string): Promise<{ users: string[]; groups: string[] }> {
    const { CreateVolumePermissions: grants = [] } = await ec2.send(
        new DescribeSnapshotAttributeCommand({ SnapshotId: snapshotId, Attribute: "createVolumePermission" }),
    );
    return {
        users: grants.flatMap(({ UserId }) => UserId ?? []),
        groups: grants.flatMap(({ Group }) => Group ?? []),
    };
}

function makePublic(snapshotId: string): Promise<unknown> {
    return ec2.send(
        new ModifySnapshotAttributeCommand({
            SnapshotId: snapshotId,
            CreateVolumePermission: { Add: [{ Group: "all" }] },
        }),
    );
}

function shareWith(snapshotId: string, account: string): Promise<unknown> {
    return ec2.send(
        new ModifySnapshotAttributeCommand({
            SnapshotId: snapshotId,
            CreateVolumePermission: { Add: [{ UserId: account }] },
        }),
    );
}

describe("the life of a snapshot", () => {
    test("CreateSnapshot answers pending without progress, even where Describe says completed at once", async () => {
        const volumeId = await emulator.createVolume({ size: 3 });

        const made = await ec2.send(
            new CreateSnapshotCommand({ VolumeId: volumeId, Description: "before the change" }),
        );

        expect(made).toMatchObject({
            VolumeId: volumeId,
            VolumeSize: 3,
            Description: "before the change",
            OwnerId: defaultAccount,
            Encrypted: false,
            State: "pending",
            Progress: "",
        });
        expect(made.CompletionTime).toBeUndefined();
        expect(await snapshotOf(made.SnapshotId ?? "")).toMatchObject({
            State: "completed",
            Progress: "100%",
            StorageTier: "standard",
            FullSnapshotSizeInBytes: 3 * 2 ** 30,
            StartTime: made.StartTime,
            CompletionTime: made.StartTime,
        });
    });

    test("it stays pending with rising progress and a constant start, then completes at its time", async () => {
        await emulator.set({ snapshotSeconds: 1000 });
        const id = await createSnapshot();
        const seen: Snapshot[] = [];
        for (const seconds of [100, 500, 399, 10]) {
            await emulator.advance(seconds);
            seen.push(await snapshotOf(id));
        }

        expect(seen.map(({ State, Progress }) => [State, Progress])).toEqual([
            ["pending", "10%"],
            ["pending", "60%"],
            ["pending", "99%"],
            ["completed", "100%"],
        ]);
        const start = seen[0]?.StartTime?.getTime() ?? 0;
        expect(seen.map(({ StartTime }) => StartTime?.getTime())).toEqual([start, start, start, start]);
        expect(seen.map(({ CompletionTime }) => CompletionTime?.getTime())).toEqual([
            undefined,
            undefined,
            undefined,
            start + 1_000_000,
        ]);
    });

    test("snapshotError ends those created from then on in error with that message", async () => {
        await emulator.set({ snapshotSeconds: 10 });
        const good = await createSnapshot();
        await emulator.set({ snapshotError: "the key is disabled" });
        const bad = await createSnapshot();
        await emulator.advance(10);

        expect(await snapshotOf(good)).toMatchObject({ State: "completed" });
        const failed = await snapshotOf(bad);
        expect(failed).toMatchObject({ State: "error", StateMessage: "the key is disabled" });
        expect(failed.CompletionTime).toBeUndefined();
    });

    test("a test forces the state of one snapshot, and a new length gives it its life back", async () => {
        const id = await createSnapshot();

        await emulator.snapshot(id, { status: "error", progress: "42%", statusMessage: "disk on fire" });
        expect(await snapshotOf(id)).toMatchObject({
            State: "error",
            Progress: "42%",
            StateMessage: "disk on fire",
        });

        await emulator.snapshot(id, { seconds: 100 });
        expect(await snapshotOf(id)).toMatchObject({ State: "pending", Progress: "0%" });
        await expect(emulator.snapshot("snap-unknown", {})).rejects.toThrow("snap-unknown");
    });

    test("it keeps its size when its volume grows, and stays when its volume goes", async () => {
        const volumeId = await emulator.createVolume({ size: 2 });
        const id = await createSnapshot(volumeId);

        await ec2.send(new ModifyVolumeCommand({ VolumeId: volumeId, Size: 5 }));
        await ec2.send(new DeleteVolumeCommand({ VolumeId: volumeId }));

        expect(await snapshotOf(id)).toMatchObject({ VolumeId: volumeId, VolumeSize: 2 });
    });
});

describe("CreateSnapshot", () => {
    test("honours tags, and refuses forbidden ones before anything is made", async () => {
        const volumeId = await emulator.createVolume();
        const id = await createSnapshot(volumeId, { Name: "nightly", Group: "payments" });

        expect((await snapshotOf(id)).Tags).toEqual(tagList({ Name: "nightly", Group: "payments" }));
        expect(await refusal(createSnapshot(volumeId, { "aws:mine": "x" }))).toContain(
            "Tag keys starting with 'aws:' are reserved for internal use",
        );
        const tooMany = Object.fromEntries(manyTags(51).map(({ Key }) => [Key ?? "", ""]));
        expect(await refusal(createSnapshot(volumeId, tooMany))).toMatch(/^TagLimitExceeded: /);
        expect(await idsOf({ OwnerIds: ["self"] })).toEqual([id]);
    });

    test("an unknown volume is InvalidVolume.NotFound, naming it", async () => {
        expect(await refusal(createSnapshot("vol-0123456789abcdef0"))).toBe(
            "InvalidVolume.NotFound: The volume 'vol-0123456789abcdef0' does not exist.",
        );
    });

    test("a sixth pending snapshot of one volume is refused, until one completes", async () => {
        await emulator.set({ snapshotSeconds: 60 });
        const volumeId = await emulator.createVolume();
        for (let number = 0; number < 5; number++) await createSnapshot(volumeId);

        expect(await refusal(createSnapshot(volumeId))).toBe(
            "ConcurrentSnapshotLimitExceeded: Maximum allowed in-progress snapshots for a single volume exceeded.",
        );
        await createSnapshot(await emulator.createVolume());
        await emulator.advance(60);
        await createSnapshot(volumeId);
    });

    test("perVolumeRateSeconds refuses the second of a volume within that time, not of another volume", async () => {
        await emulator.set({ perVolumeRateSeconds: 15 });
        const volumeId = await emulator.createVolume();
        await createSnapshot(volumeId);

        expect(await refusal(createSnapshot(volumeId))).toMatch(/^SnapshotCreationPerVolumeRateExceeded: /);
        await createSnapshot(await emulator.createVolume());
        await emulator.advance(15);
        await createSnapshot(volumeId);
    });
});

describe("DescribeSnapshots", () => {
    test("answers in pages of MaxResults, and a deletion in between makes none slip by", async () => {
        const volumeId = await emulator.createVolume();
        const ids: string[] = [];
        for (let number = 0; number < 12; number++) ids.push(await createSnapshot(volumeId));

        const first = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"], MaxResults: 5 }));
        await ec2.send(new DeleteSnapshotCommand({ SnapshotId: ids[0] }));
        const pages = [first];
        while (pages.at(-1)?.NextToken) {
            const token = pages.at(-1)?.NextToken;
            pages.push(
                await ec2.send(
                    new DescribeSnapshotsCommand({ OwnerIds: ["self"], MaxResults: 5, NextToken: token }),
                ),
            );
        }

        expect(pages.map((page) => page.Snapshots?.map(({ SnapshotId }) => SnapshotId))).toEqual([
            ids.slice(0, 5),
            ids.slice(5, 10),
            ids.slice(10),
        ]);
        expect(await refusal(describeSnapshots({ MaxResults: 4 }))).toMatch(/^InvalidParameterValue: /);
        expect(await refusal(describeSnapshots({ MaxResults: 5, SnapshotIds: ids.slice(1, 2) }))).toMatch(
            /^InvalidParameterCombination: /,
        );
        expect(await refusal(describeSnapshots({ NextToken: "nonsense!" }))).toMatch(
            /^InvalidParameterValue: /,
        );
    });

    test("fails whole for one unknown id, where the filter leaves it out", async () => {
        const id = await createSnapshot();
        const unknown = "snap-0123456789abcdef0";

        expect(await refusal(describeSnapshots({ SnapshotIds: [id, unknown] }))).toBe(
            `InvalidSnapshot.NotFound: The snapshot '${unknown}' does not exist.`,
        );
        expect(await idsOf({ Filters: [{ Name: "snapshot-id", Values: [id, unknown] }] })).toEqual([id]);
    });

    test("filters by id, volume, owner, status, tag and tag key, with wildcards, all filters together", async () => {
        const volumeId = await emulator.createVolume();
        const nightly = await createSnapshot(volumeId, { Name: "nightly-1", Group: "a" });
        const weekly = await createSnapshot(volumeId, { Name: "weekly-1" });
        await emulator.set({ snapshotSeconds: 60 });
        const other = await createSnapshot();
        const by = (...filters: [name: string, ...values: string[]][]): Promise<string[]> =>
            idsOf({ Filters: filters.map(([Name, ...Values]) => ({ Name, Values })) });

        expect(await by(["volume-id", volumeId])).toEqual([nightly, weekly]);
        expect(await by(["status", "pending"])).toEqual([other]);
        expect(await by(["tag:Name", "nightly*", "week??-1"])).toEqual([nightly, weekly]);
        expect(await by(["tag:Name", "night"])).toEqual([]);
        expect(await by(["tag-key", "Group"])).toEqual([nightly]);
        expect(await by(["tag:Name", "*"], ["tag-key", "Group"])).toEqual([nightly]);
        expect(await by(["owner-id", defaultAccount], ["snapshot-id", weekly, other])).toEqual([
            weekly,
            other,
        ]);
        expect(await by(["owner-id", otherAccount])).toEqual([]);
        expect(await refusal(by(["colour", "red"]))).toContain("The filter 'colour' is invalid");
    });

    test("takes 200 values a filter and no more", async () => {
        const values = Array.from({ length: 201 }, (_, index) => `snap-${index}`);

        expect(await idsOf({ Filters: [{ Name: "snapshot-id", Values: values.slice(1) }] })).toEqual([]);
        expect(await refusal(idsOf({ Filters: [{ Name: "snapshot-id", Values: values }] }))).toMatch(
            /^FilterLimitExceeded: /,
        );
    });

    test("shows an account its own and what others share with it, and OwnerIds tells them apart", async () => {
        const other = emulator.ec2({ account: otherAccount });
        const secret = await createSnapshot();
        const shared = await createSnapshot();
        await shareWith(shared, otherAccount);

        expect(await idsOf({}, other)).toEqual([shared]);
        expect(await idsOf({ OwnerIds: ["self"] }, other)).toEqual([]);
        expect(await idsOf({ OwnerIds: [defaultAccount] }, other)).toEqual([shared]);
        expect(await idsOf({ OwnerIds: ["self"] })).toEqual([secret, shared]);
        expect(await idsOf({}, emulator.ec2({ region: "eu-west-1" }))).toEqual([]);
    });
});

describe("DeleteSnapshot", () => {
    test("deletes a pending snapshot, and is InvalidSnapshot.NotFound the second time", async () => {
        await emulator.set({ snapshotSeconds: 60 });
        const SnapshotId = await createSnapshot();

        await ec2.send(new DeleteSnapshotCommand({ SnapshotId }));

        expect(await idsOf({})).toEqual([]);
        expect(await refusal(ec2.send(new DeleteSnapshotCommand({ SnapshotId })))).toBe(
            `InvalidSnapshot.NotFound: The snapshot '${SnapshotId}' does not exist.`,
        );
    });

    test("is refused while an AMI uses the snapshot, naming the AMI", async () => {
        const { ImageId = "" } = await ec2.send(new RegisterImageCommand({ Name: "golden" }));
        const [SnapshotId = ""] = await idsOf({ OwnerIds: ["self"] });

        expect(await refusal(ec2.send(new DeleteSnapshotCommand({ SnapshotId })))).toBe(
            `InvalidSnapshot.InUse: The snapshot ${SnapshotId} is currently in use by ${ImageId}`,
        );
    });
});

describe("CreateSnapshots", () => {
    test("takes all volumes of an instance but the excluded ones, pending, with tags given and copied", async () => {
        const { Instances = [] } = await ec2.send(
            new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
        );
        const InstanceId = Instances[0]?.InstanceId;
        const data = await emulator.createVolume({ size: 5, tags: { Role: "data" } });
        const scratch = await emulator.createVolume();
        for (const [index, VolumeId] of [data, scratch].entries()) {
            await ec2.send(
                new AttachVolumeCommand({ InstanceId, VolumeId, Device: `/dev/sd${"fg"[index] ?? ""}` }),
            );
        }
        const create = (excluded: { ExcludeBootVolume?: boolean; ExcludeDataVolumeIds?: string[] }) =>
            ec2.send(
                new CreateSnapshotsCommand({
                    InstanceSpecification: { InstanceId, ...excluded },
                    CopyTagsFromSource: "volume",
                    TagSpecifications: [{ ResourceType: "snapshot", Tags: tagList({ Set: "one" }) }],
                }),
            );

        expect((await create({})).Snapshots).toHaveLength(3);
        expect(
            (await create({ ExcludeBootVolume: true, ExcludeDataVolumeIds: [scratch] })).Snapshots,
        ).toEqual([
            expect.objectContaining({
                VolumeId: data,
                VolumeSize: 5,
                State: "pending",
                Tags: tagList({ Role: "data", Set: "one" }),
            }),
        ]);
    });

    test("makes none where one volume has too many pending", async () => {
        await emulator.set({ snapshotSeconds: 60, pendingPerVolume: 1 });
        const { Instances = [] } = await ec2.send(
            new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
        );
        const InstanceId = Instances[0]?.InstanceId;
        const VolumeId = await emulator.createVolume();
        await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: "/dev/sdf" }));
        const only = await createSnapshot(VolumeId);

        expect(
            await refusal(ec2.send(new CreateSnapshotsCommand({ InstanceSpecification: { InstanceId } }))),
        ).toMatch(/^ConcurrentSnapshotLimitExceeded: /);
        expect(await idsOf({ OwnerIds: ["self"] })).toEqual([only]);
    });
});

describe("CopySnapshot", () => {
    test("makes a snapshot of one's own out of a shared one, in another region, with a made-up volume", async () => {
        const source = await createSnapshot(await emulator.createVolume({ size: 7 }));
        await shareWith(source, otherAccount);
        const there = emulator.ec2({ account: otherAccount, region: "eu-west-1" });

        const { SnapshotId = "" } = await there.send(
            new CopySnapshotCommand({ SourceSnapshotId: source, SourceRegion: "us-east-1", Encrypted: true }),
        );

        const [copy] = await describeSnapshots({ SnapshotIds: [SnapshotId] }, there);
        expect(copy).toMatchObject({
            OwnerId: otherAccount,
            VolumeId: "vol-ffffffff",
            VolumeSize: 7,
            Encrypted: true,
            State: "completed",
        });
        expect(copy?.KmsKeyId).toContain(`arn:aws:kms:eu-west-1:${otherAccount}:key/`);
    });
});

describe("volumes", () => {
    function createVolume(input: Partial<ConstructorParameters<typeof CreateVolumeCommand>[0]>) {
        return ec2.send(new CreateVolumeCommand({ AvailabilityZone: zone, ...input }));
    }

    test("are creating for volumeSeconds, then available", async () => {
        await emulator.set({ volumeSeconds: 30 });
        const id = await emulator.createVolume();

        expect(await statusOfVolume(id)).toBe("creating");
        await emulator.advance(30);
        expect(await statusOfVolume(id)).toBe("available");
    });

    test("end in error, or vanish, where the settings say so", async () => {
        await emulator.set({ volumeSeconds: 30, volumeError: "error" });
        const broken = await emulator.createVolume();
        await emulator.set({ volumeError: "vanish" });
        const vanishing = await emulator.createVolume();

        expect(await statusOfVolume(vanishing)).toBe("creating");
        await emulator.advance(30);
        expect(await statusOfVolume(broken)).toBe("error");
        expect(await refusal(statusOfVolume(vanishing))).toBe(
            `InvalidVolume.NotFound: The volume '${vanishing}' does not exist.`,
        );
    });

    test("take their size from the snapshot, and are never smaller", async () => {
        const SnapshotId = await createSnapshot(await emulator.createVolume({ size: 10 }));

        expect(await createVolume({ SnapshotId })).toMatchObject({ SnapshotId, Size: 10, State: "creating" });
        expect(await createVolume({ SnapshotId, Size: 12 })).toMatchObject({ SnapshotId, Size: 12 });
        expect(await refusal(createVolume({ SnapshotId, Size: 9 }))).toBe(
            `InvalidParameterValue: Volume of size 9GB is smaller than snapshot '${SnapshotId}', expect size >= 10GB`,
        );
    });

    test("are not made from a snapshot that is pending, unknown, or in a zone that is unknown", async () => {
        await emulator.set({ snapshotSeconds: 60 });
        const SnapshotId = await createSnapshot();

        expect(await refusal(createVolume({ SnapshotId }))).toBe(
            "IncorrectState: Snapshot is in invalid state - pending",
        );
        expect(await refusal(createVolume({ SnapshotId: "snap-0123456789abcdef0" }))).toMatch(
            /^InvalidSnapshot.NotFound: /,
        );
        expect(await refusal(createVolume({ Size: 1, AvailabilityZone: "us-east-1z" }))).toMatch(
            /^InvalidZone.NotFound: /,
        );
    });

    test("are found by the zone's id as by its name", async () => {
        const byName = await createVolume({ Size: 1 });
        const { Volumes = [] } = await ec2.send(
            new DescribeVolumesCommand({ VolumeIds: [byName.VolumeId ?? ""] }),
        );
        const zoneId = Volumes[0]?.AvailabilityZoneId;

        const byId = await ec2.send(new CreateVolumeCommand({ AvailabilityZoneId: zoneId, Size: 1 }));

        expect(zoneId).toMatch(/^use1-az\d$/);
        expect(byId).toMatchObject({ AvailabilityZone: zone, AvailabilityZoneId: zoneId });
    });

    test("are one for one client token, and another request with that token is refused", async () => {
        const first = await createVolume({ Size: 1, ClientToken: "once" });
        await ec2.send(new DeleteVolumeCommand({ VolumeId: first.VolumeId }));

        const again = await createVolume({ Size: 1, ClientToken: "once" });

        expect(again.VolumeId).toBe(first.VolumeId);
        expect((await ec2.send(new DescribeVolumesCommand({}))).Volumes ?? []).toEqual([]);
        expect(await refusal(createVolume({ Size: 2, ClientToken: "once" }))).toMatch(
            /^IdempotentParameterMismatch: /,
        );
    });

    test("are encrypted with their snapshot and with the account's default, and hand on their key", async () => {
        const key = "arn:aws:kms:us-east-1:123456789012:key/mine";
        const { VolumeId } = await createVolume({ Size: 1, Encrypted: true, KmsKeyId: key });
        const SnapshotId = await createSnapshot(VolumeId);

        expect(await snapshotOf(SnapshotId)).toMatchObject({ Encrypted: true, KmsKeyId: key });
        expect(await createVolume({ SnapshotId })).toMatchObject({ Encrypted: true, KmsKeyId: key });
        expect(await createVolume({ Size: 1 })).toMatchObject({ Encrypted: false });
        await ec2.send(new EnableEbsEncryptionByDefaultCommand({}));
        expect(await createVolume({ Size: 1 })).toMatchObject({ Encrypted: true });
    });

    test("are made from a snapshot that is shared by another account, and not from one that is not", async () => {
        const SnapshotId = await createSnapshot(await emulator.createVolume({ size: 4 }));
        const command = new CreateVolumeCommand({ SnapshotId, AvailabilityZone: zone });
        const other = emulator.ec2({ account: otherAccount });

        expect(await refusal(other.send(command))).toMatch(/^InvalidSnapshot.NotFound: /);
        await shareWith(SnapshotId, otherAccount);
        expect(await other.send(command)).toMatchObject({ SnapshotId, Size: 4 });
    });

    test("are described in pages", async () => {
        const ids: string[] = [];
        for (let number = 0; number < 6; number++) ids.push(await emulator.createVolume());

        const first = await ec2.send(new DescribeVolumesCommand({ MaxResults: 5 }));
        const second = await ec2.send(
            new DescribeVolumesCommand({ MaxResults: 5, NextToken: first.NextToken }),
        );

        expect([first, second].map((page) => page.Volumes?.map(({ VolumeId }) => VolumeId))).toEqual([
            ids.slice(0, 5),
            ids.slice(5),
        ]);
        expect(second.NextToken).toBeUndefined();
    });
});

describe("sharing", () => {
    const accounts = ["111111111111", "222222222222"];

    test("CreateVolumePermission and OperationType are two forms of the same change", async () => {
        const SnapshotId = await createSnapshot();
        const modify = (
            input: Omit<ConstructorParameters<typeof ModifySnapshotAttributeCommand>[0], "SnapshotId">,
        ) => ec2.send(new ModifySnapshotAttributeCommand({ SnapshotId, ...input }));

        await modify({ CreateVolumePermission: { Add: accounts.map((UserId) => ({ UserId })) } });
        await modify({ OperationType: "add", GroupNames: ["all"], UserIds: ["333333333333"] });
        expect(await grantsOf(SnapshotId)).toEqual({ users: [...accounts, "333333333333"], groups: ["all"] });

        await modify({ CreateVolumePermission: { Remove: [{ Group: "all" }, { UserId: accounts[0] }] } });
        await modify({ OperationType: "remove", UserIds: ["333333333333"] });
        expect(await grantsOf(SnapshotId)).toEqual({ users: [accounts[1]], groups: [] });

        expect(
            await refusal(
                modify({
                    CreateVolumePermission: { Add: [{ Group: "all" }], Remove: [{ UserId: accounts[1] }] },
                }),
            ),
        ).toMatch(/^InvalidParameterCombination: /);
        expect(await refusal(modify({ OperationType: "add", UserIds: ["prod"] }))).toMatch(
            /^InvalidParameterValue: /,
        );
    });

    test("a change is shown after `grantSeconds`, and counts at once", async () => {
        const SnapshotId = await createSnapshot();
        await emulator.set({ grantSeconds: 60 });
        await shareWith(SnapshotId, otherAccount);

        expect(await grantsOf(SnapshotId)).toEqual({ users: [], groups: [] });
        expect(await idsOf({}, emulator.ec2({ account: otherAccount }))).toEqual([SnapshotId]);
        await emulator.advance(61);
        expect(await grantsOf(SnapshotId)).toEqual({ users: [otherAccount], groups: [] });
    });

    test("with the owner it is refused", async () => {
        const SnapshotId = await createSnapshot();

        expect(await refusal(shareWith(SnapshotId, defaultAccount))).toMatch(/^InvalidParameterValue: /);
    });

    test("RestorableByUserIds are one's own and those with an explicit grant, or the public ones", async () => {
        const [mine, shared, open] = [await createSnapshot(), await createSnapshot(), await createSnapshot()];
        await shareWith(shared, otherAccount);
        await makePublic(open);
        const other = emulator.ec2({ account: otherAccount });

        expect(await idsOf({ RestorableByUserIds: ["self"] }, other)).toEqual([shared]);
        expect(await idsOf({ RestorableByUserIds: ["all"] }, other)).toEqual([open]);
        expect(await idsOf({ RestorableByUserIds: ["self"] })).toEqual([mine, shared, open]);
    });

    test("takes 500 changes a call and no more", async () => {
        const SnapshotId = await createSnapshot();
        const grants = Array.from({ length: 501 }, (_, index) => ({
            UserId: String(100_000_000_000 + index),
        }));
        const add = (Add: { UserId: string }[]) =>
            ec2.send(new ModifySnapshotAttributeCommand({ SnapshotId, CreateVolumePermission: { Add } }));

        expect(await refusal(add(grants))).toMatch(/^InvalidParameterValue: /);
        expect((await grantsOf(SnapshotId)).users).toEqual([]);
        await add(grants.slice(1));
        expect((await grantsOf(SnapshotId)).users).toHaveLength(500);
    });

    test("an encrypted snapshot is never public, and under the default key it is not shared at all", async () => {
        const { VolumeId } = await ec2.send(
            new CreateVolumeCommand({
                AvailabilityZone: zone,
                Size: 1,
                Encrypted: true,
                KmsKeyId: "alias/mine",
            }),
        );
        const ownKey = await createSnapshot(VolumeId);
        const defaultKey = await createSnapshot(await emulator.createVolume({ encrypted: true }));

        expect(await refusal(makePublic(ownKey))).toMatch(/^OperationNotPermitted: .*made public/);
        await shareWith(ownKey, otherAccount);
        expect(await grantsOf(ownKey)).toEqual({ users: [otherAccount], groups: [] });
        expect(await refusal(shareWith(defaultKey, otherAccount))).toBe(
            "OperationNotPermitted: Encrypted snapshots with EBS default key cannot be shared",
        );
    });

    test("block public access refuses new public sharing and, if told so, hides the old", async () => {
        const state = async () => (await ec2.send(new GetSnapshotBlockPublicAccessStateCommand({}))).State;
        const before = await createSnapshot();
        const after = await createSnapshot();
        const other = emulator.ec2({ account: otherAccount });
        await makePublic(before);

        expect(await state()).toBe("unblocked");
        await ec2.send(new EnableSnapshotBlockPublicAccessCommand({ State: "block-new-sharing" }));
        expect(await state()).toBe("block-new-sharing");
        expect(await refusal(makePublic(after))).toMatch(/^OperationNotPermitted: .*block public access/);
        expect(await idsOf({}, other)).toEqual([before]);

        await ec2.send(new EnableSnapshotBlockPublicAccessCommand({ State: "block-all-sharing" }));
        expect(await idsOf({}, other)).toEqual([]);
        expect(await grantsOf(before)).toEqual({ users: [], groups: ["all"] });

        await ec2.send(new DisableSnapshotBlockPublicAccessCommand({}));
        await makePublic(after);
        expect(await idsOf({}, other)).toEqual([before, after]);
    });
});

describe("tags", () => {
    test("are added, replaced and deleted by key, by key and value, or all at once", async () => {
        const id = await createSnapshot(undefined, { a: "1", b: "2", c: "3" });
        await emulator.snapshot(id, { tags: { "aws:dlm:lifecycle-policy-id": "policy-1" } });
        const tags = async () =>
            Object.fromEntries(
                (await snapshotOf(id)).Tags?.map(({ Key, Value }) => [Key, Value]) ?? [],
            ) as unknown;

        await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagList({ a: "9", d: "4" }) }));
        await ec2.send(
            new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: "b" }, { Key: "c", Value: "no" }] }),
        );
        expect(await tags()).toEqual({ a: "9", c: "3", d: "4", "aws:dlm:lifecycle-policy-id": "policy-1" });

        await ec2.send(new DeleteTagsCommand({ Resources: [id] }));
        expect(await tags()).toEqual({ "aws:dlm:lifecycle-policy-id": "policy-1" });
    });

    test("are at most 50, not counting aws:, which nobody may set or delete", async () => {
        const id = await createSnapshot();
        await emulator.snapshot(id, { tags: { "aws:backup": "x" } });
        const create = (Tags: Tag[]) => ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));

        await create(manyTags(50));
        expect(await refusal(create([{ Key: "one-more", Value: "" }]))).toMatch(/^TagLimitExceeded: /);
        expect(await refusal(create([{ Key: "aws:x", Value: "" }]))).toMatch(/^InvalidParameterValue: /);
        expect(
            await refusal(
                ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: "aws:backup" }] })),
            ),
        ).toMatch(/^InvalidParameterValue: /);
        expect((await snapshotOf(id)).Tags).toHaveLength(51);
    });

    test("go to 1,000 resources a call and no more, and not to unknown ones", async () => {
        const id = await createSnapshot();
        const tag = (Resources: string[]) =>
            ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key: "a", Value: "1" }] }));

        await tag(Array<string>(1000).fill(id));
        expect(await refusal(tag(Array<string>(1001).fill(id)))).toMatch(/^InvalidParameterValue: /);
        expect(await refusal(tag(["snap-0123456789abcdef0"]))).toMatch(/^InvalidSnapshot.NotFound: /);
    });
});

describe("accounts", () => {
    test("STS on the same port knows who calls, and an assumed role is at home in its account", async () => {
        const sts = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
            new STSClient({ endpoint: emulator.endpoint, region: "us-east-1", credentials });
        const env = emulator.env();
        const mine = sts({
            accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
            secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
        });

        expect((await mine.send(new GetCallerIdentityCommand({}))).Account).toBe(defaultAccount);
        const { Credentials: role } = await mine.send(
            new AssumeRoleCommand({
                RoleArn: `arn:aws:iam::${otherAccount}:role/deploy`,
                RoleSessionName: "test",
            }),
        );
        const theirs = sts({
            accessKeyId: role?.AccessKeyId ?? "",
            secretAccessKey: role?.SecretAccessKey ?? "",
            sessionToken: role?.SessionToken ?? "",
        });

        expect(await theirs.send(new GetCallerIdentityCommand({}))).toMatchObject({
            Account: otherAccount,
            Arn: `arn:aws:sts::${otherAccount}:assumed-role/deploy/test`,
        });
        expect(
            (await emulator.calls()).map((call) => `${call.service} ${call.action} ${call.account}`),
        ).toEqual([
            `sts GetCallerIdentity ${defaultAccount}`,
            `sts AssumeRole ${defaultAccount}`,
            `sts GetCallerIdentity ${otherAccount}`,
        ]);
    });

    test("the environment is the emulator's: nothing of the user's AWS settings is left", () => {
        const before = process.env["AWS_PROFILE"];
        process.env["AWS_PROFILE"] = "production";
        try {
            const env = emulator.env();
            expect(env["AWS_PROFILE"]).toBeUndefined();
            expect(env["AWS_REGION"]).toBe("us-east-1");
            expect(env["AWS_EC2_METADATA_DISABLED"]).toBe("true");
            expect(env["PATH"]).toBe(process.env["PATH"]);
        } finally {
            if (before === undefined) delete process.env["AWS_PROFILE"];
            else process.env["AWS_PROFILE"] = before;
        }
        const services = ["ec2", "sts", "kms", "organizations"];
        expect(JSON.parse(emulator.pulumiConfig()["aws:endpoints"] ?? "")).toEqual([
            Object.fromEntries(services.map((service) => [service, emulator.endpoint])),
        ]);
    });
});

describe("the log of calls", () => {
    test("has every call with its parameters and how it ended", async () => {
        const volumeId = await emulator.createVolume();
        await emulator.clearCalls();
        await createSnapshot(volumeId);
        await refusal(createSnapshot("vol-0123456789abcdef0"));

        expect(await emulator.calls()).toEqual([
            expect.objectContaining({
                seq: 1,
                region: "us-east-1",
                account: defaultAccount,
                service: "ec2",
                action: "CreateSnapshot",
                params: { VolumeId: volumeId },
                status: 200,
                error: null,
                fault: null,
            }),
            expect.objectContaining({ seq: 2, status: 400, error: "InvalidVolume.NotFound" }),
        ]);
        expect(await emulator.count("CreateSnapshot")).toBe(2);
        expect(await emulator.calls((call) => call.status === 400)).toHaveLength(1);
    });
});

describe("faults", () => {
    test("an error takes EC2's form, so many times, only for calls that match, and nothing happens", async () => {
        const volumeId = await emulator.createVolume();
        await emulator.faults([
            { action: "CreateSnapshot", params: { VolumeId: "vol-1" }, code: "NeverSeen" },
            {
                action: "CreateSnapshot",
                times: 1,
                code: "UnauthorizedOperation",
                message: "You are not authorized <& so on>",
                status: 403,
            },
        ]);
        const error: unknown = await createSnapshot(volumeId).catch((thrown: unknown) => thrown);

        expect(error).toMatchObject({
            name: "UnauthorizedOperation",
            message: "You are not authorized <& so on>",
            $metadata: { httpStatusCode: 403 },
        });
        expect(await idsOf({})).toEqual([]);
        await createSnapshot(volumeId);
        expect(await emulator.calls((call) => call.fault !== null)).toMatchObject([
            { action: "CreateSnapshot", status: 403, error: "UnauthorizedOperation", fault: "error" },
        ]);
    });

    test("an error of STS has the form of STS", async () => {
        await emulator.faults([
            { action: "GetCallerIdentity", code: "ExpiredToken", message: "too old", status: 403 },
        ]);
        const sts = new STSClient({
            endpoint: emulator.endpoint,
            region: "us-east-1",
            credentials: { accessKeyId: "test", secretAccessKey: "test" },
        });

        expect(await refusal(sts.send(new GetCallerIdentityCommand({})))).toMatch(
            /^ExpiredToken\w*: too old$/,
        );
    });

    test("`after` lets calls through first, and the SDK's own retry gets over a passing fault", async () => {
        const volumeId = await emulator.createVolume();
        await emulator.clearCalls();
        await emulator.faults([
            { action: "CreateSnapshot", after: 1, times: 1, code: "RequestLimitExceeded", status: 503 },
        ]);
        const patient = emulator.ec2({ maxAttempts: 2 });

        await createSnapshot(volumeId);
        await patient.send(new CreateSnapshotCommand({ VolumeId: volumeId }));

        expect((await emulator.calls()).map(({ error }) => error)).toEqual([
            null,
            "RequestLimitExceeded",
            null,
        ]);
    });

    test("where after: the snapshot is made, and the connection breaks off before the answer", async () => {
        const volumeId = await emulator.createVolume();
        await emulator.faults([{ action: "CreateSnapshot", kind: "reset", where: "after", times: 1 }]);

        const error: unknown = await createSnapshot(volumeId).catch((thrown: unknown) => thrown);

        expect(error).toMatchObject({ code: "ECONNRESET" });
        expect(await idsOf({})).toHaveLength(1);
        expect(await emulator.calls((call) => call.fault === "reset")).toMatchObject([{ status: null }]);
    });

    test("a broken answer is no answer to the SDK", async () => {
        await emulator.faults([{ action: "DescribeSnapshots", kind: "malformed" }]);

        await expect(describeSnapshots({})).rejects.toThrow();
        await emulator.faults([]);
        expect(await describeSnapshots({})).toEqual([]);
    });

    test("a call that hangs holds up no other, and ends with its connection", async () => {
        await emulator.faults([{ action: "DescribeVolumes", kind: "hang" }]);
        const leave = new AbortController();
        const hanging = ec2.send(new DescribeVolumesCommand({}), { abortSignal: leave.signal });
        await expect.poll(() => emulator.count("DescribeVolumes")).toBe(1);

        expect(await describeSnapshots({})).toEqual([]);
        leave.abort();

        expect(await refusal(hanging)).toMatch(/^AbortError/);
    });

    test("a delay takes its time, then EC2 answers as ever", async () => {
        await emulator.faults([{ action: "DescribeSnapshots", kind: "delay", seconds: 0.3 }]);
        const started = performance.now();

        expect(await describeSnapshots({})).toEqual([]);

        expect(performance.now() - started).toBeGreaterThanOrEqual(290);
    });

    test("a seed makes chance repeatable", async () => {
        const run = async () => {
            await emulator.clearCalls();
            await emulator.set({ seed: 7 });
            await emulator.faults([{ action: "DescribeSnapshots", probability: 0.5, code: "Throttling" }]);
            for (let call = 0; call < 20; call++) await describeSnapshots({}).catch(() => undefined);
            return (await emulator.calls()).map(({ error }) => error);
        };
        const first = await run();

        expect(new Set(first)).toEqual(new Set([null, "Throttling"]));
        expect(await run()).toEqual(first);
    });

    test("misspelt rules and settings are refused instead of ignored", async () => {
        const misspelt = { acton: "CreateSnapshot" };
        await expect(emulator.faults([misspelt as object])).rejects.toThrow("acton");
        const unknown = { snapshotSecond: 1 };
        await expect(emulator.set(unknown as object)).rejects.toThrow("snapshotSecond");
    });

    test("a call that nobody here knows fails at once, saying so", async () => {
        const patient = emulator.ec2({ maxAttempts: 3 });
        await emulator.clearCalls();

        expect(
            await refusal(patient.send(new CreateReplaceRootVolumeTaskCommand({ InstanceId: "i-1" }))),
        ).toMatch(/^EmulatorFailure: CreateReplaceRootVolumeTask: NotImplementedError/);
        expect(await emulator.count("CreateReplaceRootVolumeTask")).toBe(1);
    });
});

describe("the process", () => {
    test("reset brings back everything: resources, calls, settings, clock and faults", async () => {
        const settings = await emulator.set({});
        await emulator.set({ snapshotSeconds: 60, volumeError: "error" });
        await createSnapshot();
        await ec2.send(new EnableSnapshotBlockPublicAccessCommand({ State: "block-all-sharing" }));
        await emulator.advance(3600);
        await emulator.faults([{ code: "Throttling" }]);

        await emulator.reset();

        expect(await emulator.calls()).toEqual([]);
        expect(await emulator.set({})).toEqual(settings);
        expect(await describeSnapshots({})).toEqual([]);
        const { State } = await ec2.send(new GetSnapshotBlockPublicAccessStateCommand({}));
        expect(State).toBe("unblocked");
        const [call] = await emulator.calls();
        expect(Math.abs(Date.now() - Date.parse(call?.time ?? ""))).toBeLessThan(60_000);
    });

    test("stop ends it, and it ends by itself when whoever started it is killed", async () => {
        const mine = await startEmulator();
        await mine.stop();
        expect(isRunning(mine.pid)).toBe(false);

        // In another process, with no chance to clean up.
        const program = `import(${JSON.stringify(`${__dirname}/emulator/start.mjs`)})
            .then(({ startEmulatorProcess }) => startEmulatorProcess())
            .then(({ pid }) => console.log(pid));`;
        const parent = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
        const pid = await new Promise<number>((resolve) => {
            createInterface({ input: parent.stdout }).once("line", (line) => resolve(Number(line)));
        });
        expect(isRunning(pid)).toBe(true);
        parent.kill("SIGKILL");

        await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false);
    });
});

function isRunning(pid: number): boolean {
    try {
        return process.kill(pid, 0);
    } catch {
        return false;
    }
}
