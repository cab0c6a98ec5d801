/**
 * Tests that the plugin preserves secrets at any depth and unknown values of every type.
 *
 * @module
 */
import { expect, test } from "vitest";
import { markSecrets, receive, secretNames } from "../../../provider/plugin/values";
import { UNKNOWN } from "../../../schema/values";

const secret = (value: unknown) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value,
});

test("secrets are received as plain values with their paths, and marked again at the same paths", () => {
    const wire = { name: "x", tags: { A: secret("1"), B: "2" }, list: [1, secret({ deep: true })] };
    const { properties, secrets } = receive(wire);
    expect(properties).toEqual({ name: "x", tags: { A: "1", B: "2" }, list: [1, { deep: true }] });
    expect(secretNames(secrets)).toEqual(["tags", "list"]);
    expect(markSecrets(properties, secrets)).toEqual(wire);
});

test("if the structure differs, the enclosing value is marked secret, and no value twice", () => {
    const places = [
        ["tags", "A"],
        ["tags", "B"],
    ];
    expect(markSecrets({ tags: { C: "3" } }, places)).toEqual({ tags: secret({ C: "3" }) });
    expect(markSecrets({ tags: "text" }, places)).toEqual({ tags: secret("text") });
    expect(markSecrets({ tags: secret("text") }, [["tags"]])).toEqual({ tags: secret("text") });
});

test("an unknown value of any type is unknown, also within a secret", () => {
    const unknowns = [
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ];
    const { properties, secrets } = receive({ values: unknowns, one: secret(unknowns[2]) });
    expect(properties).toEqual({ values: unknowns.map(() => UNKNOWN), one: UNKNOWN });
    expect(secrets).toEqual([["one"]]);
});
