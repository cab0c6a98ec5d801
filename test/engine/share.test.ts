// Who may use a snapshot: granted once, changed in place, revoked in the end, and never interrupted.

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../emulator/emulator";
import { Project } from "./project";
import { grantsIn, grantsSent, grantOutside, share, shares } from "./shares";
import { during, live, snapshot } from "./steps";

const [alice, bob, carol] = ["111122223333", "444455556666", "777788889999"];

let emulator: Emulator;
let volumeId: string;
let snapshotId: string;

beforeAll(async () => {
    emulator = await startEmulator();
});
beforeEach(async () => {
    await emulator.reset();
    volumeId = await emulator.createVolume();
    snapshotId = await emulator.createSnapshot(volumeId);
});
afterAll(() => emulator.stop());

test("a share of a snapshot that is still pending waits for it, grants aliases and ids once, asks nothing when nothing changed, and takes back in the end", async () => {
    await emulator.set({ snapshotSeconds: 2, grantSeconds: 1 });
    const text = shares(
        snapshot("data", { volumeId, waitForCompletion: false }),
        `const s = new SnapshotShare("s", { snapshotId: data.snapshotId, accounts: ["prod", "${bob}", "${bob}"] });`,
        "exports.share = { id: s.id, accountIds: s.accountIds, granted: s.granted, grants: s.grants, isPublic: s.isPublic };",
    );
    const project = await Project.create(emulator, text, {
        config: { "ebs-snapshots:accounts": `{"prod":${alice},"audit":"${carol}"}` },
    });
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain("3 to create");
    const made = await during(emulator, () => project.up());
    expect(grantsSent(made.calls)).toEqual([["add", alice, bob]]);
    const { id = "" } = await live(project, "data");
    expect(await project.outputs()).toEqual({
        share: {
            id,
            accountIds: [alice, bob],
            granted: [alice, bob],
            grants: [alice, bob],
            isPublic: false,
        },
    });
    expect(await grantsIn(emulator, id)).toEqual([alice, bob]);

    await emulator.set({ grantSeconds: 0 });
    const again = await during(emulator, () => project.up());
    expect(again.result).toContain("3 unchanged");
    expect(again.all).toEqual([]);

    // Another order and other words for the same accounts are no difference; another id behind the alias is one.
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
        granted: [bob, carol],
        grants: [bob, carol],
    });

    await project.program(shares(snapshot("data", { volumeId, waitForCompletion: false })));
    const deleted = await during(emulator, () => project.up());
    expect(grantsSent(deleted.calls)).toEqual([["remove", bob, carol]]);
    expect(await grantsIn(emulator, id)).toEqual([]);
    await project.remove();
});

