// Tests that access to a snapshot is granted once, changed in place, revoked on delete, and never interrupted.
// It needs the engine for configuration by path and the text of previews.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { grantsIn, grantsSent, grantOutside, share, shares } from "./shares";
import { during, live, snapshot } from "../steps";

const [alice, bob, carol] = ["111122223333", "444455556666", "777788889999"];

let volumeId: string;
let snapshotId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume();
    snapshotId = await emulator.createSnapshot(volumeId);
});

test("a share waits for a pending snapshot, grants aliases and ids once, makes no call if unchanged, and revokes", async () => {
    await emulator.set({ snapshotSeconds: 2, grantSeconds: 1 });
    const text = shares(
        snapshot("data", { volumeId, waitForCompletion: false }),
        `const s = new SnapshotShare("s", { snapshotId: data.snapshotId, accounts: ["prod", "${bob}", "${bob}"] });`,
        "exports.share = { id: s.id, accountIds: s.accountIds, grants: s.grants, isPublic: s.isPublic };",
    );
    const project = await createProject(text, {
        config: { "ebs-snapshots:accounts": `{"prod":${alice},"audit":"${carol}"}` },
    });
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain("3 to create");
    const created = await during(emulator, () => project.up());
    expect(grantsSent(created.calls)).toEqual([["add", alice, bob]]);
    const { id = "" } = await live(project, "data");
    expect(await project.outputs()).toEqual({
        share: {
            id,
            accountIds: [alice, bob],
            grants: [alice, bob],
            isPublic: false,
        },
    });
    expect(await grantsIn(emulator, id)).toEqual([alice, bob]);

    await emulator.set({ grantSeconds: 0 });
    const repeated = await during(emulator, () => project.up());
    expect(repeated.result).toContain("3 unchanged");
    // The run reads once whether the snapshot, which the first run did not await, has failed.
    expect(repeated.all.map(({ action }) => action)).toEqual(["DescribeSnapshots"]);

    // Another order or form of the same accounts shows no diff; a changed id of the alias does.
    await project.program(text.replace(`["prod", "${bob}", "${bob}"]`, `["${bob}", "prod"]`));
    const turned = await during(emulator, () => project.up());
    expect(turned.result).toContain("3 unchanged");
    await project.succeed("config", "set", "--path", "ebs-snapshots:accounts.prod", carol);
    const moved = await during(emulator, () => project.up());
    expect(grantsSent(moved.calls)).toEqual([
        ["add", carol],
        ["remove", alice],
    ]);
    expect((await live(project, "s")).outputs).toMatchObject({
        accountIds: [bob, carol],
        grants: [bob, carol],
    });

    await project.program(shares(snapshot("data", { volumeId, waitForCompletion: false })));
    const deleted = await during(emulator, () => project.up());
    expect(grantsSent(deleted.calls)).toEqual([["remove", bob, carol]]);
    expect(await grantsIn(emulator, id)).toEqual([]);
});

test("more than 500 accounts are sent in several calls, additions before removals", async () => {
    const many = (from: number) =>
        Array.from({ length: 501 }, (_, index) => String(100_000_000_000 + from + index));
    const project = await createProject(shares(share("s", { snapshotId, accounts: many(0) })));
    const created = await during(emulator, () => project.up());
    expect(grantsSent(created.calls).map(([operation, ...grants]) => [operation, grants.length])).toEqual([
        ["add", 500],
        ["add", 1],
    ]);
    await project.program(shares(share("s", { snapshotId, accounts: many(1_000) })));
    const changed = await during(emulator, () => project.up());
    expect(grantsSent(changed.calls).map(([operation, ...grants]) => [operation, grants.length])).toEqual([
        ["add", 500],
        ["add", 1],
        ["remove", 500],
        ["remove", 1],
    ]);
    expect(await grantsIn(emulator, snapshotId)).toEqual(many(1_000));
    await project.destroy();
    expect(await grantsIn(emulator, snapshotId)).toEqual([]);
});

test("a share owns all declared grants; revoked ones are granted again, undeclared ones are kept", async () => {
    await grantOutside(emulator, snapshotId, "add", carol);
    const text = (...accounts: string[]) => shares(share("s", { snapshotId, accounts }));
    const project = await createProject(text(alice, carol));
    expect(await project.preview()).toContain(`${snapshotId} will be shared with ${alice}, ${carol}`);
    const created = await during(emulator, () => project.up());
    expect(grantsSent(created.calls)).toEqual([["add", alice, carol]]);
    expect((await live(project, "s")).outputs).toMatchObject({
        accountIds: [alice, carol],
        grants: [alice, carol],
    });

    await grantOutside(emulator, snapshotId, "add", bob);
    await grantOutside(emulator, snapshotId, "remove", alice);
    await project.refresh();
    expect((await live(project, "s")).outputs).toMatchObject({
        accountIds: [alice, carol],
        grants: [bob, carol],
    });
    const drifted = await during(emulator, () => project.preview());
    expect(drifted.result).toContain("1 to update");
    expect(drifted.result).toContain(`=> "${alice}"`);
    const mended = await during(emulator, () => project.up());
    expect(grantsSent(mended.calls)).toEqual([["add", alice]]);

    await project.program(text(alice));
    expect(await project.preview()).toContain(`revokes the access of ${carol} to ${snapshotId}`);
    const updated = await during(emulator, () => project.up());
    expect(grantsSent(updated.calls)).toEqual([["remove", carol]]);
    await project.destroy();
    expect(await grantsIn(emulator, snapshotId)).toEqual([bob]);
});

