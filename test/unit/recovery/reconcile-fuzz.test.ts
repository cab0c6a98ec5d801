import fc from "fast-check";
import { expect, test } from "vitest";
import { reconcile, type ObservedSnapshot, type ObservedVolume } from "../../../recovery/reconcile";
import { attachedTag, sourceTag, takenTag } from "../../../schema/recovery-settings";
import { settings, snapshotOf, volumeOf } from "./observed";

/** Lists the changes of an account between two runs. */
type Event =
    | { kind: "snapshot" | "available" | "vanish" | "attach" | "detach"; which: number }
    | { kind: "run"; keep: number };

const events: fc.Arbitrary<Event[]> = fc.array(
    fc.oneof(
        fc.record({
            kind: fc.constantFrom("snapshot" as const, "available" as const, "attach" as const),
            which: fc.nat(20),
        }),
        fc.record({ kind: fc.constantFrom("vanish" as const, "detach" as const), which: fc.nat(20) }),
        fc.record({ kind: fc.constant("run" as const), keep: fc.integer({ min: 1, max: 3 }) }),
    ),
    { maxLength: 60 },
);

test("no order of events duplicates or loses a volume, or exceeds the maximum", () => {
    fc.assert(
        fc.property(events, fc.integer({ min: 2, max: 12 }), (list, maximum) => {
            const zones = ["us-east-1a", "us-east-1b"];
            const snapshots: ObservedSnapshot[] = [];
            let volumes: ObservedVolume[] = [];
            const touched = new Set<string>();
            let keep = 1;
            const run = () => {
                const goal = { ...settings, availabilityZones: zones, keep, maximum };
                const { mark, create, remove } = reconcile({ snapshots, volumes }, goal);
                for (const id of remove) {
                    const volume = volumes.find((one) => one.id === id)!;
                    expect(touched.has(id)).toBe(false);
                    const newer = volumes.filter(
                        (one) =>
                            one.zone === volume.zone &&
                            one.tags[sourceTag] === volume.tags[sourceTag] &&
                            one.tags[takenTag]! > volume.tags[takenTag]! &&
                            one.state === "available" &&
                            !touched.has(one.id),
                    );
                    expect(newer.length).toBeGreaterThanOrEqual(keep);
                }
                for (const id of mark) expect(touched.has(id)).toBe(true);
                volumes = volumes
                    .filter(({ id }) => !remove.includes(id))
                    .map((one) =>
                        mark.includes(one.id) ? { ...one, tags: { ...one.tags, [attachedTag]: "x" } } : one,
                    );
                for (const { snapshot, zone } of create) {
                    expect(volumes.some((one) => one.snapshotId === snapshot.id && one.zone === zone)).toBe(
                        false,
                    );
                    volumes.push(
                        volumeOf(snapshot, { id: `${snapshot.id}-${zone}`, zone, state: "creating" }),
                    );
                }
                expect(volumes.length).toBeLessThanOrEqual(maximum);
            };
            for (const event of list) {
                if (event.kind === "run") {
                    keep = event.keep;
                    run();
                    continue;
                }
                if (event.kind === "snapshot") {
                    const volumeId = `vol-source-${event.which % 2}`;
                    snapshots.push(snapshotOf(snapshots.length + 1, { volumeId }));
                    continue;
                }
                const volume = volumes[event.which % Math.max(1, volumes.length)];
                if (volume === undefined) continue;
                if (event.kind === "available" && volume.state === "creating") volume.state = "available";
                if (event.kind === "vanish" && volume.state === "creating")
                    volumes = volumes.filter((one) => one !== volume);
                if (event.kind === "attach" && volume.state === "available") {
                    Object.assign(volume, { state: "in-use", attached: true });
                    touched.add(volume.id);
                    // The timer observes it before it is detached, or CloudWatch shows that it was attached.
                    run();
                }
                if (event.kind === "detach" && volume.attached)
                    Object.assign(volume, { state: "available", attached: false });
            }
            // Without changes and below the maximum, the newest snapshots of each source get a volume in each zone.
            const enough = { ...settings, availabilityZones: zones, keep, maximum: 1_000 };
            const last = reconcile({ snapshots, volumes }, enough);
            volumes.push(...last.create.map(({ snapshot, zone }) => volumeOf(snapshot, { zone })));
            for (const source of ["vol-source-0", "vol-source-1"]) {
                const newest = snapshots.filter(({ volumeId }) => volumeId === source).slice(-keep);
                for (const { id } of newest)
                    for (const zone of zones)
                        expect(
                            volumes.filter((one) => one.snapshotId === id && one.zone === zone),
                        ).toHaveLength(1);
            }
        }),
        { numRuns: 500 },
    );
});
