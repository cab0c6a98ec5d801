import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasUnknown, UNKNOWN, type Properties } from "../../../schema/values";
import { typeOfNewVolume } from "../../../schema/volume-checks";
import { volumeCloneRules } from "../../../schema/volume-clone";
import { volumeFromSnapshotRules } from "../../../schema/volume-from-snapshot";
import { Host, baseConfig, urn } from "../host";
import { answer } from "../wire";

/** Simulates EC2 with one snapshot and one volume of 8 GiB. */
const found: Record<string, string> = {
    DescribeSnapshots:
        "<snapshotSet><item><snapshotId>snap-1</snapshotId><volumeSize>8</volumeSize></item></snapshotSet>",
    DescribeVolumes:
        "<volumeSet><item><volumeId>vol-1</volumeId><size>8</size><status>available</status></item></volumeSet>",
    GetEbsEncryptionByDefault: "<ebsEncryptionByDefault>false</ebsEncryptionByDefault>",
};

const data = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(UNKNOWN, null, "vol-1", "snap-1", 8, true));
const maybe = <T>(values: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 9, arbitrary: values }, { weight: 1, arbitrary: data });
const counts = fc.integer({ min: 8, max: 80_000 });
const key = "0123abcd-0123-0123-0123-0123456789ab";

/** Generates nearly valid options, so that many are accepted. */
const options = {
    size: maybe(counts),
    volumeType: maybe(fc.constantFrom("gp2", "gp3", "io2", "st1")),
    iops: maybe(counts),
    throughput: maybe(counts),
    encrypted: maybe(fc.constant(true)),
    kmsKeyId: maybe(fc.constantFrom(key, `arn:aws:kms:us-east-1:123456789012:key/${key}`)),
    finalSnapshot: maybe(fc.oneof(fc.boolean(), fc.record({ name: fc.string() }))),
    carryData: maybe(fc.constantFrom<unknown>(true, false, "crashConsistent")),
    timeout: maybe(fc.constantFrom("90 minutes", "1 day")),
    tags: maybe(fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 })),
};
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as Properties;

const kinds = [
    {
        properties: Object.keys(volumeFromSnapshotRules),
        resource: "VolumeFromSnapshot" as const,
        nearly: fc.record(
            {
                ...options,
                snapshotId: maybe(fc.constantFrom("snap-1", "snap-2")),
                onSnapshotChange: maybe(fc.constantFrom("refuse", "keep", "replace")),
                availabilityZone: maybe(fc.constantFrom("us-east-1a", "us-east-1b", "us-east-1-bos-1a")),
                allowShrinkByReplacement: maybe(fc.boolean()),
            },
            { requiredKeys: ["snapshotId", "availabilityZone"] },
        ),
    },
    {
        properties: Object.keys(volumeCloneRules),
        resource: "VolumeClone" as const,
        nearly: fc.record(
            { ...options, sourceVolumeId: maybe(fc.constantFrom("vol-1", "vol-2")) },
            { requiredKeys: ["sourceVolumeId"] },
        ),
    },
];

/** Returns the state of a volume with these inputs. */
function stateOf(inputs: Properties): Properties {
    return { ...inputs, volumeId: "vol-9", state: "available", volumeType: typeOfNewVolume(inputs) };
}

describe.each(kinds)("$resource", ({ resource, properties, nearly: inputsOf }) => {
    const host = new Host(baseConfig, ({ action }) => answer(action, found[action] ?? ""), resource);
    const nearly = inputsOf.map(plain);
    const anything = fc
        .dictionary(fc.oneof(fc.constantFrom(...properties), fc.string()), data, { maxKeys: 12 })
        .map(plain);
    const diff = (state: Properties, inputs: Properties) =>
        host.clock.until(host.lifecycle.diff("vol-9", state, inputs)) as Promise<{ replaces?: string[] }>;

    test("check and diff handle any input without an exception; rejections have a message", async () => {
        const refused: string[] = [];
        await fc.assert(
            fc.asyncProperty(fc.oneof(nearly, anything), fc.oneof(nearly, anything), async (olds, news) => {
                const { inputs, failures } = await host.check(news, olds);
                for (const { reason } of failures) expect(reason).not.toMatch(/undefined|\[object/);
                if (failures.length > 0) return;
                const state = { ...olds, volumeId: "vol-9", __urn: urn };
                await diff(state, inputs).catch((error: unknown) => refused.push(String(error)));
            }),
            { numRuns: 500 },
        );
        // Size and encryption are rejected according to the state.
        for (const message of refused)
            expect(message).toMatch(
                /^Error: (size is \d+, but the volume has \d+ GiB|encrypted is false, but the volume is encrypted)/,
            );
    });

    test("a state shows no diff with its own inputs, and an unknown value never replaces it", async () => {
        let accepted = 0;
        await fc.assert(
            fc.asyncProperty(nearly, fc.subarray(properties), async (news, hidden) => {
                const { inputs, failures } = await host.check(news);
                if (failures.length > 0 || hasUnknown(inputs)) return;
                accepted++;
                const { inputs: recheckedInputs } = await host.check(news, inputs);
                expect(await diff(stateOf(inputs), recheckedInputs)).toEqual({ changes: false });
                const veiled = Object.fromEntries(hidden.map((property) => [property, UNKNOWN]));
                const { inputs: checked } = await host.check({ ...news, ...veiled }, inputs);
                const { replaces = [] } = await diff(stateOf(inputs), checked);
                expect(replaces).toEqual([]);
            }),
            { numRuns: 2_000 },
        );
        // Otherwise the test would not check anything.
        expect(accepted).toBeGreaterThan(50);
    });
});
