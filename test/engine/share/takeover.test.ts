// Tests that a declared grant is never interrupted when the program is rearranged, and that all grants of a stack are
// revoked on destroy.
// It needs the engine, which runs several shares of one program concurrently.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { grantOutside, grantsIn, grantsSent, share, shares } from "./shares";
import { during, live } from "../steps";

const [alice, bob, carol] = ["111122223333", "444455556666", "777788889999"] as const;

let snapshotId: string;
let project: Project;

test.beforeEach(async () => {
    snapshotId = await emulator.createSnapshot(await emulator.createVolume());
});

const of = (...accounts: string[]) => ({ snapshotId, accounts });
const outputs = async (name: string) => (await live(project, name)).outputs;

/** Runs `up` with these lines, and returns the requests and the resulting grants. */
async function up(...lines: string[]) {
    await project.program(shares(...lines));
    const { calls } = await during(emulator, () => project.up());
    return grantsSent(calls);
}

/** Returns the revocations among the requests. */
const removals = (sent: string[][]) => sent.filter(([operation]) => operation === "remove");

/** Returns the tags of the snapshot. */
async function tags(): Promise<Record<string, string>> {
    const [snapshot] = await emulator.snapshots();
    return Object.fromEntries((snapshot?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

test("renaming without an alias, replacing, splitting and merging revoke no declared grant; destroy revokes all", async () => {
    await grantOutside(emulator, snapshotId, "add", carol);
    project = await createProject(shares(share("first", of(alice, bob, carol))));
    await project.up();

    expect(removals(await up(share("renamed", of(alice, bob, carol))))).toEqual([]);
    expect(await outputs("renamed")).toMatchObject({
        accountIds: [alice, bob, carol],
        grants: [alice, bob, carol],
    });

    const { urn } = await live(project, "renamed");
    const replaced = await during(emulator, () => project.up("--replace", urn));
    expect(replaced.result).toContain("1 replaced");
    expect(removals(grantsSent(replaced.calls))).toEqual([]);
    expect(await outputs("renamed")).toMatchObject({ accountIds: [alice, bob, carol] });

    expect(removals(await up(share("renamed", of(alice)), share("split", of(bob, carol))))).toEqual([]);
    expect(await outputs("renamed")).toMatchObject({ accountIds: [alice] });
    expect(await outputs("split")).toMatchObject({ accountIds: [bob, carol] });

    expect(await up(share("renamed", of(alice, bob)))).toEqual([["remove", carol]]);
    expect(await outputs("renamed")).toMatchObject({ accountIds: [alice, bob] });

    expect(await up()).toEqual([["remove", alice, bob]]);
    expect(await grantsIn(emulator, snapshotId)).toEqual([]);
    expect(await tags()).toEqual({});
});

test("a split whose new part is registered later does not interrupt access", async () => {
    project = await createProject(shares(share("old", of(alice, bob))));
    await project.up();
    const later = "const soon = new Promise((done) => setTimeout(done, 1_500));";
    const part = `new SnapshotShare("part", { snapshotId: soon.then(() => "${snapshotId}"), accounts: ["${bob}"] });`;
    await project.program(shares(share("old", of(alice)), later, part));
    const { result, calls } = await during(emulator, () =>
        project.runWithOwnProvider("up", "--yes", "--skip-preview"),
    );
    expect(result.code, result.output).toBe(0);
    expect(removals(grantsSent(calls))).toEqual([]);
    expect(await grantsIn(emulator, snapshotId)).toEqual([alice, bob]);
});

test("a renamed share of 501 accounts takes over all grants", async () => {
    await grantOutside(emulator, snapshotId, "add", carol);
    const many = Array.from({ length: 501 }, (_, index) => String(100_000_000_000 + index));
    project = await createProject(shares(share("first", of(...many))));
    await project.up();
    expect(removals(await up(share("second", of(...many))))).toEqual([]);
    expect((await outputs("second"))["accountIds"]).toEqual(many);
    await project.destroy();
    expect(await grantsIn(emulator, snapshotId)).toEqual([carol]);
});

test("of two shares with the same account, deleting the last one revokes it; so does destroy --run-program", async () => {
    project = await createProject(shares(share("one", of(alice, bob)), share("two", of(bob, carol))));
    await project.up();
    expect(await up(share("two", of(bob, carol)))).toEqual([["remove", alice]]);
    expect(await up(share("one", of(alice, bob)), share("two", of(bob, carol)))).toEqual([
        ["add", alice, bob],
    ]);
    await project.destroy();
    expect(await grantsIn(emulator, snapshotId)).toEqual([]);
    await project.up();
    await project.destroy("--run-program");
    expect(await grantsIn(emulator, snapshotId)).toEqual([]);
    expect(await project.state()).toEqual([]);
});

test("with 30 % of calls throttled and delayed visibility, everything is granted and revoked", async () => {
    await emulator.set({ seed: 7, grantSeconds: 3 });
    await emulator.faults([
        { probability: 0.3, code: "RequestLimitExceeded", message: "slow down", status: 503 },
    ]);
    project = await createProject(shares(share("one", of(alice)), share("two", of(bob, carol))));
    await project.up();
    expect((await outputs("one"))["accountIds"]).toEqual([alice]);
    expect((await outputs("two"))["accountIds"]).toEqual([bob, carol]);
    await project.destroy();
    await emulator.faults([]);
    await emulator.advance(3);
    expect(await grantsIn(emulator, snapshotId)).toEqual([]);
});

test("an update plan with a share of a replaced snapshot fails and keeps the former access; up replaces both", async () => {
    const volumeId = await emulator.createVolume();
    const text = (release: number) =>
        shares(
            `const data = new Snapshot("data", { volumeId: "${volumeId}", triggers: { release: ${String(release)} } });`,
            `new SnapshotShare("s", { snapshotId: data.snapshotId, accounts: ["${alice}"] });`,
        );
    project = await createProject(text(1));
    await project.up();
    const { id: former = "" } = await live(project, "data");
    await project.program(text(2));
    const preview = await project.succeed("preview", "--diff", "--save-plan", "plan.json");
    expect(preview).toContain(
        "s: the share is replaced if the new snapshot is another one. A plan (`--save-plan`) does not allow that",
    );
    const output = await project.upFails("--plan", "plan.json");
    expect(output).toContain("create-replacement is not allowed by the plan");
    expect(await grantsIn(emulator, former)).toEqual([alice]);
    await project.up();
    const { id = "" } = await live(project, "data");
    expect(id).not.toBe(former);
    expect(await grantsIn(emulator, id)).toEqual([alice]);
});
