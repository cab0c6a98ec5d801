/**
 * Tests that a preview returns the known outputs of a resource, and unknown values for the others.
 *
 * @module
 */
import { expect, test } from "vitest";
import { previewOfCreate, previewOfUpdate } from "../../../provider/plugin/preview";
import { UNKNOWN } from "../../../schema/values";

const names = ["volumeId", "group", "snapshotId", "arn", "progress", "tagsAll", "kmsKeyId"];

test("before a creation, inputs are known and all other properties unknown", () => {
    const known = previewOfCreate(names, { volumeId: "vol-1", region: "us-east-1" });
    expect(known).toMatchObject({
        volumeId: "vol-1",
        region: "us-east-1",
        snapshotId: UNKNOWN,
        tagsAll: UNKNOWN,
    });
});

test("before an update, id and ARN are known and properties that the update may change are unknown", () => {
    const state = {
        volumeId: "vol-1",
        group: "a",
        snapshotId: "snap-1",
        arn: "arn:1",
        progress: "100%",
        tagsAll: { Group: "a" },
        kmsKeyId: "arn:key",
    };
    const before = { ...state, kmsKeyId: "alias/key" };
    const inputs = { volumeId: "vol-1", group: "b", kmsKeyId: "alias/key" };
    expect(previewOfUpdate(names, { state, before, inputs })).toEqual({
        volumeId: "vol-1",
        group: "b",
        snapshotId: "snap-1",
        arn: "arn:1",
        progress: UNKNOWN,
        tagsAll: UNKNOWN,
        kmsKeyId: "arn:key",
    });
});
