// Tests the example whose schedule creates roles and a function, unchanged; a plugin replaces that of @pulumi/aws.
// It needs the engine, which runs the program and orders the children of the schedule.

import { resolve } from "node:path";
import { expect } from "vitest";
import { policies } from "../../emulator/calls";
import { createProject, emulator, test } from "../../fixture";
import { installAwsPlugin, useAwsPlugin } from "../aws-plugin/fixture";
import { createPolicySnapshot, recovered } from "../recovery/recovery-function";

test("nightly-backup: the deployed function creates recovery volumes, which outlive the schedule", async () => {
    const project = await createProject("", {
        main: resolve(__dirname, "../../../examples/nightly-backup"),
        runtime: `runtime: nodejs\n${useAwsPlugin}`,
    });
    await installAwsPlugin(project);
    Object.assign(project.env, { AWS_ENDPOINT_URL: emulator.endpoint, AWS_REGION: "us-east-1" });
    const preview = await project.preview();
    for (const child of [
        "ebs:LifecyclePolicy",
        "iam/role:Role",
        "lambda/function:Function",
        "sqs/queue:Queue",
    ])
        expect(preview).toContain(child);
    expect(preview).not.toContain("warning");
    await project.up();
    const { policyIds } = (await project.outputs()) as { policyIds: string[] };
    expect((await policies()).map(({ PolicyId }) => PolicyId)).toEqual(policyIds);
    expect(await project.preview("--expect-no-changes")).not.toContain("warning");

    const snapshotId = await createPolicySnapshot(await emulator.createVolume(), {
        "aws:dlm:lifecycle-policy-id": policyIds[0]!,
    });
    await project.stack.configure({ "project:billingCode": "CC-2" });
    const updated = await project.up();
    expect(updated).not.toContain("replaced");
    const [volume, ...others] = await recovered();
    expect(others).toEqual([]);
    expect(volume).toMatchObject({ SnapshotId: snapshotId, AvailabilityZone: "us-east-1a" });
    expect(volume?.Tags).toContainEqual({ Key: "BillingCode", Value: "CC-2" });

    await project.destroy();
    expect(await policies()).toEqual([]);
    expect(await recovered()).toHaveLength(1);
});
