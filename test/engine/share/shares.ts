/**
 * Provides programs for the tests of shares, the requests that were sent to EC2, and the grants in EC2.
 *
 * @module
 */
import {
    DescribeSnapshotAttributeCommand,
    EC2Client,
    ModifySnapshotAttributeCommand,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../emulator/controls";
import type { Emulator } from "../../emulator/emulator";
import { program } from "../steps";

export function shares(...lines: string[]): string {
    return program('const { SnapshotShare } = require("pulumi-ebs-snapshots");', ...lines);
}

/** Returns a line that declares a share in a variable of its name; `options` is JavaScript. */
export function share(name: string, args: object, options = "undefined"): string {
    return `const ${name} = new SnapshotShare("${name}", ${JSON.stringify(args)}, ${options});`;
}

/** Formats each ModifySnapshotAttribute as operation and sorted grants. */
export function grantsSent(calls: Call[]): string[][] {
    return calls
        .filter(({ action }) => action === "ModifySnapshotAttribute")
        .map(({ params }) => {
            const changes = Object.entries(params).filter(([name]) =>
                name.startsWith("CreateVolumePermission."),
            );
            const operation = changes[0]?.[0].split(".")[1]?.toLowerCase() ?? "nothing";
            return [operation, ...changes.map(([, grant]) => grant).sort()];
        });
}

/** Returns the sorted grants in EC2. */
export async function grantsIn(emulator: Emulator, id: string): Promise<string[]> {
    const request = new DescribeSnapshotAttributeCommand({
        SnapshotId: id,
        Attribute: "createVolumePermission",
    });
    const { CreateVolumePermissions = [] } = await emulator.ec2().send(request);
    return CreateVolumePermissions.map(({ UserId, Group }) => UserId ?? Group ?? "").sort();
}

/** Changes the grants outside Pulumi; the client is one of the owner. */
export async function grantOutside(
    owner: Emulator | EC2Client,
    id: string,
    operation: "add" | "remove",
    ...grants: string[]
): Promise<void> {
    const ec2 = owner instanceof EC2Client ? owner : owner.ec2();
    await ec2.send(
        new ModifySnapshotAttributeCommand({
            SnapshotId: id,
            OperationType: operation,
            UserIds: grants.filter((grant) => grant !== "all"),
            GroupNames: grants.filter((grant) => grant === "all"),
        }),
    );
}
