// Tests that a share whose update fails halfway owns every grant that may still exist, so that a later run revokes it.

import { ModifySnapshotAttributeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { ec2, grantsOf } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { share } from "./declare";
import { Engine } from "./engine";

const [alice, bob, carol] = ["111122223333", "444455556666", "777788889999"];
const change = { action: "ModifySnapshotAttribute", kind: "reset" } as const;

let snapshotId: string;
let engine: Engine;

test.beforeEach(async () => {
    snapshotId = await emulator.createSnapshot(await emulator.createVolume());
    engine = new Engine(emulator);
    await engine.up([share("s", { snapshotId, accounts: [alice, bob] })]);
});

const users = async () => (await grantsOf(snapshotId)).users.sort();
const owned = () => engine.live("s").outputs["accountIds"];

test("a revocation that EC2 does not show in time is repeated by the next run", async () => {
    await emulator.set({ grantSeconds: 3_600 });
    const { output } = await engine.upFails([share("s", { snapshotId, accounts: [alice] })]);
    expect(output).toContain(`EC2 still shows the access of ${bob} after 10 minutes`);
    expect(owned()).toEqual([alice, bob]);

    await emulator.set({ grantSeconds: 0 });
    const CreateVolumePermission = { Add: [{ UserId: bob }] };
    const Attribute = "createVolumePermission";
    await ec2.send(
        new ModifySnapshotAttributeCommand({ SnapshotId: snapshotId, Attribute, CreateVolumePermission }),
    );
    await engine.up();
    expect(await users()).toEqual([alice]);
    expect(owned()).toEqual([alice]);
});

test("grants that may exist after lost answers are all revoked by a destroy", async () => {
    await emulator.faults([{ ...change, where: "after" }]);
    await engine.upFails([share("s", { snapshotId, accounts: [alice, carol] })]);
    expect(await users()).toContain(carol);
    await emulator.faults([]);
    await engine.destroy();
    expect(await users()).toEqual([]);
});

test("a grant that another share was to take over, in a run in which both failed, is revoked by the first one", async () => {
    const adding = (user: string) => ({
        action: change.action,
        params: { "CreateVolumePermission.Add.1.UserId": user },
    });
    await emulator.faults([
        { ...adding(bob), code: "UnauthorizedOperation", message: "No." },
        { ...adding(carol), kind: "reset" },
    ]);
    const next = share("s", { snapshotId, accounts: [alice, carol] });
    await engine.upFails([next, share("other", { snapshotId, accounts: [bob] })]);
    expect(engine.state.map(({ name }) => name)).toEqual(["s"]);
    expect(owned()).toEqual([alice, bob, carol]);
    await emulator.faults([]);
    await engine.up([next]);
    expect(await users()).toEqual([alice, carol]);
});
