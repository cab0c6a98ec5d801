// Refusals end within seconds, say what is missing, and lose nothing.

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../emulator/emulator";
import { Project } from "./project";
import { during, live, program, snapshot, snapshotIds } from "./steps";

let emulator: Emulator;
let volumeId: string;

beforeAll(async () => {
    emulator = await startEmulator();
});
beforeEach(async () => {
    await emulator.reset();
    volumeId = await emulator.createVolume();
});
afterAll(() => emulator.stop());

/** The provider's own looks, not those of this test. */
const looking = { action: "DescribeSnapshots", params: { "Filter.1.Name": "snapshot-id" } };
const denied = { code: "UnauthorizedOperation", message: "You are not authorized." };
const expired = { code: "ExpiredToken", message: "The security token is too old." };
const renew = "The credentials have expired: renew them";

test("without permission or with expired credentials creation fails at once, naming the permission or the remedy; nothing is left in the state", async () => {
    const project = await Project.create(emulator, program(snapshot("data", { volumeId })));
    await emulator.faults([{ action: "CreateSnapshot", ...denied }]);
    const forbidden = await during(emulator, () => project.upFails());
    expect(forbidden.result).toContain(
        `creating snapshot of volume ${volumeId}: UnauthorizedOperation: You are not authorized. ` +
            "The caller needs the IAM permission ec2:CreateSnapshot.",
    );
    expect(forbidden.actions).toEqual(["CreateSnapshot"]);

    await emulator.faults([{ action: "CreateSnapshot", ...expired }]);
    const late = await during(emulator, () => project.upFails());
    expect(late.result).toContain(
        `creating snapshot of volume ${volumeId}: ExpiredToken: The security token is too old. ${renew}`,
    );
    // Credentials that were renewed meanwhile are looked for once.
    expect(late.actions).toEqual(["CreateSnapshot", "CreateSnapshot"]);
    expect(await project.state()).toEqual([]);
    expect(await snapshotIds(emulator)).toEqual([]);
    await project.remove();
});

test("refused while waiting, reading, changing or deleting, the id stays in the state, and the next run goes on from there", async () => {
    const project = await Project.create(emulator, program(snapshot("data", { volumeId })));
    await emulator.faults([{ ...looking, ...denied }]);
    const blind = await during(emulator, () => project.upFails());
    const [id = ""] = await snapshotIds(emulator);
    expect(blind.result).toContain(
        `waiting for snapshot ${id} of volume ${volumeId}: UnauthorizedOperation: You are not authorized. ` +
            "The caller needs the IAM permission ec2:DescribeSnapshots.",
    );
    expect(blind.actions).toEqual(["CreateSnapshot", "DescribeSnapshots"]);
    expect((await live(project, "data")).id).toBe(id);

    await emulator.faults([{ ...looking, ...expired }]);
    const late = await during(emulator, () => project.upFails());
    expect(late.result).toContain(`ExpiredToken: The security token is too old. ${renew}`);
    const unread = await during(emulator, () => project.run("refresh", "--yes", "--skip-preview"));
    expect(unread.result.code).not.toBe(0);
    expect(unread.result.output).toContain(`reading snapshot ${id} of volume ${volumeId}: ExpiredToken`);
    expect((await live(project, "data")).id).toBe(id);

    await emulator.faults([]);
    const resumed = await during(emulator, () => project.up());
    expect(resumed.actions).not.toContain("CreateSnapshot");
    expect(await live(project, "data")).toMatchObject({ id, outputs: { state: "completed" } });

    await emulator.faults([{ action: "DeleteSnapshot", ...denied }]);
    const kept = await during(emulator, () => project.run("destroy", "--yes", "--skip-preview"));
    expect(kept.result.code).not.toBe(0);
    expect(kept.result.output).toContain(
        `deleting snapshot ${id} of volume ${volumeId}: UnauthorizedOperation: You are not authorized. ` +
            "The caller needs the IAM permission ec2:DeleteSnapshot.",
    );
    expect(kept.actions).toEqual(["DescribeSnapshots", "DeleteSnapshot"]);
    expect((await live(project, "data")).id).toBe(id);
    await emulator.faults([]);
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
    await project.remove();
});
