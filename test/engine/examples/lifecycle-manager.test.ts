// Tests the examples that declare DLM policies, unchanged. With an explicit role they need no plugin of @pulumi/aws. It
// needs the engine, which runs the programs.

import { resolve } from "node:path";
import {
    CreateSnapshotCommand,
    CreateVolumeCommand,
    ModifySnapshotAttributeCommand,
} from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { policies } from "../../emulator/calls";
import { createProject, emulator, test } from "../../fixture";

const example = (name: string) => ({
    main: resolve(__dirname, "../../../examples", name),
    runtime: "runtime: nodejs\n",
});
const roleArn = "arn:aws:iam::123456789012:role/dlm";

/** Returns the id of a snapshot that another account shares with the account of the stack. */
async function shareFrom(account: string): Promise<string> {
    const otherClient = emulator.ec2({ account });
    const zone = { AvailabilityZone: "us-east-1a", Size: 1 };
    const { VolumeId } = await otherClient.send(new CreateVolumeCommand(zone));
    const { SnapshotId = "" } = await otherClient.send(new CreateSnapshotCommand({ VolumeId }));
    const Add = [{ UserId: "123456789012" }];
    const change = { SnapshotId, CreateVolumePermission: { Add } };
    await otherClient.send(new ModifySnapshotAttributeCommand(change));
    return SnapshotId;
}

test("backup-account: lists what production shares, a policy copies it, and a shorter retention is reported", async () => {
    const production = "111122223333";
    const sharedId = await shareFrom(production);
    const project = await createProject("", {
        ...example("backup-account"),
        config: {
            "project:roleArn": roleArn,
            "project:copyRegion": "eu-west-1",
            "ebs-snapshots:accounts": JSON.stringify({ production }),
        },
    });
    await project.preview();
    await project.up();
    const { policyId, shared } = await project.outputs();
    expect(shared).toEqual([sharedId]);
    expect(await policies()).toMatchObject([
        {
            PolicyId: policyId,
            PolicyDetails: {
                EventSource: { Parameters: { SnapshotOwner: [production] } },
                Actions: [{ CrossRegionCopy: [{ Target: "eu-west-1", RetainRule: { Interval: 90 } }] }],
            },
        },
    ]);
    expect(await project.up()).toContain("3 unchanged");

    await project.stack.configure({ "project:keep": "30 days" });
    expect(await project.preview()).toContain(
        "the copies in eu-west-1 are retained for 30 days instead of 90 days: this applies to new copies",
    );
    await project.destroy();
    expect(await policies()).toEqual([]);
});

test("dlm-policy: both policies are created, and the preview reports how many snapshots a change removes", async () => {
    const config = { "project:roleArn": roleArn };
    const project = await createProject("", { ...example("dlm-policy"), config });
    await project.preview();
    await project.up();
    const { policyIds } = (await project.outputs()) as { policyIds: string[] };
    expect((await policies()).map(({ PolicyId }) => PolicyId).sort()).toEqual([...policyIds].sort());
    expect(await project.up()).toContain("3 unchanged");

    await project.stack.configure({ "project:keep": "7" });
    expect(await project.preview()).toContain(
        "schedule daily: 14 retained becomes 7: 7 restore points of each volume are deleted at its next run",
    );
    await project.destroy();
    expect(await policies()).toEqual([]);
});

test("consistent-instances: a policy backs up the data volumes of the tagged instances", async () => {
    const config = { "project:roleArn": roleArn };
    const project = await createProject("", { ...example("consistent-instances"), config });
    await project.preview();
    await project.up();
    const { policyIds } = await project.outputs();
    const [policy, ...others] = await policies();
    expect([[policy?.["PolicyId"]], others]).toEqual([policyIds, []]);
    expect(policy?.["PolicyDetails"]).toMatchObject({
        ResourceTypes: ["INSTANCE"],
        TargetTags: [{ Key: "Role", Value: "database" }],
        Parameters: { ExcludeBootVolume: true, ExcludeDataVolumeTags: [{ Key: "Scratch", Value: "yes" }] },
    });
    expect(await project.up()).toContain("unchanged");
    await project.destroy();
    expect(await policies()).toEqual([]);
});

test("code-review: creates a policy, and keeps the previous snapshot when the next release creates another", async () => {
    const project = await createProject("", {
        ...example("code-review"),
        config: { "project:roleArn": roleArn, "project:volumeId": await emulator.createVolume({ size: 8 }) },
    });
    await project.up();
    expect(await policies()).toHaveLength(1);
    await project.stack.configure({ "project:release": "2.0.0" });
    await project.up();
    expect(await emulator.snapshots()).toHaveLength(2);
    await project.destroy();
    expect(await policies()).toEqual([]);
});