test("exclusive lists revoked accounts at preview; later grants of others are drift; destroy leaves no access", async () => {
    await grantOutside(emulator, snapshotId, "add", bob, "all");
    const project = await createProject(
        shares(share("s", { snapshotId, accounts: [alice], exclusive: true })),
    );
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain(`exclusive revokes the access of ${bob}, everyone to ${snapshotId}`);
    const created = await during(emulator, () => project.up());
    expect(grantsSent(created.calls)).toEqual([
        ["add", alice],
        ["remove", bob, "all"],
    ]);
    await grantOutside(emulator, snapshotId, "add", carol);
    await project.refresh();
    const drifted = await during(emulator, () => project.preview());
    expect(drifted.result).toContain(`exclusive revokes the access of ${carol} to ${snapshotId}`);
    const mended = await during(emulator, () => project.up());
    expect(grantsSent(mended.calls)).toEqual([["remove", carol]]);

    await grantOutside(emulator, snapshotId, "add", carol);
    await project.destroy();
    expect(await grantsIn(emulator, snapshotId)).toEqual([]);
});

test("an exclusive share and another share of the same snapshot are rejected at preview and up, in any order", async () => {
    const exclusive = share("one", { snapshotId, accounts: [alice], exclusive: true });
    const other = share("two", { snapshotId, accounts: [bob] });
    const project = await createProject(shares(exclusive, other));
    for (const lines of [
        [exclusive, other],
        [other, exclusive],
    ]) {
        await project.program(shares(...lines));
        const { result } = await during(emulator, () => project.run("preview"));
        expect(result.code).not.toBe(0);
        expect(result.output).toMatch(/Declare all accounts in one share/);
        expect(await project.upFails()).toMatch(/Declare all accounts in one share/);
    }
    const { calls } = await during(emulator, () => project.upFails());
    expect(grantsSent(calls).flat()).not.toContain("remove");
    await project.destroy();
});

test("refresh removes the share of a snapshot that was deleted outside Pulumi", async () => {
    const project = await createProject(shares(share("s", { snapshotId, accounts: [alice] })));
    await project.up();
    await emulator.deleteSnapshot(snapshotId);
    await project.refresh();
    expect(await project.state()).toEqual([]);
});

test("malformed ids, unknown aliases and the owner's account fail at preview with their entry; nothing is granted", async () => {
    const project = await createProject(
        shares(share("s", { snapshotId, accounts: ["12345", "prodd", alice] })),
        { config: { "ebs-snapshots:accounts": `{"prod":"${alice}","audit":"${carol}"}` } },
    );
    const wrong = await during(emulator, () => project.run("preview"));
    expect(wrong.result.code).not.toBe(0);
    for (const [index, entry] of ["12345", "prodd"].entries()) {
        expect(wrong.result.output).toContain(
            `is "${entry}", but must be an account id of 12 digits or an alias: audit, prod of ebs-snapshots:accounts`,
        );
        expect(wrong.result.output).toContain(`has a problem: accounts[${String(index)}] is`);
    }
    expect(wrong.all).toEqual([]);

    for (const owned of [JSON.stringify(snapshotId), "pulumi.output(data.snapshotId)"]) {
        await project.program(
            shares(
                snapshot("data", { volumeId }),
                `const s = new SnapshotShare("s", { snapshotId: ${owned}, accounts: ["prod", "123456789012"] });`,
            ),
        );
        const own = await during(emulator, () => project.run("preview"));
        expect(own.result.code).not.toBe(0);
        expect(own.result.output).toMatch(
            /has a problem: accounts\[1\] is .*another account than the snapshot's owner/,
        );
    }
    expect(await grantsIn(emulator, snapshotId)).toEqual([]);
});

test("without permission nothing is granted, and the error contains the missing permission", async () => {
    const project = await createProject(shares(share("s", { snapshotId, accounts: [alice] })));
    await emulator.faults([
        {
            action: "ModifySnapshotAttribute",
            code: "UnauthorizedOperation",
            message: "You are not authorized.",
        },
    ]);
    const refused = await project.upFails();
    expect(refused).toContain(
        `creating share of snapshot ${snapshotId}: UnauthorizedOperation: You are not authorized. ` +
            "The caller needs the IAM permission ec2:ModifySnapshotAttribute.",
    );
    expect(await project.state()).toEqual([]);

    await emulator.faults([]);
});
