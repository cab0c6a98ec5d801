// Tests the functions that programs and scripts call: they list snapshots, and accounts to share with.
// It needs the engine: functions in a program read the stack's configuration.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import {
    CreateAccountCommand,
    CreateOrganizationCommand,
    OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { CreateSnapshotCommand, CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { grantOutside } from "../share/shares";
import { during } from "../steps";

const [me, other] = ["123456789012", "111122223333"] as const;

let project: Project;

test.beforeAll(async () => {
    project = await createProject("", {
        config: {
            "ebs-snapshots:accounts": `{"lab":${other},"audit":"444455556666"}`,
            "ebs-snapshots:tagKeys": '{"group":"Team"}',
        },
    });
});

/** Evaluates expressions in a program of the stack. */
async function inProgram(...expressions: string[]): Promise<unknown[]> {
    await project.program(`
        const { listSnapshots, shareableAccounts } = require("pulumi-ebs-snapshots");
        module.exports = async () => ({ all: [${expressions.map((text) => `await ${text}`).join(", ")}] });
    `);
    await project.up();
    return (await project.outputs())["all"] as unknown[];
}

/** Evaluates an expression in a script that runs without Pulumi. */
async function inScript(expression: string): Promise<unknown> {
    await project.write(
        "script.js",
        `const { listSnapshots, shareableAccounts } = require("pulumi-ebs-snapshots");
        ${expression}.then((result) => console.log(JSON.stringify(result)));`,
    );
    const env = { ...emulator.env(), AWS_ENDPOINT_URL: emulator.endpoint };
    const { stdout } = await promisify(execFile)(process.execPath, [join(project.folder, "script.js")], {
        cwd: project.folder,
        env,
    });
    return JSON.parse(stdout);
}

const ids = (list: unknown) => (list as { snapshotId: string }[]).map(({ snapshotId }) => snapshotId);

async function snapshotOf(account: string): Promise<string> {
    const ec2 = emulator.ec2({ account });
    const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 1 }));
    const { SnapshotId = "" } = await ec2.send(new CreateSnapshotCommand({ VolumeId }));
    return SnapshotId;
}

test("listSnapshots returns own, shared and public snapshots for every filter, newest first, with all details", async () => {
    const volumeId = await emulator.createVolume({ size: 3 });
    const first = await emulator.createSnapshot(volumeId, [
        { Key: "Team", Value: "payments" },
        { Key: "BillingCode", Value: "CC-1" },
        { Key: "Name", Value: "nightly" },
        { Key: "Tier", Value: "gold" },
    ]);
    await emulator.advance(60);
    await emulator.set({ snapshotSeconds: 1_000 });
    const second = await emulator.createSnapshot(await emulator.createVolume());
    await emulator.set({ snapshotSeconds: 0 });
    const [secret, shared, open] = [
        await snapshotOf(other),
        await snapshotOf(other),
        await snapshotOf(other),
    ];
    const otherClient = emulator.ec2({ account: other });
    await grantOutside(otherClient, shared, "add", me);
    await grantOutside(otherClient, open, "add", "all");

    const [own, group, billed, named, tagged, ofVolume, pending, sharedOnes, publicOnes, ofLab] =
        await inProgram(
            "listSnapshots()",
            'listSnapshots({ group: "payments" })',
            'listSnapshots({ billingCode: "CC-1" })',
            'listSnapshots({ name: "night*" })',
            'listSnapshots({ tags: { Tier: "gold" } })',
            `listSnapshots({ volumeId: "${volumeId}" })`,
            'listSnapshots({ state: "pending" })',
            'listSnapshots({ owner: "shared" })',
            'listSnapshots({ owner: "public" })',
            'listSnapshots({ owner: "lab" })',
        );
    expect(ids(own)).toEqual([second, first]);
    for (const list of [group, billed, named, tagged, ofVolume]) expect(ids(list)).toEqual([first]);
    expect(ids(pending)).toEqual([second]);
    expect(ids(sharedOnes)).toEqual([shared]);
    expect(ids(publicOnes)).toEqual([open]);
    expect(ids(ofLab).sort()).toEqual([shared, open].sort());
    expect(ids(ofLab)).not.toContain(secret);
    expect((group as unknown[])[0]).toEqual({
        snapshotId: first,
        arn: `arn:aws:ec2:us-east-1::snapshot/${first}`,
        ownerId: me,
        volumeId,
        state: "completed",
        progress: "100%",
        startTime: expect.stringMatching(/Z$/) as string,
        completionTime: expect.stringMatching(/Z$/) as string,
        volumeSize: 3,
        fullSnapshotSizeInBytes: 3 * 2 ** 30,
        encrypted: false,
        storageTier: "standard",
        name: "nightly",
        group: "payments",
        billingCode: "CC-1",
        tags: { BillingCode: "CC-1", Name: "nightly", Team: "payments", Tier: "gold" },
    });

    expect(ids(await inScript("listSnapshots({ owner: 'shared' })"))).toEqual([shared]);
    // Without the stack's configuration the tag is the default one.
    expect(await inScript("listSnapshots({ group: 'payments' })")).toEqual([]);
    await expect(inScript("listSnapshots({ owner: 'lab' })")).rejects.toThrow(
        /owner is "lab", but must be "self", "shared", "public", an account id of 12 digits or an alias/,
    );
});

test("listSnapshots reads all pages", async () => {
    await emulator.seed({ snapshots: 1_001 });
    const { result, calls } = await during(emulator, () => inScript("listSnapshots()"));
    expect(new Set(ids(result)).size).toBe(1_001);
    expect(calls.filter(({ action }) => action === "DescribeSnapshots")).toHaveLength(2);
});

test("shareableAccounts returns the aliases, and the organization's active accounts if they can be listed", async () => {
    const aliases = [
        { accountId: other, alias: "lab" },
        { accountId: "444455556666", alias: "audit" },
    ];
    const [alone, filtered] = await inProgram(
        "shareableAccounts()",
        'shareableAccounts({ accounts: { own: "123456789012", dev: 777788889999 } })',
    );
    expect(alone).toEqual(aliases);
    expect(filtered).toEqual([{ accountId: "777788889999", alias: "dev" }]);
    expect(await inScript("shareableAccounts()")).toEqual([]);

    const organizations = new OrganizationsClient({
        endpoint: emulator.endpoint,
        region: "us-east-1",
        credentials: { accessKeyId: `AKIATEST${me}`, secretAccessKey: "test" },
    });
    await organizations.send(new CreateOrganizationCommand({}));
    const organization = await organizations.send(
        new CreateAccountCommand({ AccountName: "Sandbox", Email: "sandbox@example.com" }),
    );
    const sandbox = { accountId: organization.CreateAccountStatus?.AccountId ?? "", name: "Sandbox" };
    const byId = (list: { accountId: string }[]) => list.sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
    const [together] = await inProgram("shareableAccounts()");
    expect(together).toEqual(byId([...aliases, sandbox]));
    expect(await inScript("shareableAccounts()")).toEqual([sandbox]);

    await emulator.faults([
        { action: "AWSOrganizationsV20161128.ListAccounts", code: "AccessDeniedException", message: "No." },
    ]);
    const [refused] = await inProgram("shareableAccounts()");
    expect(refused).toEqual(aliases);
    // Errors that are not about permission must not shorten the result.
    await emulator.faults([
        { action: "AWSOrganizationsV20161128.ListAccounts", code: "InvalidInputException", message: "No." },
    ]);
    await expect(inScript("shareableAccounts()")).rejects.toThrow(/InvalidInputException: No\./);
});
