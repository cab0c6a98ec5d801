import { describe, expect, test } from "vitest";
import { type PreviewStep } from "../../../policies";
import { UNKNOWN, type Properties } from "../../../schema/values";
import { lost, step, urnOf, type StepOptions } from "./preview-steps";

const volumeId = "vol-1";

describe("a snapshot", () => {
    const replaced = (after: Properties, options: StepOptions = {}) =>
        step("data", {
            before: { volumeId },
            after: { volumeId, ...after },
            reasons: ["description"],
            ...options,
        });

    test("that is replaced is lost, with reason and remedy", () => {
        expect(lost(replaced({}))).toEqual([
            {
                urn: urnOf("data"),
                ids: ["snap-1"],
                reason: "snap-1 will be deleted: data is replaced because description changes",
                remedy: "To keep it, set `keepReplaced: true`",
            },
        ]);
        const several = replaced({}, { reasons: ["description", "triggers"] });
        expect(lost(several)[0]?.reason).toContain("because description, triggers change");
        expect(lost(replaced({}, { reasons: [] }))[0]?.reason).toBe(
            "snap-1 will be deleted: data is replaced",
        );
    });

    test.each<[string, PreviewStep, boolean]>([
        ["with keepReplaced in the program", replaced({ keepReplaced: true }), true],
        [
            "with keepReplaced in the state only",
            replaced({}, { before: { volumeId, keepReplaced: true } }),
            false,
        ],
        ["as the last copy of another volume", replaced({ volumeId: "vol-2" }), true],
        ["unless that copy is not kept", replaced({ volumeId: "vol-2", keepReplaced: false }), false],
        ["if the volume may be the same", replaced({ volumeId: UNKNOWN }), false],
        ["with retainOnDelete in the state", replaced({}, { retain: true }), true],
        ["deleted with retainOnDelete in the state", step("data", { retain: true }), true],
        ["updated", { ...replaced({}), op: "update" }, true],
    ])("%s", (_, previewStep, stays) => {
        expect(lost(previewStep).length === 0).toBe(stays);
    });

    test("that is no longer declared is lost, unless another name adopts it", () => {
        expect(lost(step("data", { before: { volumeId, keepReplaced: true } }))).toEqual([
            {
                urn: urnOf("data"),
                ids: ["snap-1"],
                reason: "snap-1 will be deleted: data is no longer declared",
                remedy: "To keep it, set `retainOnDelete: true` and run `pulumi up` before removing it",
            },
        ]);
        const adopts = (id: string, more = {}): PreviewStep => ({
            op: "create",
            urn: urnOf("renamed"),
            newState: { type: "pulumi-nodejs:dynamic/ebs:Snapshot", inputs: { adopt: id, ...more } },
        });
        expect(lost(step("data"), adopts("snap-1"))).toEqual([]);
        expect(lost(step("data"), adopts("snap-2"))).toHaveLength(1);
        const elsewhere = adopts("snap-1", { region: "eu-west-1" });
        expect(lost(step("data", { before: { region: "us-east-1" } }), elsewhere)[0]?.reason).toContain(
            "looks for it in another region or with other credentials",
        );
        expect(lost(step("data"), { ...adopts("snap-1"), op: "update" })).toHaveLength(1);
    });

    test("is listed once per replacement; a replaced snapshot of an earlier run is listed separately", () => {
        const one = replaced({});
        const parts = [
            { ...one, op: "create-replacement" },
            one,
            { ...step("data", { before: { volumeId } }), op: "delete-replaced" },
        ];
        const left = { ...step("data", { id: "snap-0", before: { volumeId } }), op: "delete-replaced" };
        expect(lost(...parts, left).map(({ ids }) => ids)).toEqual([["snap-1"], ["snap-0"]]);
    });
});

test("a copy is lost like a snapshot, and multi-volume snapshots with all their members", () => {
    const source = { sourceSnapshotId: "snap-7", sourceRegion: "us-east-1" };
    const copy = (after: Properties) => step("away", { type: "SnapshotCopy", before: source, after });
    expect(lost(copy({ ...source, description: "b" }))).toHaveLength(1);
    expect(lost(copy({ ...source, sourceSnapshotId: "snap-8" }))).toEqual([]);

    const before = { instanceId: "i-1", snapshots: [{ snapshotId: "snap-2" }, { snapshotId: "snap-3" }] };
    const set = (after?: Properties) =>
        step("set", { type: "InstanceSnapshots", id: "set-1", before, ...(after && { after }) });
    expect(lost(set({ instanceId: "i-1" }))[0]).toMatchObject({
        ids: ["snap-2", "snap-3"],
        reason: "snap-2, snap-3 will be deleted: set is replaced",
    });
    expect(lost(set({ instanceId: "i-2" }))).toEqual([]);
    expect(lost(set())).toHaveLength(1);
    const none = { type: "InstanceSnapshots", before: { instanceId: "i-1", snapshots: [] } };
    expect(lost(step("set", none))).toEqual([]);
});

