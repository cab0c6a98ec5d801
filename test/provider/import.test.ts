// Tests `pulumi import` with the plugin: an imported resource shows no diff with the program that created it.

import { RunInstancesCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { ec2, otherAccount, zone } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { Door, urnOf, type Kind } from "./door";
import { PluginDoor } from "./plugin-door";
import type { Properties } from "../../schema/values";
import { warningLog } from "../warning-log";

interface Imported {
    kind: Kind;
    args: Properties;
    /** Is the id for `pulumi import`, if it differs from the resource's id. */
    importId?: (id: string) => string;
}

async function instance(): Promise<string> {
    const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
    );
    return Instances[0]?.InstanceId ?? "";
}

async function snapshot(): Promise<string> {
    return emulator.createSnapshot(await emulator.createVolume());
}

const imported: Record<string, () => Promise<Imported>> = {
    Snapshot: async () => ({
        kind: "Snapshot",
        args: {
            volumeId: await emulator.createVolume(),
            description: "a",
            group: "payments",
            tags: { A: "1" },
        },
    }),
    SnapshotCopy: async () => {
        const sourceSnapshotId = await snapshot();
        return {
            kind: "SnapshotCopy",
            args: { sourceSnapshotId, sourceRegion: "us-east-1", billingCode: "CC-1" },
            importId: (id) => `${id},us-east-1/${sourceSnapshotId}`,
        };
    },
    InstanceSnapshots: async () => ({
        kind: "InstanceSnapshots",
        args: { instanceId: await instance(), description: "a", tags: { A: "1" } },
    }),
    "InstanceSnapshots of a given instance": async () => {
        const instanceId = await instance();
        return {
            kind: "InstanceSnapshots",
            args: { instanceId },
            importId: (id) => `${id},${instanceId}`,
        };
    },
    CompletedSnapshots: async () => {
        const snapshotIds = [await snapshot(), await snapshot()];
        return { kind: "CompletedSnapshots", args: { snapshotIds }, importId: () => snapshotIds.join(",") };
    },
    VolumeFromSnapshot: async () => ({
        kind: "VolumeFromSnapshot",
        args: { snapshotId: await snapshot(), availabilityZone: zone, size: 20, group: "payments" },
    }),
    VolumeClone: async () => ({
        kind: "VolumeClone",
        args: { sourceVolumeId: await emulator.createVolume(), volumeType: "gp3", group: "payments" },
    }),
    LifecyclePolicy: () =>
        Promise.resolve({
            kind: "LifecyclePolicy",
            args: {
                description: "nightly",
                executionRoleArn: "arn:aws:iam::123456789012:role/dlm",
                policyDetails: {
                    resourceTypes: ["VOLUME"],
                    targetTags: { Backup: ["nightly", "critical"], Tier: "gold" },
                    schedules: [
                        {
                            name: "nightly",
                            createRule: { interval: 12, intervalUnit: "HOURS", times: ["03:00"] },
                            retainRule: { count: 14 },
                            tagsToAdd: { By: "dlm" },
                        },
                    ],
                },
                tags: { A: "1" },
            },
        }),
    SnapshotShare: async () => ({
        kind: "SnapshotShare",
        args: { snapshotId: await snapshot(), accounts: [otherAccount] },
    }),
};

/** Opens the plugin, independently of the vitest project. */
function openPlugin(warnings: string[] = []): PluginDoor {
    const credentials = { "aws:accessKey": "AKIATEST123456789012", "aws:secretKey": "test" };
    return new PluginDoor(new Door(emulator).clock, warningLog(warnings), {
        config: {
            ...emulator.pulumiConfig(),
            ...credentials,
        },
    });
}

test.each(Object.keys(imported))("%s: an imported resource shows no diff", async (name) => {
    const { kind, args, importId = (id: string) => id } = await imported[name]!();
    const created = await new Door(emulator).create(kind, args);
    await emulator.clearCalls();
    const plugin = openPlugin().provider(kind);
    const __urn = urnOf(kind, "it");
    const { id = "", props = {}, inputs = {} } = await plugin.read(importId(created.id), { __urn });
    expect(id).toBe(kind === "CompletedSnapshots" ? importId(created.id) : created.id);
    const checked = await plugin.check(inputs, { __urn, ...args });
    expect(checked.failures).toEqual([]);
    const answer = await plugin.diff(id, props, checked.inputs);
    expect(answer).toMatchObject({ changes: false });
    expect(answer).not.toHaveProperty("replaces");
    const changing = await emulator.calls(({ action }) => !/^(Describe|Get|List)/.test(action));
    expect(changing).toEqual([]);
});

test("importing a resource that does not exist returns nothing", async () => {
    for (const kind of ["Snapshot", "InstanceSnapshots", "VolumeFromSnapshot", "SnapshotShare"] as const) {
        const id = kind === "VolumeFromSnapshot" ? "vol-0123456789abcdef0" : "snap-0123456789abcdef0";
        expect(
            await openPlugin()
                .provider(kind)
                .read(id, { __urn: urnOf(kind, "it") }),
        ).toEqual({});
    }
});

test("an import that finds nothing warns of the place and of the form of the id", async () => {
    const warnings: string[] = [];
    const id = "snap-0123456789abcdef0";
    const __urn = urnOf("Snapshot", "it");
    await openPlugin(warnings).provider("Snapshot").read(`us-west-2/${id}`, { __urn });
    expect(warnings).toEqual([
        `${id} was not found in us-west-2 (account 123456789012). The id must be the id of a snapshot, such as ` +
            '"snap-0123456789abcdef0". For another region, import it as <region>/<id>.',
    ]);
});

test.each([
    ["Snapshot", "vol-0123456789abcdef0", 'must be the id of a snapshot, such as "snap-'],
    ["Snapshot", "moon/snap-0123456789abcdef0", "optionally after a region, as in us-east-1/<id>"],
    ["SnapshotCopy", "vol-0123456789abcdef0", "must be the id of a snapshot"],
    ["SnapshotShare", "111122223333", "must be the id of the snapshot"],
    ["VolumeClone", "snap-0123456789abcdef0", 'must be the id of a volume, such as "vol-'],
    ["LifecyclePolicy", "nightly", 'must be the id of a policy of Data Lifecycle Manager, such as "policy-'],
    ["CompletedSnapshots", "snap-1;snap-2", "separated by commas"],
] as const)("an import of %s refuses the id %s", async (kind, id, message) => {
    const reading = openPlugin()
        .provider(kind)
        .read(id, { __urn: urnOf(kind, "it") });
    await expect(reading).rejects.toThrow(message);
});

test("an import of CompletedSnapshots fails with the members that do not exist", async () => {
    const [id, missing] = [await snapshot(), "snap-00000000000000000"];
    const reading = openPlugin()
        .provider("CompletedSnapshots")
        .read(`${id},${missing}`, { __urn: urnOf("CompletedSnapshots", "it") });
    await expect(reading).rejects.toThrow(`${missing} was not found in us-east-1 (account 123456789012)`);
});
