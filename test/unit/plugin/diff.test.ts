/**
 * Tests that a diff contains exactly the paths that differ.
 *
 * @module
 */
import { expect, test } from "vitest";
import type { DiffFacts } from "../../../provider/lifecycle/diff";
import { detailedDiff } from "../../../provider/plugin/diff";
import { UNKNOWN } from "../../../schema/values";

function facts(properties: string[], replaces: string[] = []): DiffFacts {
    const changed = properties.map((property) => ({
        property,
        effect: replaces.includes(property) ? ("replace" as const) : ("update" as const),
        undecided: false,
    }));
    return {
        changed,
        replaces,
        pending: undefined,
        isReplaceOnChanges: false,
        isDeletedFirst: false,
        isReplaced: replaces.length > 0,
    };
}

const kinds = (diff: ReturnType<typeof detailedDiff>) =>
    Object.fromEntries(Object.entries(diff.paths).map(([path, { kind }]) => [path, kind]));

test("paths show added, removed and changed entries; a key that is not an identifier is in brackets", () => {
    const before = { tags: { "b/c": "1", Old: "1", Same: "1" }, accounts: ["1", "2"] };
    const after = { tags: { "b/c": "2", New: "1", Same: "1" }, accounts: ["1"], group: "x" };
    const diff = detailedDiff(facts(["tags", "accounts", "group"]), before, after);
    expect(diff.isChanged).toBe(true);
    expect(kinds(diff)).toEqual({
        'tags["b/c"]': "UPDATE",
        "tags.New": "ADD",
        "tags.Old": "DELETE",
        "accounts[1]": "DELETE",
        group: "ADD",
    });
});

test("a property that replaces is marked; an unknown value is a change of the complete value", () => {
    const diff = detailedDiff(
        facts(["volumeId"], ["volumeId"]),
        { volumeId: "vol-1" },
        { volumeId: UNKNOWN },
    );
    expect(diff.paths).toEqual({ volumeId: { kind: "UPDATE", isReplacing: true, isInput: true } });
    expect(diff.replaces).toEqual(["volumeId"]);
});

test("drift without an input change is a diff of the output; a pending job is a diff without a path", () => {
    const drift = detailedDiff(facts(["volumeType"]), { volumeType: "gp3" }, { volumeType: "gp3" });
    expect(drift.paths).toEqual({ volumeType: { kind: "UPDATE", isReplacing: false, isInput: false } });
    const pending = { ...facts([]), pending: { effect: "update" as const, why: "its state is pending" } };
    expect(detailedDiff(pending, {}, {})).toEqual({
        isChanged: true,
        replaces: [],
        isDeletedFirst: false,
        changed: [],
        paths: {},
    });
});
