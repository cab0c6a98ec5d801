// Tests the region and the account of a resource: neither ever changes silently.
// It needs the engine: the stack's configuration and environment reach the provider through the engine.

import { join } from "node:path";
import { CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { defaultAccount } from "../../emulator/emulator";
import { during, live, program, snapshot, snapshotIds } from "../steps";

const otherAccount = "111122223333";

async function volumeIn(where: { region?: string; account?: string }): Promise<string> {
    const AvailabilityZone = `${where.region ?? "us-east-1"}a`;
    const created = await emulator.ec2(where).send(new CreateVolumeCommand({ AvailabilityZone, Size: 1 }));
    return created.VolumeId ?? "";
}

test("a changed aws:region moves no resource on refresh, update or replacement; a changed region argument replaces", async () => {
    const volumeId = await emulator.createVolume();
    const args = { volumeId, keepReplaced: false };
    const project = await createProject(program(snapshot("data", args)));
    await project.up();
    await project.stack.configure({ "aws:region": "eu-west-1" });

    const idle = await during(emulator, () => project.up());
    expect(idle.result).toContain("2 unchanged");
    expect(idle.all).toEqual([]);
    const stayed = await during(emulator, async () => {
        await project.refresh();
        await project.program(program(snapshot("data", { ...args, group: "g" })));
        await project.up();
        await project.program(program(snapshot("data", { ...args, group: "g", triggers: { again: 1 } })));
        await project.up();
    });
    expect(stayed.actions).toEqual(
        expect.arrayContaining(["CreateTags", "CreateSnapshot", "DeleteSnapshot"]),
    );
    expect(new Set(stayed.calls.map(({ region }) => region))).toEqual(new Set(["us-east-1"]));
    const before = await live(project, "data");
    expect(before.outputs["region"]).toBe("us-east-1");

    const elsewhere = await volumeIn({ region: "eu-west-1" });
    await project.program(program(snapshot("data", { ...args, volumeId: elsewhere, region: "eu-west-1" })));
    const moved = await during(emulator, () => project.up());
    expect(moved.result).toContain("1 replaced");
    const writes = moved.calls.filter(({ action }) => !action.startsWith("Describe"));
    expect(writes.map(({ action, region }) => [action, region])).toEqual([
        ["CreateSnapshot", "eu-west-1"],
        ["DeleteSnapshot", "us-east-1"],
    ]);
    const { id, outputs } = await live(project, "data");
    expect(outputs).toMatchObject({
        region: "eu-west-1",
        arn: `arn:aws:ec2:eu-west-1::snapshot/${id ?? ""}`,
    });
    expect(await snapshotIds(emulator)).toEqual([]);
    expect(await snapshotIds(emulator, { region: "eu-west-1" })).toEqual([id]);
});

test("when the region changes, the snapshot of the other region's volume is retained there", async () => {
    const volumeId = await emulator.createVolume();
    const project = await createProject(program(snapshot("data", { volumeId })));
    await project.up();
    const { id: before = "" } = await live(project, "data");
    const elsewhere = { volumeId: await volumeIn({ region: "eu-west-1" }), region: "eu-west-1" };
    await project.program(program(snapshot("data", elsewhere)));
    const moved = await during(emulator, () => project.up());
    expect(moved.result).toContain("1 replaced");
    expect(moved.actions).not.toContain("DeleteSnapshot");
    const { id: after } = await live(project, "data");
    expect(await snapshotIds(emulator)).toEqual([before]);
    const [kept] = await emulator.snapshots();
    expect(kept?.Tags).toContainEqual({
        Key: "pulumi-ebs-snapshots:stack",
        Value: "kept by organization/project/test",
    });
    expect(await snapshotIds(emulator, { region: "eu-west-1" })).toEqual([after]);
});

test("a role or profile selects another account; credentials change in place but must stay in that account", async () => {
    const volumeId = await volumeIn({ account: otherAccount });
    const role = { assumeRoles: [{ roleArn: `arn:aws:iam::${otherAccount}:role/x` }] };
    const project = await createProject(program(snapshot("data", { volumeId, credentials: role })));
    const created = await during(emulator, () => project.up());
    expect(created.calls.map(({ action, account }) => [action, account]).slice(0, 2)).toEqual([
        ["AssumeRole", defaultAccount],
        ["CreateSnapshot", otherAccount],
    ]);
    const { id = "" } = await live(project, "data");
    expect((await live(project, "data")).outputs).toMatchObject({ ownerId: otherAccount, credentials: role });
    await project.refresh();
    expect((await live(project, "data")).id).toBe(id);

    await project.program(program(snapshot("data", { volumeId })));
    const refused = await during(emulator, () => project.upFails());
    expect(refused.result).toContain(
        `updating snapshot ${id} of volume ${volumeId}: the credentials belong to account ${defaultAccount}, ` +
            `but the resource in the state belongs to ${otherAccount}; use credentials of that account`,
    );
    expect(refused.actions).not.toContain("CreateSnapshot");

    const secretKey = "Zm9yIHRlc3RzIG9ubHk+profile";
    const file = join(project.folder, "credentials");
    await project.write(
        "credentials",
        `[audit]\naws_access_key_id = AKIATEST${otherAccount}\naws_secret_access_key = ${secretKey}\n`,
    );
    await project.stack.configure({ "aws:sharedCredentialsFiles": JSON.stringify([file]) });
    await project.program(program(snapshot("data", { volumeId, credentials: { profile: "audit" } })));
    const changed = await during(emulator, () => project.up());
    expect(changed.result).toContain("1 updated");
    expect(changed.actions).not.toContain("AssumeRole");
    expect(new Set(changed.calls.map(({ account }) => account))).toEqual(new Set([otherAccount]));
    expect(await project.stack.text()).not.toContain(secretKey);
    await project.destroy();
    expect(await snapshotIds(emulator, { account: otherAccount })).toEqual([]);
});

test("with credentials of another account, refresh and destroy fail and the state keeps the snapshot", async () => {
    const volumeId = await emulator.createVolume();
    const project = await createProject(program(snapshot("data", { volumeId })));
    await project.up();
    const { id = "" } = await live(project, "data");
    const own = project.env["AWS_ACCESS_KEY_ID"] ?? "";
    project.env["AWS_ACCESS_KEY_ID"] = `AKIATEST${otherAccount}`;
    for (const [verb, command] of [
        ["reading", "refresh"],
        ["deleting", "destroy"],
    ] as const) {
        const { code, output } = await project.run(command, "--yes", "--skip-preview");
        expect(code).not.toBe(0);
        expect(output).toContain(
            `${verb} snapshot ${id} of volume ${volumeId}: the credentials belong to account ${otherAccount}, ` +
                `but the resource in the state belongs to ${defaultAccount}`,
        );
        expect((await live(project, "data")).id).toBe(id);
    }
    project.env["AWS_ACCESS_KEY_ID"] = own;
    expect(await snapshotIds(emulator)).toEqual([id]);

    await project.program(program(snapshot("data", { volumeId }), snapshot("more", { volumeId })));
    await project.stack.configure({ "aws:allowedAccountIds": `["${otherAccount}"]` });
    const notAllowed = await during(emulator, () => project.upFails());
    expect(notAllowed.result).toContain(
        `configuration aws:allowedAccountIds: the credentials belong to account ${defaultAccount}, which is not in the list`,
    );
    expect(notAllowed.actions).toEqual(["GetCallerIdentity"]);
    await project.stack.configure({
        "aws:allowedAccountIds": undefined,
        "aws:forbiddenAccountIds": `["${defaultAccount}"]`,
    });
    const forbidden = await during(emulator, () => project.upFails());
    expect(forbidden.result).toContain(
        `the credentials belong to account ${defaultAccount}, which is forbidden`,
    );
    expect(forbidden.actions).toEqual(["GetCallerIdentity"]);
    await project.stack.configure({ "aws:forbiddenAccountIds": undefined });
    // Without the program the engine uses the provider configuration of the last up, which forbids the account.
    await project.destroy("--run-program");
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("keys in the configuration are used, and appear neither in the state nor in any output or error", async () => {
    const volumeId = await volumeIn({ account: otherAccount });
    const [secretKey, token] = ["wJalrXUtnFEMI-K7MDENG", "FwoGZXIvYXdzEBYaD"];
    const project = await createProject(program(snapshot("data", { volumeId })));
    await project.succeed(
        ...["config", "set-all", "--plaintext", `aws:accessKey=AKIATEST${otherAccount}`],
        ...["--secret", `aws:secretKey=${secretKey}`, "--secret", `aws:token=${token}`],
    );
    await emulator.faults([
        { action: "CreateSnapshot", code: "SignatureDoesNotMatch", message: "Wrong signature", times: 1 },
    ]);
    const failed = await project.upFails();
    expect(failed).toContain("SignatureDoesNotMatch: Wrong signature");
    const { result, calls } = await during(emulator, () => project.up());
    expect(calls[0]?.account).toBe(otherAccount);
    const refreshed = await project.refresh();
    for (const text of [failed, result, refreshed, await project.stack.text()]) {
        expect(text).not.toContain(secretKey);
        expect(text).not.toContain(token);
    }
});

test("credentials that AWS rejects fail the preview with their source; they are verified once for all resources", async () => {
    const volumeId = await emulator.createVolume();
    await emulator.faults([
        {
            action: "GetCallerIdentity",
            code: "InvalidClientTokenId",
            message: "The token is invalid.",
            status: 403,
        },
    ]);
    const project = await createProject(
        program(snapshot("a", { volumeId }), snapshot("b", { volumeId, description: "b" })),
        { config: { "aws:skipCredentialsValidation": "false" } },
    );
    const refused = await during(emulator, () => project.run("preview"));
    expect(refused.result.code).not.toBe(0);
    expect(refused.result.output).toContain(
        "InvalidClientTokenId: The token is invalid. AWS did not accept the credentials for GetCallerIdentity",
    );
    expect(refused.result.output).toContain("AWS refused the credentials of the keys in AWS_ACCESS_KEY_ID");
    expect(refused.all.map(({ action }) => action)).toEqual(["GetCallerIdentity"]);

    await emulator.faults([]);
    const accepted = await during(emulator, () => project.preview());
    expect(accepted.result).toContain("3 to create");
    expect(accepted.all.filter(({ action }) => action === "GetCallerIdentity")).toHaveLength(1);
});
