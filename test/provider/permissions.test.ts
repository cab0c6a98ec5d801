// Tests that docs/permissions.json lists exactly the permissions that the caller needs.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CreateVolumeCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { expect, vi } from "vitest";
import { emulator, test } from "../fixture";
import { snapshot } from "./declare";
import type { Kind } from "./door";
import { Engine } from "./engine";
import type { Declared } from "./engine-run";
import * as provider from "../../provider";
import type { Call } from "../emulator/controls";

// Each test runs a full lifecycle.
vi.setConfig({ testTimeout: 300_000 });

interface Need {
    actions: string[];
    /** Is the service that requires the permission, if no call of the package does. */
    by?: string;
    /** Is the test that makes these calls, if a full lifecycle does not. */
    exercised?: string;
}

let volumeId: string;
let snapshotId: string;
let encryptedVolumeId: string;
let encryptedId: string;
let instanceId: string;

let engine: Engine;

test.beforeEach(async () => {
    engine = new Engine(emulator);
    volumeId = await emulator.createVolume({ size: 8, tags: { Owner: "team" } });
    snapshotId = await emulator.createSnapshot(volumeId);
    const machine = { ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 };
    const { Instances = [] } = await emulator.ec2().send(new RunInstancesCommand(machine));
    instanceId = Instances[0]?.InstanceId ?? "";
    // It uses a customer managed key, because a snapshot with EC2's default key cannot be shared.
    const KmsKeyId = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111";
    const disk = { AvailabilityZone: "us-east-1a", Size: 1, Encrypted: true, KmsKeyId };
    const { VolumeId = "" } = await emulator.ec2().send(new CreateVolumeCommand(disk));
    encryptedVolumeId = VolumeId;
    encryptedId = await emulator.createSnapshot(VolumeId);
    // An earlier version wrote this tag; a share removes it.
    await emulator.tag(encryptedId, { "pulumi-ebs-snapshots:granted-project": "111122223333" });
});

/** The steps use each option once, and revert it in a later step. */
const optionsOfSnapshots = [
    {
        tags: { Tier: "gold" },
        lock: { mode: "governance", duration: "30 days" },
        fastRestore: { availabilityZones: ["us-east-1a"] },
    },
    { storageTier: "archive", tags: { Level: "two" } },
    { storageTier: "standard", permanentRestore: true },
];

const lives: Record<string, () => object[]> = {
    Snapshot: () => optionsOfSnapshots.map((step) => ({ volumeId, copyTagsFromVolume: true, ...step })),
    SnapshotCopy: () =>
        optionsOfSnapshots.map((step) => ({
            sourceSnapshotId: snapshotId,
            sourceRegion: "us-east-1",
            encrypted: false,
            ...step,
        })),
    InstanceSnapshots: () => [
        { instanceId, copyTagsFromVolume: true, tags: { Tier: "gold" } },
        { instanceId, tags: { Level: "two" } },
    ],
    CompletedSnapshots: () => [{ snapshotIds: [snapshotId] }],
    VolumeFromSnapshot: () => {
        const args = { snapshotId, availabilityZone: "us-east-1a", encrypted: false };
        return [
            { ...args, tags: { Tier: "gold" }, waitForInitialization: true },
            { ...args, size: 10, finalSnapshot: true, tags: { Level: "two" } },
            { ...args, availabilityZone: "us-east-1b", size: 10, carryData: true },
        ];
    },
    LifecyclePolicy: () => {
        const schedule = {
            name: "daily",
            createRule: { interval: 24, intervalUnit: "HOURS" },
            retainRule: { count: 7 },
        };
        const shareRules = [{ targetAccounts: ["111122223333"] }];
        const policy = (count: number, tags: object) => ({
            description: "daily",
            executionRoleArn: "arn:aws:iam::123456789012:role/dlm",
            policyDetails: {
                resourceTypes: ["VOLUME"],
                targetTags: { Backup: "daily" },
                schedules: [{ ...schedule, retainRule: { count }, shareRules }],
            },
            tags,
        });
        const named = { ...policy(7, { Tier: "gold" }), targetVolumeIds: [volumeId, encryptedVolumeId] };
        return [named, policy(9, { Level: "two" })];
    },
    VolumeClone: () => {
        const args = { sourceVolumeId: volumeId, encrypted: false };
        return [
            { ...args, tags: { Tier: "gold" }, waitForInitialization: true, copyTagsFromVolume: true },
            { ...args, size: 10, finalSnapshot: true, tags: { Level: "two" } },
            { ...args, encrypted: true, size: 10, carryData: true },
        ];
    },
    SnapshotShare: () => [
        { snapshotId: encryptedId, accounts: ["111122223333"] },
        { snapshotId, public: true },
    ],
};

/** Returns the name in IAM; KMS has the action in a header after the name of its protocol. */
const asAction = ({ service, action }: Call) => `${service}:${action.split(".").at(-1)!}`;

async function needs(): Promise<Record<string, Need[]>> {
    const file = resolve(__dirname, "../../docs/permissions.json");
    return JSON.parse(await readFile(file, "utf8")) as Record<string, Need[]>;
}

test("every resource is listed and has a lifecycle here", async () => {
    // The state contains the record of a schedule, without a call.
    const resources = Object.keys(provider).filter((name) => name !== "SchedulePlan");
    expect(Object.keys(await needs()).sort()).toEqual(resources.sort());
    expect(Object.keys(lives).sort()).toEqual(resources);
});

async function userWho(...actions: string[]): Promise<Record<string, string>> {
    const { accessKey, secretKey } = await emulator.user("deployer", actions);
    return { "aws:accessKey": accessKey, "aws:secretKey": secretKey };
}

test.each(Object.keys(lives))(
    "the full lifecycle of %s uses exactly the listed permissions",
    async (resource) => {
        const [first, ...later] = lives[resource]!().map((args): Declared[] => [
            { kind: resource as Kind, name: "one", args: { ...args } },
        ]);
        const { [resource]: listed = [] } = await needs();
        const config = {
            "ebs-snapshots:allowPublicSharing": "true",
            ...(await userWho(...listed.flatMap(({ actions }) => actions))),
        };
        engine.config = config;
        await emulator.clearCalls();
        await engine.up(first);
        for (const step of later) await engine.up(step);
        await engine.refresh();
        // An AMI uses this snapshot, and the failure contains the id of the AMI.
        await emulator.faults([{ action: "DeleteSnapshot", code: "InvalidSnapshot.InUse", times: 1 }]);
        await engine.destroy();
        // No policy can deny this action.
        const free = "sts:GetCallerIdentity";
        const called = new Set((await emulator.calls()).map(asAction).filter((action) => action !== free));

        const refused = (await emulator.calls()).filter(({ error }) =>
            error?.match(/Unauthorized|AccessDenied/),
        );
        expect(refused).toEqual([]);
        const calling = listed.filter(({ by, exercised }) => by === undefined && exercised === undefined);
        expect([...called].sort()).toEqual([...new Set(calling.flatMap(({ actions }) => actions))].sort());
    },
);

test("a caller without one of them fails with the missing permission, and nothing is created", async () => {
    const config = await userWho("ec2:CreateSnapshot", "ec2:DescribeSnapshots");
    engine.config = config;
    const before = await emulator.snapshots();
    const { output: failed } = await engine.upFails([snapshot("one", { volumeId })]);
    expect(failed).toContain("creating snapshot of volume");
    expect(failed).toContain("The caller needs the IAM permission ec2:CreateTags.");
    expect(await emulator.snapshots()).toEqual(before);
    expect(engine.state).toEqual([]);
});
