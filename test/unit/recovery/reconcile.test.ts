import { describe, expect, test } from "vitest";
import {
    missedRecoveryPoints,
    reconcile,
    unknownVolumes,
    volumesToDelete,
    type ObservedSnapshot,
    type ObservedVolume,
} from "../../../recovery/reconcile";
import {
    attachedTag,
    policyTag,
    recoveryTag,
    scheduleTag,
    sourceTag,
    takenTag,
} from "../../../schema/recovery-settings";
import { dlm, schedule, settings, snapshotOf, volumeOf } from "./observed";

const owned = { "pulumi-ebs-snapshots:owner:0a1b2c3d": "1" };

const [first, second, third, fourth] = [1, 2, 3, 4].map((id) => snapshotOf(id)) as [
    ObservedSnapshot,
    ObservedSnapshot,
    ObservedSnapshot,
    ObservedSnapshot,
];
const created = (actions: ReturnType<typeof reconcile>) =>
    actions.create.map(({ snapshot, zone }) => `${snapshot.id} ${zone}`);

test("the newest snapshots of each volume get one volume per zone, the newest of every volume first", () => {
    const other = snapshotOf(9, { volumeId: "vol-other" });
    const zones = ["us-east-1a", "us-east-1b"];
    const actions = reconcile(
        { snapshots: [first, second, third, other], volumes: [] },
        { ...settings, availabilityZones: zones, maximum: 5 },
    );
    expect(created(actions)).toEqual([
        "snap-3 us-east-1a",
        "snap-3 us-east-1b",
        "snap-9 us-east-1a",
        "snap-9 us-east-1b",
        "snap-2 us-east-1a",
    ]);
    expect(actions.beyondMaximum.map(({ zone }) => zone)).toEqual(["us-east-1b"]);
    expect(actions.remove).toEqual([]);
});

test.each<[string, Partial<ObservedSnapshot>]>([
    ["is pending", { state: "pending" }],
    ["ended in error", { state: "error" }],
    ["is archived", { tier: "archive" }],
    ["is of another policy and has the schedule's tag", { tags: { ...dlm, [policyTag]: "policy-2" } }],
    ["was created manually and has the schedule's tag", { tags: { [scheduleTag]: schedule } }],
])("a snapshot that %s does not count", (_, more) => {
    expect(created(reconcile({ snapshots: [snapshotOf(5, more)], volumes: [] }, settings))).toEqual([]);
});

describe("an older volume", () => {
    const snapshots = [first, second, third];
    const [one, two, three] = snapshots.map((of) => volumeOf(of)) as [
        ObservedVolume,
        ObservedVolume,
        ObservedVolume,
    ];

    test("is deleted once `keep` newer ones are available", () => {
        expect(reconcile({ snapshots, volumes: [one, two, three] }, settings).remove).toEqual([one.id]);
    });

    test("is kept while the newer ones are of one snapshot, such as duplicates of two consecutive runs", () => {
        const duplicate = { ...three, id: "vol-duplicate", createTime: three.createTime + 1 };
        expect(reconcile({ snapshots, volumes: [one, three, duplicate] }, settings).remove).toEqual([
            duplicate.id,
        ]);
    });

    test.each<[string, ObservedVolume[]]>([
        ["is still being created", [one, two, { ...three, state: "creating" }]],
        ["disappeared because its key was denied", [one, two]],
        ["ended in error", [one, two, { ...three, state: "error" }]],
        ["is attached", [one, two, { ...three, state: "in-use", attached: true }]],
        ["was attached", [one, two, { ...three, tags: { ...three.tags, [attachedTag]: "then" } }]],
        ["is in another zone", [one, two, { ...three, zone: "us-east-1b" }]],
        ["is of a snapshot that no longer exists", [one, two, { ...three, snapshotId: "snap-gone" }]],
        ["was adopted by a stack", [one, two, { ...three, tags: { ...three.tags, ...owned } }]],
    ])("is kept while a newer one %s", (_, volumes) => {
        expect(reconcile({ snapshots, volumes }, settings).remove).not.toContain(one.id);
    });

    test("is kept permanently once it was attached, and is marked when that is first observed", () => {
        const attached = { ...one, state: "in-use", attached: true };
        const observed = reconcile({ snapshots, volumes: [attached, two, three] }, settings);
        expect([observed.mark, observed.remove]).toEqual([[one.id], []]);
        const detached = { ...one, tags: { ...one.tags, [attachedTag]: "then" } };
        const later = reconcile({ snapshots, volumes: [detached, two, three] }, settings);
        expect([later.mark, later.remove]).toEqual([[], []]);
    });

    test("is kept if the schedule did not create it, even with its tag, or if a stack has adopted it", () => {
        const foreign = [
            { ...one, tags: { ...one.tags, [recoveryTag]: "other" } },
            { ...one, tags: { ...one.tags, ...owned } },
            { ...one, snapshotId: "" },
            { ...one, snapshotId: "snap-of-another-team" },
        ];
        for (const volume of foreign) {
            const volumes = [volume, two, three];
            expect(reconcile({ snapshots, volumes }, settings).remove).toEqual([]);
            expect(volumesToDelete({ snapshots, volumes }, settings)).toEqual([two.id, three.id]);
        }
    });

    test("is deleted if keep is lowered, and kept if it is raised", () => {
        const volumes = [one, two, three];
        expect(reconcile({ snapshots, volumes }, { ...settings, keep: 1 }).remove).toEqual([one.id, two.id]);
        expect(reconcile({ snapshots, volumes }, { ...settings, keep: 3 }).remove).toEqual([]);
    });
});

