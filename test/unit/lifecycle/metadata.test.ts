import { describe, expect, test } from "vitest";
import type { Metadata } from "../../../provider/lifecycle/context";
import { decode, encodeInputs, encodeState } from "../../../provider/wire/metadata";
import type { Properties } from "../../../schema/values";

function encode(properties: Properties, metadata: Metadata): Properties {
    return encodeState({ properties, metadata, secretOutputs: [], isGivenSecret: false }, {});
}

describe("the keys of a state", () => {
    const properties = { name: "nightly", tagsAll: { Name: "nightly", Group: "payments" } };
    const metadata = { defaultName: "nightly", tagKeys: ["Group", "Name"] };

    test("contain neither a default name nor the keys of tags if this package writes all of them", () => {
        expect(encode(properties, metadata)).toEqual({
            ...properties,
            __defaultName: true,
            __tagKeys: true,
        });
        expect(encodeInputs({ properties, metadata }, {})).toEqual({ ...properties, __defaultName: true });
    });

    test.each<[string, Properties, Metadata]>([
        ["a default name and only tags of this package", properties, metadata],
        ["a name that was changed in AWS", { ...properties, name: "other" }, metadata],
        ["a name that was removed in AWS", { tagsAll: properties.tagsAll }, metadata],
        ["an import without a name", { tagsAll: {} }, { defaultName: "", tagKeys: [] }],
        ["a tag of another owner", properties, { defaultName: "nightly", tagKeys: ["Name"] }],
        ["a tag that is ignored", properties, { tagKeys: ["Name", "Group", "Ignored"] }],
        ["a declared name", properties, { tagKeys: ["Name"] }],
    ])("round-trip through the encoding: %s", (_, given, facts) => {
        const { metadata: decoded } = decode(encode(given, facts));
        expect(decoded.defaultName).toBe(facts.defaultName);
        expect([...(decoded.tagKeys ?? [])].sort()).toEqual([...(facts.tagKeys ?? [])].sort());
    });

    test("are read in the format of earlier versions", () => {
        const earlier = { ...properties, __defaultName: "nightly", __tagKeys: ["Name", "Group"] };
        expect(decode(earlier)).toEqual(decode({ ...properties, __defaultName: true, __tagKeys: true }));
    });
});
