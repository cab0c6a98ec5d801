/**
 * Tests that declaring a default is equal to omitting it.
 *
 * @module
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { internalResources, resources, schemaOf, type ResourceName } from "../../../schema/index";
import { changedProperties, type Rule } from "../../../schema/property";
import { UNKNOWN, type Properties } from "../../../schema/values";
import { Host, baseConfig } from "../host";
import { answer } from "../wire";

const names = Object.keys({ ...resources, ...internalResources }) as ResourceName[];
const rules = names.flatMap((name) =>
    Object.entries(schemaOf(name).inputs).map(([key, rule]) => ({ name, key, rule })),
);
const withDefault = rules.filter(({ rule }) => rule.default !== undefined);
const kept = rules.filter(({ rule }) => rule.omitted === "keep");

/** Generates plain data, including unknown values. */
const data = fc.oneof(
    fc.constantFrom<unknown>(UNKNOWN, null, undefined, "", 0, false, true, [], {}, "24 hours"),
    fc.jsonValue(),
);

describe("in every rule of every resource", () => {
    test("there are properties with defaults and properties that keep their value", () => {
        expect(withDefault.length).toBeGreaterThan(30);
        expect(kept.length).toBeGreaterThan(9);
    });

    test.each(withDefault)(
        "$name.$key: declaring its default or omitting it shows no diff",
        ({ key, rule }) => {
            const values = [rule.default, undefined, null, ...spellings(rule)];
            fc.assert(
                fc.property(
                    fc.constantFrom(...values),
                    fc.constantFrom(...values),
                    fc.dictionary(fc.string(), data),
                    (before, after, others) => {
                        const { [key]: _, ...rest } = others as Properties;
                        const changed = changedProperties(
                            { [key]: rule },
                            { ...rest, [key]: before },
                            { ...rest, [key]: after },
                        );
                        expect(changed).toEqual([]);
                    },
                ),
                { numRuns: 50 },
            );
        },
    );

    test.each(withDefault)("$name.$key: its default is accepted", ({ key, rule }) => {
        expect(rule.validate(rule.default, key)).toEqual([]);
    });

    test.each(kept)("$name.$key: removing it later shows no diff", ({ key, rule }) => {
        fc.assert(
            fc.property(data, fc.constantFrom(undefined, null), (before, after) => {
                expect(changedProperties({ [key]: rule }, { [key]: before }, { [key]: after })).toEqual([]);
            }),
        );
    });

    test.each(rules)("$name.$key: its rule contains the accepted values as data", ({ rule }) => {
        expect(rule.validate.expected).not.toBe("");
        expect(rule.validate.valueType).toMatch(/^(string|integer|boolean|list|map|object|any)$/);
        for (const value of rule.validate.values ?? []) expect(rule.validate(value, "x")).toEqual([]);
    });
});

const volume = { snapshotId: "snap-1", availabilityZone: "us-east-1a" };
/** Contains declared inputs of each resource, and other properties in its state. */
const declarations: Record<ResourceName, [Properties, Properties]> = {
    Snapshot: [{ volumeId: "vol-1" }, { state: "completed" }],
    SnapshotCopy: [
        { sourceSnapshotId: "snap-1", sourceRegion: "us-east-1" },
        { state: "completed", encrypted: false },
    ],
    InstanceSnapshots: [{ instanceId: "i-1" }, { state: "completed" }],
    CompletedSnapshots: [{ snapshotIds: ["snap-1"] }, {}],
    SnapshotShare: [{ snapshotId: "snap-1" }, { grants: [] }],
    VolumeFromSnapshot: [volume, { ...volume, state: "available" }],
    VolumeClone: [{ sourceVolumeId: "vol-1" }, { state: "available" }],
    LifecyclePolicy: [{ executionRoleArn: "arn:aws:iam::123456789012:role/dlm" }, { policyId: "policy-1" }],
    SchedulePlan: [{}, {}],
};

test.each(names.map((name) => [name, ...declarations[name]] as const))(
    "%s: declaring or removing a default causes no update",
    async (name, base, state) => {
        const host = new Host(baseConfig, ({ action }) => answer(action), name, state);
        const defaults = Object.entries(schemaOf(name).inputs).filter(
            ([, rule]) => rule.default !== undefined,
        );
        for (const [key, rule] of defaults)
            for (const value of [rule.default, ...spellings(rule)]) {
                const declared = { ...base, [key]: value };
                expect({ key, ...(await host.diff(base, declared)) }).toEqual({ key, changes: false });
                expect({ key, ...(await host.diff(declared, base)) }).toEqual({ key, changes: false });
            }
    },
);

describe("a volume", () => {
    const host = new Host(baseConfig, ({ action }) => answer(action), "VolumeFromSnapshot", {
        state: "available",
    });

    test("keeps size, performance and Outpost when they are omitted", async () => {
        const args = {
            ...volume,
            size: 9,
            volumeType: "io2",
            iops: 20_000,
            multiAttachEnabled: true,
            encrypted: true,
            kmsKeyId: "alias/backup",
            outpostArn: "arn:aws:outposts:us-east-1:123456789012:outpost/op-1",
        };
        expect(await host.diff(args, volume, args)).toEqual({ changes: false });
    });

    test("that was adopted with other values is updated when a default is declared", async () => {
        const existing = { volumeType: "io2", iops: 20_000, multiAttachEnabled: true };
        expect(await host.diff(volume, { ...volume, multiAttachEnabled: true }, existing)).toEqual({
            changes: false,
        });
        const state = { __given: { multiAttachEnabled: null, volumeType: null } };
        for (const declared of [{ multiAttachEnabled: false }, { volumeType: "gp3" }])
            expect(
                await host.diff(volume, { ...volume, ...declared }, { ...existing, ...state }),
            ).toMatchObject({
                changes: true,
            });
    });
});

/** Returns other forms of a default. */
function spellings({ default: value, validate }: Rule): unknown[] {
    if (value === "24 hours") return ["1 day", "1440 minutes"];
    return validate.valueType === "map" ? [{ a: undefined }] : [];
}
