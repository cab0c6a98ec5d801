// A full schedule needs the plugin of @pulumi/aws, which is not an npm package. If it cannot be downloaded, the test
// is reported as skipped, not as passed.
// It needs the engine, which calls that plugin.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect } from "vitest";
import { createProject, test } from "../../fixture";

const program = `
const { SnapshotSchedule } = require("pulumi-ebs-snapshots");
new SnapshotSchedule("nightly", {
    targets: { anyTag: { Backup: ["nightly"] } },
    rules: [{ name: "nightly", every: "12 hours", at: "03:00", keep: 14 }],
    recoveryVolumes: { availabilityZones: ["us-east-1a"], keep: 2, maximum: 40 },
});`;

test("the plugin accepts every child as declared", async ({ skip }) => {
    const project = await createProject(program, {
        config: { "aws:skipCredentialsValidation": "true", "aws:skipMetadataApiCheck": "true" },
    });
    const manifest = resolve(__dirname, "../../../node_modules/@pulumi/aws/package.json");
    const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
    const { code, output } = await project.run("plugin", "install", "resource", "aws", version);
    if (code !== 0) {
        skip(`left out: the plugin of @pulumi/aws ${version} cannot be had: ${output.slice(-200)}`);
    }
    const preview = await project.preview();
    for (const child of ["ebs:LifecyclePolicy", "lambda:Function", "iam:Role", "sqs:Queue"])
        expect(preview).toContain(child);
});