test("more than 500 accounts go in several calls, additions before removals", async () => {
    const many = (from: number) =>
        Array.from({ length: 501 }, (_, index) => String(100_000_000_000 + from + index));
    const project = await Project.create(emulator, shares(share("s", { snapshotId, accounts: many(0) })));
    const made = await during(emulator, () => project.up());
    expect(grantsSent(made.calls).map(([operation, ...grants]) => [operation, grants.length])).toEqual([
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
    await project.remove();
});

test("what others granted is shown and left alone, also where it is declared here; what others revoked is granted again", async () => {
    await grantOutside(emulator, snapshotId, "add", carol);
    const text = (...accounts: string[]) => shares(share("s", { snapshotId, accounts }));
    const project = await Project.create(emulator, text(alice, carol));
    const made = await during(emulator, () => project.up());
    expect(grantsSent(made.calls)).toEqual([["add", alice]]);
    expect((await live(project, "s")).outputs).toMatchObject({
        accountIds: [alice, carol],
        granted: [alice],
        grants: [alice, carol],
    });

    await grantOutside(emulator, snapshotId, "add", bob);
    await grantOutside(emulator, snapshotId, "remove", alice);
    await project.refresh();
    expect((await live(project, "s")).outputs).toMatchObject({ granted: [], grants: [bob, carol] });
    const drifted = await during(emulator, () => project.preview());
    expect(drifted.result).toContain("1 to update");
    expect(drifted.result).toContain(`=> "${alice}"`);
    const mended = await during(emulator, () => project.up());
    expect(grantsSent(mended.calls)).toEqual([["add", alice]]);

    // Granted by hand first, declared afterwards: it stays theirs.
    await project.program(text(alice, bob, carol));
    const declared = await during(emulator, () => project.up());
    expect(grantsSent(declared.calls)).toEqual([]);
    expect((await live(project, "s")).outputs).toMatchObject({
        granted: [alice],
        grants: [alice, bob, carol],
    });
    await project.destroy();
    expect(await grantsIn(emulator, snapshotId)).toEqual([bob, carol]);
    await project.remove();
});

test("exclusive says at preview whom it revokes, and revokes; what others add comes back as drift; destroy leaves nobody", async () => {
    await grantOutside(emulator, snapshotId, "add", bob, "all");
    const project = await Project.create(
        emulator,
        shares(share("s", { snapshotId, accounts: [alice], exclusive: true })),
    );
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain(`exclusive revokes the access of ${bob}, everyone to ${snapshotId}`);
    const made = await during(emulator, () => project.up());
    expect(grantsSent(made.calls)).toEqual([
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
    await project.remove();
});

test("two exclusive shares of one snapshot are refused, on exclusive", async () => {
    const project = await Project.create(
        emulator,
        shares(
            share("one", { snapshotId, accounts: [alice], exclusive: true }),
            share("two", { snapshotId, accounts: [bob], exclusive: true }),
        ),
    );
    const { result, calls } = await during(emulator, () => project.run("preview"));
    expect(result.code).not.toBe(0);
    expect(result.output).toMatch(
        /property exclusive .*is true, but must be so in one share of a snapshot alone/,
    );
    expect(grantsSent(calls)).toEqual([]);
    await project.remove();
});

test("a snapshot that others deleted takes the share with it", async () => {
    const project = await Project.create(emulator, shares(share("s", { snapshotId, accounts: [alice] })));
    await project.up();
    await emulator.deleteSnapshot(snapshotId);
    await project.refresh();
    expect(await project.state()).toEqual([]);
    await project.remove();
});

test("malformed ids, unknown aliases and the owner's own account fail at preview, each on its entry, and nothing is granted", async () => {
    const project = await Project.create(
        emulator,
        shares(share("s", { snapshotId, accounts: ["12345", "prodd", alice] })),
        { config: { "ebs-snapshots:accounts": `{"prod":"${alice}","audit":"${carol}"}` } },
    );
    const wrong = await during(emulator, () => project.run("preview"));
    expect(wrong.result.code).not.toBe(0);
    for (const [index, entry] of ["12345", "prodd"].entries()) {
        expect(wrong.result.output).toContain(
            `is "${entry}", but must be an account id of 12 digits or an alias: audit, prod of ebs-snapshots:accounts`,
        );
        expect(wrong.result.output).toContain(`property accounts[${String(index)}]`);
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
            /property accounts\[1\] .*another account than the snapshot's owner/,
        );
    }
    expect(await grantsIn(emulator, snapshotId)).toEqual([]);
    await project.remove();
});

test("without permission nothing is granted, and the permission is named", async () => {
    const project = await Project.create(emulator, shares(share("s", { snapshotId, accounts: [alice] })));
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
    expect((await emulator.snapshots())[0]?.Tags).toBeUndefined();

    // Without the permission to note what it grants, it grants all the same.
    await emulator.faults([
        { action: "CreateTags", code: "UnauthorizedOperation", message: "Not this one." },
    ]);
    const untold = await project.up();
    expect(untold).toContain("what this stack grants cannot be noted on the snapshot: UnauthorizedOperation");
    expect(await grantsIn(emulator, snapshotId)).toEqual([alice]);
    await project.destroy();
    expect(await grantsIn(emulator, snapshotId)).toEqual([]);
    await project.remove();
});
