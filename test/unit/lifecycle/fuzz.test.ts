import fc from "fast-check";
import { expect, test } from "vitest";
import { hasUnknown, isMap, UNKNOWN, type Properties } from "../../../schema/values";
import { declaredTags } from "../../../schema/tags";
import { readConfiguration } from "../../../schema/configuration";
import { snapshotRules } from "../../../schema/snapshot";
import { snapshotCopyRules } from "../../../schema/snapshot-copy";
import { providerOptionRules } from "../../../schema/placement";
import { Host, baseConfig, urn } from "../host";
import { answer } from "../wire";

const host = new Host(baseConfig, ({ action }) => answer(action));
const configuration = readConfiguration((key) => (baseConfig as Record<string, string>)[key]);
const properties = Object.keys({ ...snapshotRules, ...providerOptionRules });
const setHost = new Host(baseConfig, ({ action }) => answer(action), "InstanceSnapshots");
const copyHost = new Host(baseConfig, ({ action }) => answer(action), "SnapshotCopy");

/** Generates plain data as the engine sends it, with unknown values. */
const { data } = fc.letrec((tie) => ({
    data: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.constantFrom<unknown>(UNKNOWN, null, "", "vol-1", "1 hour", "us-east-1"),
        fc.jsonValue(),
        fc.array(tie("data"), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie("data"), { maxKeys: 4 }),
    ),
}));

const text = fc.oneof(
    { weight: 1, arbitrary: fc.string({ minLength: 100, maxLength: 300, size: "max" }) },
    { weight: 19, arbitrary: fc.string() },
);
const tags = fc.oneof(
    fc.dictionary(text, text, { maxKeys: 5 }),
    fc.integer({ min: 45, max: 55 }).map(tagMap),
    fc.constant(JSON.parse('{ "__proto__": "x", "constructor": "y" }') as Record<string, string>),
);
const maybe = <T>(values: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 9, arbitrary: values }, { weight: 1, arbitrary: data });

/** Generates nearly valid inputs, so that many are accepted. */
const nearly = fc.record(
    {
        volumeId: maybe(fc.stringMatching(/^vol-[0-9a-f]{8,17}$/)),
        description: maybe(text),
        triggers: maybe(fc.dictionary(fc.string(), fc.jsonValue())),
        keepReplaced: maybe(fc.boolean()),
        name: maybe(text),
        group: maybe(text),
        billingCode: maybe(text),
        tags: maybe(tags),
        copyTagsFromVolume: maybe(
            fc.oneof(
                fc.boolean(),
                fc.record({ only: fc.array(text, { maxLength: 60 }) }, { requiredKeys: [] }),
            ),
        ),
        waitForCompletion: maybe(fc.boolean()),
        timeout: maybe(fc.constantFrom("90 minutes", "12 hours", "30 days")),
        region: maybe(fc.constantFrom("us-east-1", "eu-west-1")),
        credentials: maybe(fc.constant({ profile: "backup" })),
    },
    { requiredKeys: ["volumeId"] },
);
const names = Object.keys({ ...snapshotRules, ...snapshotCopyRules, ...providerOptionRules });
const anything = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), data, { maxKeys: 12 });
const inputs = fc.oneof(nearly, anything).map(overTheWire);
/** Generates states of other versions, with missing and unknown fields. */
const states = fc
    .tuple(inputs, fc.dictionary(fc.oneof(outputs(), fc.string()), data))
    .map(([declared, more]) => overTheWire({ ...declared, ...more, volumeId: "vol-1", __urn: urn }));

function overTheWire(value: object): Properties {
    return JSON.parse(JSON.stringify(value)) as Properties;
}

function outputs() {
    return fc.constantFrom("state", "tagsAll", "__tagKeys", "__defaultName", "ownerId", "progress", "arn");
}

test.each([
    ["Snapshot", host],
    ["SnapshotCopy", copyHost],
    ["InstanceSnapshots", setHost],
])(
    "check and diff of %s handle any input without an exception; rejections have a message",
    async (_, host) => {
        const refused: string[] = [];
        const diff = (state: Properties, inputs: Properties) =>
            host.lifecycle
                .diff("snap-1", state, inputs)
                .catch((error: unknown) => refused.push(String(error)));
        await fc.assert(
            fc.asyncProperty(states, inputs, async (state, news) => {
                const { inputs: checked, failures } = await host.check(news, state);
                for (const { property, reason } of failures) {
                    expect(typeof property).toBe("string");
                    expect(reason).not.toMatch(/undefined|\[object/);
                }
                await diff(state, checked);
                await diff(state, { __urn: urn, ...news });
            }),
            { numRuns: 1_000 },
        );
        // Only the tag limit applies to every resource; other contradictions depend on its kind.
        for (const message of refused)
            expect(message).toMatch(/^Error: tags result in \d+ tags, together with those/);
    },
);

test("inputs that check accepts conform to EC2's API model", async () => {
    let accepted = 0;
    await fc.assert(
        fc.asyncProperty(inputs, async (news) => {
            const { inputs: checked, failures } = await host.check(news);
            if (failures.length > 0 || hasUnknown(checked)) return;
            accepted++;
            expect(checked["volumeId"]).toMatch(/^vol-[0-9a-f]+$/);
            expect((checked["description"] as string | undefined) ?? "").toMatch(/^[^]{0,255}$/);
            const tags = Object.entries(declaredTags(checked, configuration));
            expect(tags.length).toBeLessThanOrEqual(50);
            for (const [key, value] of tags) {
                expect(typeof value).toBe("string");
                expect(key.length).toBeGreaterThan(0);
                expect(key.length).toBeLessThanOrEqual(128);
                expect(key.toLowerCase().startsWith("aws:")).toBe(false);
                expect(value.length).toBeLessThanOrEqual(256);
            }
        }),
        { numRuns: 2_000 },
    );
    // Otherwise the test would not check anything.
    expect(accepted).toBeGreaterThan(100);
});

test("a state shows no diff with its own inputs, in any order of keys", async () => {
    await fc.assert(
        fc.asyncProperty(inputs, async (news) => {
            const { inputs: checked, failures } = await host.check(news);
            if (failures.length > 0) return;
            const { inputs: recheckedInputs } = await host.check(news, checked);
            const state = { ...checked, snapshotId: "snap-1", state: "completed" };
            expect(await host.lifecycle.diff("snap-1", state, turned(recheckedInputs))).toEqual({
                changes: false,
            });
        }),
        { numRuns: 500 },
    );
});

test("an unknown value never replaces", async () => {
    await fc.assert(
        fc.asyncProperty(nearly, fc.subarray(properties), async (news, hidden) => {
            const { inputs: old, failures } = await host.check(news);
            if (failures.length > 0) return;
            const veiled = Object.fromEntries(hidden.map((property) => [property, UNKNOWN]));
            const { inputs: checked } = await host.check({ ...(news as Properties), ...veiled }, old);
            const { replaces = [] } = (await host.lifecycle.diff(
                "snap-1",
                { ...old, state: "completed" },
                checked,
            )) as { replaces?: string[] };
            expect(replaces).toEqual([]);
        }),
        { numRuns: 500 },
    );
});

function tagMap(count: number): Record<string, string> {
    return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${String(index)}`, "x"]));
}

function turned(value: Properties): Properties {
    return Object.fromEntries(
        Object.entries(value)
            .reverse()
            .map(([key, entry]) => [key, isMap(entry) ? turned(entry) : entry]),
    );
}
