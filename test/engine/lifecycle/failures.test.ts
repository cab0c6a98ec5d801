// Refusals end within seconds, say what is missing, and lose nothing.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { during, live, program, snapshot, snapshotIds } from "../steps";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume();
});

/** The provider's own looks, not those of this test. */
const looking = { action: "DescribeSnapshots", params: { "Filter.1.Name": "snapshot-id" } };
const denied = { code: "UnauthorizedOperation", message: "You are not authorized." };
const expired = { code: "ExpiredToken", message: "The security token is too old." };
const renew = "The credentials have expired: renew them";

test("without permission or with expired credentials create fails at once with the remedy, and the state stays empty", async () => {
    const project = await createProject(program(snapshot("data", { volumeId })));
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
});

test("an error while waiting, reading, updating or deleting keeps the id in the state, and the next run continues", async () => {
    const project = await createProject(program(snapshot("data", { volumeId })));
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
});
