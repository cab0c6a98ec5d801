import { describe, expect, test } from "vitest";
import { readConfiguration } from "../../../schema/configuration";
import { copyableTags, tagChanges, visibleTags } from "../../../provider/aws/tags";
import { declaredTags, type TagMap } from "../../../schema/tags";
import { decode } from "../../../provider/wire/metadata";
import type { Stored } from "../../../provider/lifecycle/context";
import { inputsFromTags } from "../../../provider/lifecycle/tags/options";
import { pendingTags } from "../../../provider/lifecycle/tags/effective";
import { UNKNOWN } from "../../../schema/values";

const configured = (config: Record<string, string> = {}) => readConfiguration((key) => config[key]);
const plain = configured();
const toTags = (tags: TagMap) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const none = { keys: [], keyPrefixes: [] };

describe("declared", () => {
    test("the standard options are written under their keys, and tags beside them", () => {
        const inputs = { name: "nightly", group: "payments", billingCode: "CC-1", tags: { Team: "storage" } };
        expect(declaredTags(inputs, plain)).toEqual({
            Name: "nightly",
            Group: "payments",
            BillingCode: "CC-1",
            Team: "storage",
        });
        const renamed = configured({ "ebs-snapshots:tagKeys": '{"billingCode":"Cost"}' });
        expect(declaredTags(inputs, renamed)).toMatchObject({ Cost: "CC-1", Name: "nightly" });
        expect(declaredTags(inputs, renamed)).not.toHaveProperty("BillingCode");
    });

    test("tags and the standard options override default tags", () => {
        const defaults = configured({ "aws:defaultTags": '{"tags":{"Team":"d","Group":"d","Env":"d"}}' });
        expect(declaredTags({ group: "payments", tags: { Team: "storage" } }, defaults)).toEqual({
            Team: "storage",
            Group: "payments",
            Env: "d",
        });
    });

    test("an option that is empty is a tag with an empty value", () => {
        expect(declaredTags({ group: "" }, plain)).toEqual({ Group: "" });
    });
});

describe("the difference", () => {
    test("only changed tags are written", () => {
        expect(
            tagChanges({ a: "1", b: "2" }, { a: "1", b: "3", c: "4" }, { managed: [], ignore: none }),
        ).toEqual({
            write: { b: "3", c: "4" },
            remove: [],
        });
    });

    test("tag keys may equal names of Object.prototype's members", () => {
        const hostile = JSON.parse('{"constructor":"1","__proto__":"2"}') as TagMap;
        const { write } = tagChanges({}, hostile, { managed: [], ignore: none });
        expect(Object.entries(write)).toEqual([
            ["constructor", "1"],
            ["__proto__", "2"],
        ]);
        expect(
            tagChanges(hostile, {}, { managed: ["constructor", "__proto__", "toString"], ignore: none }),
        ).toEqual({
            write: {},
            remove: ["constructor", "__proto__"],
        });
        const removed = inputsFromTags({ tags: hostile, name: "n" }, {}, plain);
        expect(removed).toEqual({ tags: {} });
    });

    test("only previously declared tags are removed; tags of other owners are kept", () => {
        const current = { ours: "1", theirs: "2" };
        expect(tagChanges(current, {}, { managed: ["ours", "gone already"], ignore: none })).toEqual({
            write: {},
            remove: ["ours"],
        });
    });

    test("tags that the configuration ignores are neither written nor removed", () => {
        const ignore = { keys: ["a"], keyPrefixes: ["kube/"] };
        const desired = { a: "new", "kube/x": "new" };
        expect(tagChanges({ b: "1" }, desired, { managed: ["a", "kube/y"], ignore })).toEqual({
            write: {},
            remove: [],
        });
        expect(
            tagChanges({ a: "1", "kube/y": "1" }, {}, { managed: ["a", "kube/y"], ignore }).remove,
        ).toEqual([]);
    });

    test("keys of Object.prototype's members are ordinary keys", () => {
        const desired = JSON.parse('{"constructor":"x","__proto__":"y"}') as TagMap;
        const { write, remove } = tagChanges({}, desired, { managed: ["toString"], ignore: none });
        expect(JSON.stringify(write)).toBe('{"constructor":"x","__proto__":"y"}');
        expect(remove).toEqual([]);
    });
});

