// Tests that the plugin receives the arguments of an explicit aws.Provider. A plugin replaces that of @pulumi/aws.
// It needs the engine, which passes the outputs of a provider instance to another one.

import { CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { installAwsPlugin } from "../aws-plugin/fixture";
import { during, snapshotIds } from "../steps";
import { installPlugin } from "./fixture";

const plugins = ["aws", "ebs-snapshots"].map((name) => `{ name: ${name}, path: bin }`).join(", ");
const runtime = `runtime: { name: nodejs, options: { typescript: false } }\nplugins: { providers: [${plugins}] }\n`;

test("with ebs-snapshots:plugin, resources use the region, account and endpoint of an aws.Provider, and keep them", async () => {
    const account = "111122223333";
    const west = emulator.ec2({ region: "us-west-2", account });
    const { VolumeId = "" } = await west.send(
        new CreateVolumeCommand({ AvailabilityZone: "us-west-2a", Size: 1 }),
    );
    const program = [
        'const aws = require("@pulumi/aws");',
        'const pulumi = require("@pulumi/pulumi");',
        'const { Snapshot, SnapshotShare } = require("pulumi-ebs-snapshots");',
        'const endpoints = JSON.parse(new pulumi.Config("aws").require("endpoints"));',
        'const assumeRoles = [{ roleArn: "arn:aws:iam::111122223333:role/backup" }];',
        'const provider = new aws.Provider("west", { region: "us-west-2", endpoints, assumeRoles });',
        `const data = new Snapshot("data", { volumeId: "${VolumeId}" }, { provider });`,
        'new SnapshotShare("share", { snapshotId: data.snapshotId, accounts: ["444455556666"] }, { provider });',
        "exports.arn = data.arn;",
    ].join("\n");
    const project = await createProject(program, { runtime, config: { "ebs-snapshots:plugin": "true" } });
    await installAwsPlugin(project);
    await installPlugin(project);
    await project.preview();
    await project.up();
    const [id = ""] = await snapshotIds(emulator, { region: "us-west-2", account });
    expect(await project.outputs()).toEqual({ arn: `arn:aws:ec2:us-west-2::snapshot/${id}` });
    const again = await during(emulator, () => project.up());
    expect(again.result).not.toMatch(/created|updated|replaced/);
    expect(again.calls).toEqual([]);
    await project.destroy();
    expect(await snapshotIds(emulator, { region: "us-west-2", account })).toEqual([]);
});