test("data on a volume is lost without finalSnapshot in the program (replacement) or in the state (deletion)", () => {
    const type = "VolumeFromSnapshot";
    const volume = (before: Properties, after?: Properties) =>
        step("disk", { type, id: "vol-9", before, ...(after && { after, reasons: ["availabilityZone"] }) });
    expect(lost(volume({}, {}))).toEqual([
        {
            urn: urnOf("disk", type),
            ids: ["vol-9"],
            reason: "data on vol-9 will be lost: disk is replaced because availabilityZone changes",
            remedy: "Set `finalSnapshot: true` to take a snapshot first",
        },
    ]);
    expect(lost(volume({}, { finalSnapshot: { name: "last" } }))).toEqual([]);
    expect(lost(volume({ finalSnapshot: true }, { finalSnapshot: false }))).toHaveLength(1);
    expect(lost(volume({}, { finalSnapshot: UNKNOWN }))).toHaveLength(1);
    expect(lost(volume({ finalSnapshot: true }))).toEqual([]);
    expect(lost(volume({}))).toHaveLength(1);
    expect(lost(volume({ state: "error" }, {}))).toEqual([]);

    // A replacement that carries the data loses nothing, unless it is created from another snapshot.
    const same = { snapshotId: "snap-1" };
    expect(lost(volume(same, { ...same, carryData: true }))).toEqual([]);
    expect(lost(volume(same, { ...same, carryData: "crashConsistent" }))).toEqual([]);
    expect(lost(volume(same, { ...same, carryData: UNKNOWN }))).toHaveLength(1);
    expect(lost(volume(same, { snapshotId: "snap-2", carryData: true }))).toHaveLength(1);
    expect(lost(volume({ ...same, carryData: true }))).toHaveLength(1);

    const clone = { type: "VolumeClone", id: "vol-9", before: {}, after: {}, reasons: ["sourceVolumeId"] };
    expect(lost(step("clone", clone)).map(({ ids }) => ids)).toEqual([["vol-9"]]);
    expect(lost(step("clone", { ...clone, after: { finalSnapshot: true } }))).toEqual([]);
});

test("failed snapshots and multi-volume snapshots without a good member are not lost", () => {
    const snapshot = (before: Properties, reasons: string[]) =>
        lost(step("data", { before: { volumeId, ...before }, after: { volumeId }, reasons }));
    expect(snapshot({ state: "error" }, ["state", "description"])).toEqual([]);
    expect(snapshot({ state: "pending" }, ["state"])).toEqual([]);
    expect(snapshot({ state: "pending" }, ["description"])).toHaveLength(1);

    const set = (...states: string[]) => {
        const snapshots = states.map((state) => ({ snapshotId: "snap-2", state }));
        const before = { instanceId: "i-1", snapshots };
        return lost(
            step("set", {
                type: "InstanceSnapshots",
                before,
                after: { instanceId: "i-1" },
                reasons: ["triggers"],
            }),
        );
    };
    expect(set("error", "error")).toEqual([]);
    expect(set("error", "completed")).toHaveLength(1);
});

test("an update may become a replacement if a replacing property is unknown", () => {
    const updated = (name: string, options: StepOptions) => step(name, { op: "update", ...options });
    const data = (after: Properties) =>
        updated("data", { before: { volumeId }, after: { volumeId, ...after } });
    expect(lost(data({ triggers: { release: UNKNOWN } }))).toEqual([
        {
            urn: urnOf("data"),
            ids: ["snap-1"],
            reason: "snap-1 will be deleted: data is replaced if triggers, which is unknown at preview, changes",
            remedy: "To keep it, set `keepReplaced: true`",
        },
    ]);
    expect(lost(data({ triggers: UNKNOWN, keepReplaced: true }))).toEqual([]);
    // If it is another volume, the old snapshot is the last copy of its volume.
    expect(lost(data({ volumeId: UNKNOWN }))).toEqual([]);
    expect(lost(data({ volumeId: UNKNOWN, keepReplaced: false }))).toHaveLength(1);
    expect(lost(data({ group: UNKNOWN, tags: UNKNOWN }))).toEqual([]);

    const type = "VolumeFromSnapshot";
    const disk = (onSnapshotChange: string) =>
        updated("disk", {
            type,
            before: { snapshotId: "snap-1" },
            after: { snapshotId: UNKNOWN, onSnapshotChange },
        });
    expect(lost(disk("replace"))).toHaveLength(1);
    expect(lost(disk("keep"))).toEqual([]);
});

test("other resources are ignored, whatever happens to them", () => {
    expect(
        lost(step("share", { type: "SnapshotShare" }), step("all", { type: "CompletedSnapshots" })),
    ).toEqual([]);
    const bucket = { type: "aws:s3/bucket:Bucket", id: "b" };
    expect(lost({ op: "delete", urn: "urn:pulumi:a::b::aws:s3/bucket:Bucket::c", oldState: bucket })).toEqual(
        [],
    );
});

test("a schedule loses the management of its snapshots if its identity changes, but not if it is renamed", () => {
    const before = { identity: "o/p/s/a", defaultIdentity: "o/p/s/a", restorePoints: 14, recoveryVolumes: 0 };
    const schedule = { type: "SchedulePlan", op: "update", before };
    expect(lost(step("a", { ...schedule, after: { ...before, identity: "payments" } }))).toEqual([
        {
            urn: urnOf("a", "SchedulePlan"),
            ids: [],
            reason:
                "the identity changes from o/p/s/a to payments: up to 14 snapshots of each volume keep the former one in " +
                "their tags, so that the role of the schedule no longer lets DLM delete, share or archive them",
            remedy: 'To keep them managed, set identity: "o/p/s/a"',
        },
    ]);
    expect(lost(step("a", { ...schedule, after: { ...before, defaultIdentity: "o/p/s/b" } }))).toEqual([]);
});