describe("a caller that can only write tags", () => {
    const snapshots = [first, second, third];
    const genuine = [volumeOf(first), volumeOf(second)];
    const forged = [5, 6, 7].map((id) =>
        volumeOf(snapshotOf(id, { startTime: 1e12 + id }), { id: `vol-forged-${id}` }),
    );

    test("cannot cause a deletion with volumes that pretend to be newer", () => {
        const { remove } = reconcile({ snapshots, volumes: [...genuine, ...forged] }, settings);
        expect(remove).toEqual([]);
    });

    test("cannot cause the deletion of another snapshot's volume with forged times, nor on destroy", () => {
        const [old] = forged.map((volume) => ({
            ...volume,
            tags: { ...volume.tags, [takenTag]: "1970-01-01T00:00:00.000Z", [sourceTag]: "vol-source" },
        }));
        const volumes = [volumeOf(second), volumeOf(third), old!];
        expect(reconcile({ snapshots, volumes }, settings).remove).toEqual([]);
        expect(volumesToDelete({ snapshots, volumes }, settings)).not.toContain(old!.id);
    });

    test("cannot exhaust the maximum, and is counted", () => {
        const actions = reconcile({ snapshots, volumes: forged }, { ...settings, maximum: 2 });
        expect(created(actions)).toEqual(["snap-3 us-east-1a", "snap-2 us-east-1a"]);
        expect(unknownVolumes({ snapshots, volumes: [...genuine, ...forged] }, settings)).toEqual(
            forged.map(({ id }) => id),
        );
    });

    test("cannot hide a snapshot of the policy with another value of the schedule's tag", () => {
        const hidden = snapshots.map((one) => ({ ...one, tags: { ...one.tags, [scheduleTag]: "other" } }));
        expect(created(reconcile({ snapshots: hidden, volumes: [] }, settings))).toHaveLength(2);
    });
});

test("of two volumes of one snapshot in one zone the newer one is deleted, and any in error", () => {
    const twin = volumeOf(first, { id: "vol-twin", createTime: first.startTime + 5 });
    const broken = volumeOf(second, { state: "error" });
    const { remove, create } = reconcile(
        { snapshots: [first, second], volumes: [twin, volumeOf(first), broken] },
        settings,
    );
    expect(remove).toEqual(["vol-twin", broken.id]);
    expect(create).toEqual([]);
});

test.each(["error", "creating", "deleting"])(
    "a volume is not deleted because of an older one that is %s",
    (state) => {
        const older = volumeOf(first, { id: "vol-older", createTime: 1, state });
        const { remove } = reconcile({ snapshots: [first], volumes: [older, volumeOf(first)] }, settings);
        expect(remove).not.toContain(volumeOf(first).id);
    },
);

test("a volume that was attached counts to the maximum", () => {
    const used = volumeOf(first, { tags: { [attachedTag]: "then" } });
    const actions = reconcile(
        { snapshots: [first, second, third], volumes: [used] },
        { ...settings, maximum: 2 },
    );
    expect(created(actions)).toEqual(["snap-3 us-east-1a"]);
    expect(actions.beyondMaximum).toHaveLength(1);
});

test("a recovery point objective is missed if the newest snapshot of an existing volume is too old", () => {
    const observed = { snapshots: [first, fourth, snapshotOf(2, { volumeId: "vol-gone" })], volumes: [] };
    const at = (hours: number) =>
        missedRecoveryPoints(
            observed,
            { ...settings, recoveryPointHours: 13 },
            { sources: new Set(["vol-source"]), now: fourth.startTime + hours * 3_600_000 },
        );
    expect(at(13)).toEqual([]);
    expect(at(14)).toEqual(["vol-source"]);
    expect(missedRecoveryPoints(observed, settings, { sources: new Set(["vol-source"]), now: 1e15 })).toEqual(
        [],
    );
});
