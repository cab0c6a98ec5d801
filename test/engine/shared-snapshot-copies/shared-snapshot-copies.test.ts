// Tests copies of shared snapshots against the emulated DLM, as dynamic resources and with the plugin. With given role
// it needs no @pulumi/aws. It needs the engine for previews and the state of a component and its child.

import { expect } from "vitest";
import { policies } from "../../emulator/calls";
import { createProject, test } from "../../fixture";
import { createPluginProject } from "../plugin/fixture";
import type { Project } from "../project";

const ireland = { region: "eu-west-1", keep: "90 days", encrypted: true };
const args = {
    fromAccounts: ["production", "444455556666"],
    copyTo: [ireland],
    role: "arn:aws:iam::123456789012:role/copies",
};

function copies(more: object = {}): string {
    return `
    const { SharedSnapshotCopies } = require("pulumi-ebs-snapshots");
    const { policyId, roleArn } = new SharedSnapshotCopies("copies", ${JSON.stringify({ ...args, ...more })});
    exports.policyId = policyId;
    exports.roleArn = roleArn;`;
}

const config = { "ebs-snapshots:accounts": JSON.stringify({ production: "111122223333" }) };

/** Contains a project per provider and its number of resources; with the plugin there is also a provider instance. */
const doors: [string, number, (program: string) => Promise<Project>][] = [
    ["dynamic resources", 3, (program) => createProject(program, { config })],
    [
        "the plugin",
        4,
        (program) =>
            createPluginProject("nodejs", { program, config: { ...config, "ebs-snapshots:plugin": "true" } }),
    ],
];

test.for(doors)(
    "%s: copies of shared snapshots: a change keeps the policy and reports losses, invalid input creates nothing",
    async ([, count, create]) => {
        const project = await create(copies({ copyTo: [{ ...ireland, keep: 90 }] }));
        const refused = await project.run("preview");
        expect(refused.code).not.toBe(0);
        expect(refused.output).toContain("copyTo[0].keep is 90, but must be an age in whole days");
        expect(refused.output).not.toContain(":LifecyclePolicy");

        await project.program(copies());
        expect(await project.preview()).toContain(":LifecyclePolicy");
        expect(await policies()).toEqual([]);
        await project.up();
        const before = (await project.outputs()) as { policyId: string; roleArn: string };
        expect(before.roleArn).toBe(args.role);
        expect(await policies()).toMatchObject([
            {
                PolicyId: before.policyId,
                State: "ENABLED",
                ExecutionRoleArn: args.role,
                PolicyDetails: {
                    PolicyType: "EVENT_BASED_POLICY",
                    EventSource: {
                        Parameters: {
                            SnapshotOwner: ["111122223333", "444455556666"],
                            DescriptionRegex: ".*",
                        },
                    },
                    Actions: [
                        {
                            CrossRegionCopy: [
                                {
                                    Target: "eu-west-1",
                                    EncryptionConfiguration: { Encrypted: true },
                                    RetainRule: { Interval: 90, IntervalUnit: "DAYS" },
                                },
                            ],
                        },
                    ],
                },
            },
        ]);
        expect(await project.preview("--expect-no-changes")).not.toContain("warning");
        expect(await project.refresh()).not.toContain("warning");
        expect(await project.up()).toContain(`${String(count)} unchanged`);

        await project.program(
            copies({ copyTo: [{ ...ireland, keep: "7 days" }], fromAccounts: ["production"] }),
        );
        const preview = await project.preview();
        expect(preview).toContain("the copies in eu-west-1 are retained for 7 days instead of 90 days");
        expect(preview).toContain("444455556666 is no longer among the sharing accounts");
        await project.up();
        expect(await project.outputs()).toEqual(before);
        expect(await policies()).toMatchObject([
            {
                PolicyId: before.policyId,
                PolicyDetails: {
                    EventSource: { Parameters: { SnapshotOwner: ["111122223333"] } },
                    Actions: [{ CrossRegionCopy: [{ RetainRule: { Interval: 7 } }] }],
                },
            },
        ]);
        await project.destroy();
        expect(await policies()).toEqual([]);
    },
);