describe("observed tags", () => {
    test("all tags except ignored ones are visible, sorted by key", () => {
        const ignoring = configured({ "aws:ignoreTags": '{"keys":["x"],"keyPrefixes":["kube/"]}' });
        const observed = visibleTags(toTags({ b: "1", "kube/a": "2", x: "3", a: "" }), ignoring);
        expect(Object.entries(observed)).toEqual([
            ["a", ""],
            ["b", "1"],
        ]);
        expect(visibleTags(undefined, plain)).toEqual({});
    });

    test("AWS's own tags are visible, but cannot be copied", () => {
        const tags = toTags({ "aws:dlm:lifecycle-policy-id": "p", Team: "storage" });
        expect(visibleTags(tags, plain)).toHaveProperty("aws:dlm:lifecycle-policy-id");
        expect(copyableTags(tags, plain)).toEqual({ Team: "storage" });
    });

    test("the inputs show drift of declared options only", () => {
        const inputs = { volumeId: "vol-1", name: "n", group: "g", tags: { a: "1", b: "2" } };
        expect(inputsFromTags(inputs, { Name: "other", a: "9", theirs: "x" }, plain)).toEqual({
            volumeId: "vol-1",
            name: "other",
            tags: { a: "9" },
        });
    });

    test("an ignored key keeps its declared value, independently of the current one", () => {
        const ignoring = configured({ "aws:ignoreTags": '{"keys":["a","Group"]}' });
        const inputs = { group: "g", tags: { a: "1" } };
        expect(inputsFromTags(inputs, {}, ignoring)).toEqual(inputs);
    });

    test("an empty map of tags stays empty", () => {
        expect(inputsFromTags({ tags: {} }, { theirs: "x" }, plain)).toEqual({ tags: {} });
    });
});

describe("a change of the configured tags is also a diff", () => {
    const state: Stored = {
        properties: { tagsAll: { Name: "n", Env: "test", theirs: "x" } },
        metadata: { tagKeys: ["Name", "Env"] },
    };
    const older: Stored = { properties: {}, metadata: {} };
    const withDefault = (value: string) => configured({ "aws:defaultTags": `{"tags":{"Env":"${value}"}}` });

    const pending = (
        inputs: object,
        current: Stored,
        { value, secrets = [] }: { value?: string; secrets?: string[] } = {},
    ) => {
        const configuration = value === undefined ? plain : withDefault(value);
        return pendingTags({ configuration, secrets }, { ...inputs }, current)?.why;
    };

    test("a default tag that already exists is no diff", () => {
        expect(pending({ name: "n" }, state, { value: "test" })).toBeUndefined();
    });

    test("a changed or removed default tag is a diff; secret tags are not shown", () => {
        expect(pending({ name: "n" }, state, { value: "prod" })).toBe('writes the tag "Env"');
        expect(pending({ name: "n" }, state)).toBe('removes the tag "Env"');
        expect(pending({ name: "n" }, state, { secrets: ["tags"] })).toBe("its tags are not as declared");
    });

    test("no diff is computed if an input is unknown or the state is of an older version", () => {
        expect(pending({ name: UNKNOWN }, state, { value: "prod" })).toBeUndefined();
        expect(pending({ tags: { a: UNKNOWN } }, state, { value: "prod" })).toBeUndefined();
        expect(pending({ name: "n" }, older, { value: "prod" })).toBeUndefined();
    });
});

test("the written keys are read from any version of the state", () => {
    expect(decode({ __tagKeys: ["a", "b"] }).metadata.tagKeys).toEqual(["a", "b"]);
    expect(decode({ __tagKeys: "a" }).metadata.tagKeys).toBeUndefined();
    expect(decode({}).metadata.tagKeys).toBeUndefined();
});
