// Tests that permanent errors end a run within seconds with the missing permission, and lose nothing.

import { expect } from "vitest";
import { emulator, test } from "../fixture";
import { snapshot } from "./declare";
import { Engine } from "./engine";
import { during, snapshotIds } from "../engine/steps";

let volumeId: string;

let engine: Engine;

test.beforeEach(async () => {
    engine = new Engine(emulator);
    volumeId = await emulator.createVolume();
});

/** Selects the provider's own reads, not those of this test. */
const readCall = { action: "DescribeSnapshots", params: { "Filter.1.Name": "snapshot-id" } };
const denied = { code: "UnauthorizedOperation", message: "You are not authorized." };
const expired = { code: "ExpiredToken", message: "The security token is too old." };
const renew = "The credentials have expired: renew them";

test("without permission or valid credentials, create fails immediately with the remedy; the state stays empty", async () => {
    engine.program = [snapshot("data", { volumeId })];
    await emulator.faults([{ action: "CreateSnapshot", ...denied }]);
    const forbidden = await during(emulator, () => engine.upFails());
    expect(forbidden.result.output).toContain(
        `creating snapshot of volume ${volumeId}: UnauthorizedOperation: You are not authorized. ` +
            "The caller needs the IAM permission ec2:CreateSnapshot.",
    );
    expect(forbidden.actions).toEqual(["CreateSnapshot"]);

    await emulator.faults([{ action: "CreateSnapshot", ...expired }]);
    const late = await during(emulator, () => engine.upFails());
    expect(late.result.output).toContain(
        `creating snapshot of volume ${volumeId}: ExpiredToken: The security token is too old. ${renew}`,
    );
    // Renewed credentials are loaded once.
    expect(late.actions).toEqual(["CreateSnapshot", "CreateSnapshot"]);
    expect(engine.state).toEqual([]);
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("an error during waiting, reading, updating or deleting keeps the id in the state, and the next run continues", async () => {
    engine.program = [snapshot("data", { volumeId })];
    await emulator.faults([{ ...readCall, ...denied }]);
    const blind = await during(emulator, () => engine.upFails());
    const [id = ""] = await snapshotIds(emulator);
    expect(blind.result.output).toContain(
        `waiting for snapshot ${id} of volume ${volumeId}: UnauthorizedOperation: You are not authorized. ` +
            "The caller needs the IAM permission ec2:DescribeSnapshots.",
    );
    expect(blind.actions).toEqual(["CreateSnapshot", "DescribeSnapshots"]);
    expect(engine.live("data").id).toBe(id);

    await emulator.faults([{ ...readCall, ...expired }]);
    const late = await during(emulator, () => engine.upFails());
    expect(late.result.output).toContain(`ExpiredToken: The security token is too old. ${renew}`);
    const unread = await during(emulator, () => engine.refreshFails());
    expect(unread.result.output).toContain(`reading snapshot ${id} of volume ${volumeId}: ExpiredToken`);
    expect(engine.live("data").id).toBe(id);

    await emulator.faults([]);
    const resumed = await during(emulator, () => engine.up());
    expect(resumed.actions).not.toContain("CreateSnapshot");
    expect(engine.live("data")).toMatchObject({ id, outputs: { state: "completed" } });

    await emulator.faults([{ action: "DeleteSnapshot", ...denied }]);
    const kept = await during(emulator, () => engine.destroyFails());
    expect(kept.result.output).toContain(
        `deleting snapshot ${id} of volume ${volumeId}: UnauthorizedOperation: You are not authorized. ` +
            "The caller needs the IAM permission ec2:DeleteSnapshot.",
    );
    expect(kept.actions).toEqual(["DescribeSnapshots", "DeleteSnapshot"]);
    expect(engine.live("data").id).toBe(id);
    await emulator.faults([]);
    await engine.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});
