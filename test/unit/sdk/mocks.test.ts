// Tests programs with `pulumi.runtime.setMocks`, as in Pulumi's documentation: there may be no organization, and calls
// and resources return only their inputs.

import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test } from "vitest";
import * as ebs from "../../../sdk";

/** The function is public at run time, but not in the types. */
const { waitForRPCs } = pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> };

afterEach(() => waitForRPCs());

const arn = "arn:aws:sns:us-east-1:123456789012:alarms";
const rules = [{ name: "nightly", every: "12 hours", at: "03:00", keep: 14 }] as const;
const classes: Record<string, () => pulumi.Resource> = {
    Snapshot: () => new ebs.Snapshot("a", { volumeId: "vol-1" }),
    CompletedSnapshots: () => new ebs.CompletedSnapshots("b", { snapshotIds: ["snap-1"] }),
    SnapshotCopy: () => new ebs.SnapshotCopy("c", { sourceSnapshotId: "snap-1", sourceRegion: "eu-west-1" }),
    InstanceSnapshots: () => new ebs.InstanceSnapshots("d", { instanceId: "i-1" }),
    VolumeFromSnapshot: () =>
        new ebs.VolumeFromSnapshot("e", { snapshotId: "snap-1", availabilityZone: "us-east-1a" }),
    VolumeClone: () => new ebs.VolumeClone("j", { sourceVolumeId: "vol-1" }),
    SnapshotShare: () => new ebs.SnapshotShare("f", { snapshotId: "snap-1", accounts: ["123456789012"] }),
    LifecyclePolicy: () =>
        new ebs.LifecyclePolicy("j", {
            description: "all",
            executionRoleArn: "arn:aws:iam::123456789012:role/dlm",
            defaultPolicy: "VOLUME",
        }),
    SnapshotSchedule: () =>
        new ebs.SnapshotSchedule("g", {
            targets: { anyTag: { Backup: ["nightly"] } },
            rules: [...rules],
            recoveryVolumes: { availabilityZones: ["us-east-1a"], keep: 1, maximum: 4 },
            alarm: { topicArn: arn },
        }),
    SharedSnapshotCopies: () =>
        new ebs.SharedSnapshotCopies("k", {
            fromAccounts: ["111122223333"],
            copyTo: [{ region: "eu-west-1", keep: "30 days" }],
        }),
    Provider: () => new ebs.Provider("i", { region: "us-west-2", endpoints: [{ ec2: "http://localhost" }] }),
    SnapshotSharingPolicy: () =>
        new ebs.SnapshotSharingPolicy("h", {
            accounts: ["123456789012"],
            privateSharers: { groups: ["operators"] },
            publicSharers: { roles: ["publisher"] },
        }),
};

test("every class and component of the package is tested", () => {
    const exported = Object.entries(ebs).filter(
        ([name, value]) =>
            typeof value === "function" &&
            value.prototype instanceof pulumi.Resource &&
            name !== "EbsResource",
    );
    expect(exported.map(([name]) => name).sort()).toEqual(Object.keys(classes).sort());
});

describe.each([
    ["without an organization", undefined],
    ["with an organization", "acme"],
])("%s", (_title, organization) => {
    test.each(Object.keys(classes))("%s can be created with mocks", async (name) => {
        await pulumi.runtime.setMocks(
            {
                newResource: ({ name: logical, inputs }) => ({
                    id: `${logical}_id`,
                    state: inputs as Record<string, unknown>,
                }),
                call: ({ inputs }) => inputs as Record<string, unknown>,
            },
            "project",
            "stack",
            false,
            organization,
        );
        const resource = classes[name]!();
        const urn = await new Promise<string>((resolve) => resource.urn.apply(resolve));
        const components = ["SharedSnapshotCopies", "SnapshotSchedule", "SnapshotSharingPolicy"];
        expect(urn).toContain(
            name === "Provider"
                ? "pulumi:providers:ebs-snapshots"
                : components.includes(name)
                  ? `ebs-snapshots:index:${name}`
                  : "ebs:",
        );
        await waitForRPCs();
    });
});
