// Tests that public sharing requires the stack's permission, causes a warning, and is reverted in place.
// It needs the engine for stack configuration and the text of previews.

import {
    DisableSnapshotBlockPublicAccessCommand,
    EnableSnapshotBlockPublicAccessCommand,
} from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { grantOutside, grantsIn, grantsSent, share, shares } from "./shares";
import { during, live } from "../steps";

const alice = "111122223333";
const allowed = { config: { "ebs-snapshots:allowPublicSharing": "true" } };

let snapshotId: string;
let project: Project;

test.beforeEach(async () => {
    snapshotId = await emulator.createSnapshot(await emulator.createVolume());
});

test("public is rejected at preview until the stack allows it; making public warns, and reverting is in place", async () => {
    project = await createProject(shares(share("s", { snapshotId, public: true })));
    const refused = await during(emulator, () => project.run("preview"));
    expect(refused.result.code).not.toBe(0);
    expect(refused.result.output).toMatch(
        /property public .*is true, but must be false in this stack: a public snapshot gives everything on its volume to everyone/,
    );
    expect(refused.result.output).toContain("pulumi config set ebs-snapshots:allowPublicSharing true");
    expect(refused.all).toEqual([]);

    await project.stack.configure({ "ebs-snapshots:allowPublicSharing": "true" });
    expect(await project.preview()).toContain(`makes ${snapshotId} public`);
    const created = await during(emulator, () => project.up());
    expect(grantsSent(created.calls)).toEqual([["add", "all"]]);
    expect((await live(project, "s")).outputs).toMatchObject({
        isPublic: true,
        grants: ["all"],
    });
    expect(await project.up()).not.toContain("makes");

    await project.program(shares(share("s", { snapshotId, accounts: [alice] })));
    const back = await during(emulator, () => project.up());
    expect(back.result).toContain("1 updated");
    expect(grantsSent(back.calls)).toEqual([
        ["add", alice],
        ["remove", "all"],
    ]);
    expect((await live(project, "s")).outputs).toMatchObject({ isPublic: false, accountIds: [alice] });

    // Public access granted outside Pulumi is drift; that of another share is not.
    await grantOutside(emulator, snapshotId, "add", "all");
    await project.refresh();
    const drifted = await during(emulator, () => project.preview());
    expect(drifted.result).toMatch(/- public\s*: true/);
    expect(grantsSent((await during(emulator, () => project.up())).calls)).toEqual([["remove", "all"]]);

    const beside = [
        share("s", { snapshotId, accounts: [alice] }),
        share("open", { snapshotId, public: true }),
    ];
    await project.program(shares(...beside));
    expect(grantsSent((await during(emulator, () => project.up())).calls)).toEqual([["add", "all"]]);
    // The state of "s" is older than the public access: a refresh shows it and revokes nothing.
    const refreshed = await during(emulator, () => project.up("--refresh"));
    const quiet = await during(emulator, () => project.up("--refresh"));
    expect(quiet.result).toContain("3 unchanged");
    expect(grantsSent([...refreshed.calls, ...quiet.calls])).toEqual([]);
    await project.destroy();
    expect(await grantsIn(emulator, snapshotId)).toEqual([]);
});

test("public sharing is rejected at preview with a remedy for encryption, default key and block public access", async () => {
    const volumeId = await emulator.createVolume({ encrypted: true });
    const encrypted = await emulator.createSnapshot(volumeId);
    project = await createProject(shares(share("s", { snapshotId: encrypted, public: true })), allowed);
    const secret = await during(emulator, () => project.run("preview"));
    expect(secret.result.code).not.toBe(0);
    expect(secret.result.output).toMatch(/property public .*must be false for an encrypted snapshot/);

    await project.program(shares(share("s", { snapshotId: encrypted, accounts: [alice] })));
    const remedy = "copy it with SnapshotCopy and `kmsKeyId` of a key of your own, and share the copy";
    const known = await during(emulator, () => project.run("preview"));
    expect(known.result.code).not.toBe(0);
    expect(known.result.output).toMatch(
        /property accounts .*a snapshot under the key aws\/ebs cannot be shared/,
    );
    expect(known.result.output).toContain(remedy);
    // Without the permission to read keys, EC2 reports the error when the snapshot is shared.
    await emulator.faults([
        { action: "TrentService.DescribeKey", code: "AccessDeniedException", status: 400 },
    ]);
    const output = await project.upFails();
    expect(output).toContain(
        "OperationNotPermitted: Encrypted snapshots with EBS default key cannot be shared",
    );
    expect(output).toContain(remedy);
    expect(await project.state()).toEqual([]);

    await emulator.ec2().send(new EnableSnapshotBlockPublicAccessCommand({ State: "block-new-sharing" }));
    await project.program(shares(share("s", { snapshotId, public: true })));
    const blocked = await during(emulator, () => project.run("preview"));
    expect(blocked.result.code).not.toBe(0);
    expect(blocked.result.output).toMatch(
        /property public .*block public access is on: it is block-new-sharing in us-east-1.*aws ec2 disable-snapshot-block-public-access/,
    );
    await emulator.ec2().send(new DisableSnapshotBlockPublicAccessCommand({}));
    await project.up();
    expect(await grantsIn(emulator, snapshotId)).toEqual(["all"]);
});
