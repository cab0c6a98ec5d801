// Tests that the state of a share contains account ids: if an alias changes, the account that had access loses it,
// and a preview reports that.
// It needs the engine for stack configuration, `stack rename` and `refresh --run-program`.

import { CreateTagsCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { grantOutside, grantsIn, share, shares } from "./shares";
import { live } from "../steps";

const [alice, bob] = ["111122223333", "444455556666"] as const;
const prod = (id: string) => ({ "ebs-snapshots:accounts": `{"prod":"${id}"}` });

let snapshotId: string;
let project: Project;

test.beforeEach(async () => {
    snapshotId = await emulator.createSnapshot(await emulator.createVolume());
    project = await createProject(shares(share("s", of("prod"))), { config: prod(alice) });
    await project.up();
    expect(await grantsIn(emulator, snapshotId)).toEqual([alice]);
});

const of = (...accounts: string[]) => ({ snapshotId, accounts });
const rePoint = (id: string) => project.stack.configure(prod(id));

test("removing a share together with its alias revokes the account's access", async () => {
    await project.stack.configure({ "ebs-snapshots:accounts": undefined });
    await project.program(shares());
    await project.up();
    expect(await grantsIn(emulator, snapshotId)).toEqual([]);
});

test("changing an alias while the share is renamed moves access from the former account to the new one", async () => {
    await rePoint(bob);
    const preview = await project.preview();
    expect(preview).toContain(`will be shared with prod (${bob})`);
    expect(preview).toContain(`revokes the access of ${alice} to ${snapshotId}`);
    await project.program(shares(share("renamed", of("prod"))));
    await project.up();
    expect(await grantsIn(emulator, snapshotId)).toEqual([bob]);
    expect((await live(project, "renamed")).outputs).toMatchObject({ accountIds: [bob] });
});

test("an alias with a new id, first read by refresh --run-program: up and destroy leave no access", async () => {
    await rePoint(bob);
    await project.succeed("refresh", "--yes", "--run-program");
    expect((await live(project, "s")).outputs).toMatchObject({ accountIds: [alice], grants: [alice] });
    await project.up();
    expect(await grantsIn(emulator, snapshotId)).toEqual([bob]);
    await project.destroy();
    expect(await grantsIn(emulator, snapshotId)).toEqual([]);
});

test("after a stack rename, deleting a new share revokes it and removes the old tag, even with aws:ignoreTags", async () => {
    const note = { Key: "pulumi-ebs-snapshots:granted-0a1b2c3d", Value: alice };
    await emulator.ec2().send(new CreateTagsCommand({ Resources: [snapshotId], Tags: [note] }));
    await project.stack.configure({ "aws:ignoreTags": '{"keyPrefixes":["pulumi-ebs-snapshots:"]}' });
    await project.rename("renamed");
    await project.program(shares(share("other", of("prod"))));
    await project.up();
    expect(await grantsIn(emulator, snapshotId)).toEqual([alice]);
    expect((await emulator.snapshots())[0]?.Tags ?? []).toEqual([]);
    await grantOutside(emulator, snapshotId, "add", "all");
    await project.refresh();
    await project.up();
    expect(await grantsIn(emulator, snapshotId)).toEqual([alice]);
    await project.program(shares());
    await project.up();
    expect(await grantsIn(emulator, snapshotId)).toEqual([]);
});
