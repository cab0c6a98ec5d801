// Tests a schedule of an earlier version, whose policies were resources of @pulumi/aws. Its plugin is not
// an npm package: a provider that rejects every call replaces it, so that any call of the engine fails.
// It needs the engine: it checks the state file, aliases, and the calls to another provider.

import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { policies } from "../../emulator/calls";
import { createProject, emulator, test } from "../../fixture";
import { launcher } from "../plugin/fixture";
import type { StateResource } from "../project";

const args = {
    targets: { anyTag: { Backup: ["a"] } },
    rules: [
        {
            name: "nightly",
            every: "12 hours",
            at: "03:00",
            keep: 14,
            shareWith: { accounts: ["111122223333"], unshareAfter: "30 days" },
        },
        { name: "quarterly", cron: "0 5 1 1,4,7,10 ? *", keep: "30 days", archive: { keep: "365 days" } },
    ],
    role: "arn:aws:iam::123456789012:role/dlm",
};
const program = `
    const { SnapshotSchedule } = require("pulumi-ebs-snapshots");
    exports.policyIds = new SnapshotSchedule("s", ${JSON.stringify(args)}).policyIds;`;

const ageRule = (interval: number) => ({ count: 0, interval, intervalUnit: "DAYS" });
const tagsToAdd = { "pulumi-ebs-snapshots:schedule": "organization/project/test/s" };
/** The format of the AWS provider: single blocks, and zeros and empty strings for omitted values. */
const details = {
    policyType: "EBS_SNAPSHOT_MANAGEMENT",
    policyLanguage: "",
    resourceTypes: ["VOLUME"],
    resourceLocations: "CLOUD",
    targetTags: { Backup: "a" },
    schedules: [
        {
            name: "nightly",
            copyTags: true,
            tagsToAdd,
            createRule: {
                cronExpression: "",
                interval: 12,
                intervalUnit: "HOURS",
                location: "CLOUD",
                times: "03:00",
            },
            retainRule: { count: 14, interval: 0, intervalUnit: "" },
            shareRule: { targetAccounts: ["111122223333"], unshareInterval: 30, unshareIntervalUnit: "DAYS" },
        },
        {
            name: "quarterly",
            copyTags: true,
            tagsToAdd,
            createRule: {
                cronExpression: "cron(0 5 1 1,4,7,10 ? *)",
                interval: 0,
                intervalUnit: "",
                location: "CLOUD",
            },
            retainRule: ageRule(30),
            archiveRule: { archiveRetainRule: { retentionArchiveTier: ageRule(365) } },
        },
    ],
};
const type = "aws:dlm/lifecyclePolicy:LifecyclePolicy";
const provider = "urn:pulumi:test::project::pulumi:providers:aws::default_7_0_0";

/** Turns the policy in the state into a resource of @pulumi/aws, and the record into that of an earlier version. */
function asEarlier(resources: StateResource[]): void {
    for (const resource of resources) {
        if (resource.type.endsWith(":SchedulePlan"))
            Object.assign(resource.inputs, { series: [], enabled: true, generations: { "s-a": 1 } });
        if (!resource.type.endsWith(":LifecyclePolicy")) continue;
        const inputs = {
            description: "s a",
            executionRoleArn: args.role,
            state: "ENABLED",
            policyDetails: details,
            tags: { "pulumi-ebs-snapshots:generation": "1" },
        };
        const arn = resource.outputs["arn"];
        Object.assign(resource, {
            urn: resource.urn.replace(resource.type, type),
            type,
            inputs,
            outputs: { ...inputs, arn, defaultPolicy: "", tagsAll: inputs.tags, id: resource.id },
            provider: `${provider}::11111111-1111-4111-8111-111111111111`,
        });
    }
    const aws = {
        urn: provider,
        custom: true,
        id: "11111111-1111-4111-8111-111111111111",
        type: "pulumi:providers:aws",
        inputs: { version: "7.0.0", region: "us-east-1" },
        outputs: { version: "7.0.0", region: "us-east-1" },
    };
    resources.unshift(aws);
}

test("an upgrade keeps the policies of an earlier version: nothing is deleted, created or lost", async () => {
    const plugins = "plugins: { providers: [{ name: aws, path: bin }] }";
    const runtime = `runtime: { name: nodejs, options: { typescript: false } }\n${plugins}\n`;
    const project = await createProject(program, { runtime });
    await mkdir(join(project.folder, "bin"));
    await symlink(launcher, join(project.folder, "bin/pulumi-resource-aws"));
    await project.up();
    const { policyIds } = (await project.outputs()) as { policyIds: string[] };
    await project.stack.edit(asEarlier);

    const preview = await project.preview();
    expect(preview).not.toMatch(/warning|replace|delete/);
    await emulator.clearCalls();
    await project.up();
    expect((await project.outputs())["policyIds"]).toEqual(policyIds);
    expect(await emulator.count("DeleteLifecyclePolicy")).toBe(0);
    expect(await emulator.count("CreateLifecyclePolicy")).toBe(0);
    expect(await project.preview("--expect-no-changes")).not.toContain("warning");
    await project.destroy();
    expect(await policies()).toEqual([]);
});
