import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { Snapshot, SnapshotShare, VolumeFromSnapshot, type SnapshotArgs } from "../../../sdk";
import { mockEngine } from "../pulumi-mocks";

beforeAll(() => mockEngine());

describe("unsupported options are rejected", () => {
    const aws = new (class extends pulumi.ProviderResource {
        constructor() {
            super("aws", "elsewhere", {});
        }
    })();
    const reason =
        /"x": an explicit aws\.Provider does not reach dynamic resources, .*set the arguments `region` or `credentials`/;
    const make =
        (opts: object, more: Partial<SnapshotArgs> = {}) =>
        () =>
            new Snapshot("x", { volumeId: "vol-1", ...more }, opts);

    test("deletedWith", () => {
        const other = new pulumi.ComponentResource("my:index:Other", "other");
        expect(make({ deletedWith: other })).toThrow(
            'pulumi-nodejs:dynamic/ebs:Snapshot "x": the option deletedWith is not supported: a snapshot outlives its volume',
        );
        expect(make({ deletedWith: other })).toThrow(pulumi.RunError);
    });

    test("deleteBeforeReplace of a volume whose data a replacement carries", () => {
        const volume =
            ({ carryData, deleteBeforeReplace }: { carryData: boolean; deleteBeforeReplace: boolean }) =>
            () =>
                new VolumeFromSnapshot(
                    `x-${String(carryData)}-${String(deleteBeforeReplace)}`,
                    { snapshotId: "snap-1", availabilityZone: "us-east-1a", carryData },
                    { deleteBeforeReplace },
                );
        expect(volume({ carryData: true, deleteBeforeReplace: true })).toThrow(
            "deleteBeforeReplace cannot be combined with carryData",
        );
        expect(volume({ carryData: true, deleteBeforeReplace: false })).not.toThrow();
        expect(volume({ carryData: false, deleteBeforeReplace: true })).not.toThrow();
    });

    test("import, with a hint to adopt if supported", () => {
        expect(make({ import: "snap-1" })).toThrow(
            'pulumi-nodejs:dynamic/ebs:Snapshot "x": the option import is not supported: Pulumi cannot import dynamic ' +
                'resources; remove the option, and set the argument adopt: "snap-1" instead',
        );
        expect(() => new SnapshotShare("x", { snapshotId: "snap-1" }, { import: "snap-1" })).toThrow(
            "the option import is not supported: Pulumi cannot import dynamic resources; remove the option, and declare",
        );
    });

    test.each(["soon", "10", "0s"])("customTimeouts with an invalid duration: %j", (create) => {
        expect(make({ customTimeouts: { create } })).toThrow(
            `option customTimeouts is "${create}", but must be such as "90m" or "1h30m"`,
        );
    });

    test("an explicit aws.Provider, alone, in a list or by name", () => {
        expect(make({ provider: aws })).toThrow(reason);
        expect(make({ providers: [aws] })).toThrow(reason);
        expect(make({ providers: { aws } })).toThrow(reason);
    });

    test("an aws.Provider inherited from a component at any level", () => {
        const component = new pulumi.ComponentResource("my:index:Outer", "outer", {}, { providers: [aws] });
        const inner = new pulumi.ComponentResource("my:index:Inner", "inner", {}, { parent: component });
        expect(make({ parent: component })).toThrow(reason);
        expect(make({ parent: inner })).toThrow(reason);
    });

    test("except if region or credentials are declared", () => {
        expect(make({ provider: aws }, { region: "eu-west-1" })).not.toThrow();
        expect(make({ provider: aws }, { credentials: { profile: "backup" } })).not.toThrow();
    });

    test("except for a provider of another package", () => {
        const other = new (class extends pulumi.ProviderResource {
            constructor() {
                super("random", "other", {});
            }
        })();
        const parent = new pulumi.ComponentResource("my:index:Other", "random", {}, { providers: [other] });
        expect(make({ parent })).not.toThrow();
    });
});
