import { describe, expect, test } from "vitest";
import { finalSnapshotOf, hasNoData, isDataCarried, retentionByOrigin } from "../../../schema/retention";
import { UNKNOWN } from "../../../schema/values";

describe("a resource in the state", () => {
    test.each<[string, object, boolean]>([
        ["a failed snapshot", { state: "error" }, true],
        ["a deleted volume", { state: "deleted" }, true],
        ["a pending snapshot", { state: "pending" }, false],
        ["a state without the property", {}, false],
        ["a set whose snapshots all failed", { state: "error", snapshots: [{ state: "error" }] }, true],
        [
            "a set with one complete snapshot",
            { state: "error", snapshots: [{ state: "error" }, { state: "completed" }] },
            false,
        ],
        ["a set whose snapshots are unknown", { state: "error", snapshots: [] }, false],
    ])("%s (%j) has no data: %s", (_what, state, expected) => {
        expect(hasNoData({ ...state })).toBe(expected);
    });
});

describe("carryData", () => {
    const state = { snapshotId: "snap-1", sourceVolumeId: "", region: "us-east-1" };
    const inputs = { snapshotId: "snap-1", region: "us-east-1", carryData: true };

    test.each<[string, object, boolean]>([
        ["to a volume of the same snapshot", {}, true],
        ["of an attached volume", { carryData: "crashConsistent" }, true],
        [
            "from another snapshot that is only the origin",
            { snapshotId: "snap-2", onSnapshotChange: "keep" },
            true,
        ],
        ["to a volume of another snapshot", { snapshotId: "snap-2", onSnapshotChange: "replace" }, false],
        ["to a clone of a volume", { sourceVolumeId: "vol-1" }, false],
        ["to another region", { region: "eu-west-1" }, false],
        ["if it is false", { carryData: false }, false],
        ["if it is omitted", { carryData: undefined }, false],
    ])("%s (%j) carries the data: %s", (_what, changed, expected) => {
        expect(isDataCarried({ state, inputs: { ...inputs, ...changed } })).toBe(expected);
    });
});

test("the final snapshot is as the replacing program declares, otherwise as in the state", () => {
    expect(finalSnapshotOf({ finalSnapshot: true }, { finalSnapshot: false })).toBe(false);
    expect(finalSnapshotOf({ finalSnapshot: false }, { finalSnapshot: true })).toBe(true);
    expect(finalSnapshotOf({ finalSnapshot: true }, {})).toBe(true);
    expect(finalSnapshotOf({ finalSnapshot: true }, undefined)).toBe(true);
});

test("a replaced snapshot is retained as declared, otherwise if its origin changed; an unknown origin decides nothing", () => {
    const isRetained = retentionByOrigin(({ volumeId }) => String(volumeId));
    const state = { volumeId: "vol-1" };
    expect(isRetained({ state, inputs: { volumeId: "vol-1" } })).toBe(false);
    expect(isRetained({ state, inputs: { volumeId: "vol-2" } })).toBe(true);
    expect(isRetained({ state, inputs: { volumeId: UNKNOWN } })).toBeUndefined();
    expect(isRetained({ state, inputs: { volumeId: UNKNOWN, keepReplaced: false } })).toBe(false);
    expect(isRetained({ state, inputs: { volumeId: "vol-1", keepReplaced: true } })).toBe(true);
});
