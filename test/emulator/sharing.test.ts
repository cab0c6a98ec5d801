import {
    CreateVolumeCommand,
    DisableSnapshotBlockPublicAccessCommand,
    EnableSnapshotBlockPublicAccessCommand,
    GetSnapshotBlockPublicAccessStateCommand,
    ModifySnapshotAttributeCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect } from "vitest";
import { emulator, test } from "../fixture";
import { defaultAccount } from "./emulator";
import {
    otherAccount,
    zone,
    ec2,
    createSnapshot,
    idsOf,
    refusal,
    grantsOf,
    makePublic,
    shareWith,
} from "./calls";

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

    test("a change takes effect immediately and becomes visible after `grantSeconds`", async () => {
        const SnapshotId = await createSnapshot();
        await emulator.set({ grantSeconds: 60 });
        await shareWith(SnapshotId, otherAccount);

        expect(await grantsOf(SnapshotId)).toEqual({ users: [], groups: [] });
        expect(await idsOf({}, emulator.ec2({ account: otherAccount }))).toEqual([SnapshotId]);
        await emulator.advance(61);
        expect(await grantsOf(SnapshotId)).toEqual({ users: [otherAccount], groups: [] });
    });

    test("sharing with the owner is rejected", async () => {
        const SnapshotId = await createSnapshot();

        expect(await refusal(shareWith(SnapshotId, defaultAccount))).toMatch(/^InvalidParameterValue: /);
    });

    test("RestorableByUserIds returns own and explicitly shared snapshots, or the public ones", async () => {
        const [unshared, shared, open] = [
            await createSnapshot(),
            await createSnapshot(),
            await createSnapshot(),
        ];
        await shareWith(shared, otherAccount);
        await makePublic(open);
        const other = emulator.ec2({ account: otherAccount });

        expect(await idsOf({ RestorableByUserIds: ["self"] }, other)).toEqual([shared]);
        expect(await idsOf({ RestorableByUserIds: ["all"] }, other)).toEqual([open]);
        expect(await idsOf({ RestorableByUserIds: ["self"] })).toEqual([unshared, shared, open]);
    });

    test("accepts at most 500 changes per call", async () => {
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

    test("an encrypted snapshot cannot be public, and one encrypted with the default key cannot be shared", async () => {
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

    test("block public access rejects new public sharing and, with block-all-sharing, hides existing public snapshots", async () => {
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
