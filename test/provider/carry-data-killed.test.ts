// Tests that a replacement with `carryData` has the data of the volume, at whatever time a run is killed.

import { describe, expect } from "vitest";
import { restoredVolumes } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { changes, createSourceSnapshot, disk, endClaims, kind, moved, only, others } from "./carried-data";
import { Door, type Created } from "./door";

createSourceSnapshot();

describe("a run that is killed", () => {
    interface State {
        live: Created;
        condemned: Created | undefined;
    }

    /**
     * Runs `up` until it has made this many changes. Then the engine is killed: the operation fails before its next
     * change, and the state contains the result of the last operation only with `isWritten`.
     */
    async function up(state: State, { changes: most, isWritten }: { changes: number; isWritten: boolean }) {
        const door = new Door(emulator);
        let count = 0;
        Object.defineProperty(door, "isOrphaned", { get: () => ++count > most });
        const isLost = () => count >= most && !isWritten;
        try {
            if (state.condemned === undefined && state.live.inputs["availabilityZone"] !== "us-east-1b") {
                const created = await door.replace(kind, state.live, moved());
                if (isLost()) return;
                Object.assign(state, { live: created, condemned: state.live });
            } else await door.diff(kind, state.live, moved());
            if (state.condemned === undefined) return;
            await door.delete(kind, state.condemned);
            if (isLost()) return;
            state.condemned = undefined;
            await door.release();
        } catch (error) {
            expect((error as Error).message).toContain("the engine is gone");
        }
    }

    test.each([0, 1, 2, 3, 4, 5].flatMap((count) => [[count, false] as const, [count, true] as const]))(
        "after %i changes (written to the state: %s) is continued, and one volume has the data",
        async (count, isWritten) => {
            const state: State = {
                live: await new Door(emulator).create(kind, disk()),
                condemned: undefined,
            };
            const former = state.live.id;
            await endClaims();
            await emulator.advance(60);
            await emulator.clearCalls();

            await up(state, { changes: count, isWritten });
            await up(state, { changes: 100, isWritten: true });

            const calls = await changes();
            expect((await restoredVolumes()).map(({ VolumeId }) => VolumeId)).toEqual([state.live.id]);
            expect(state.live.id).not.toBe(former);
            expect(state.condemned).toBeUndefined();
            // The new volume is created from a snapshot of the old one.
            const sources = only(calls, "CreateVolume").map((params) => params["SnapshotId"]);
            const deleted = only(calls, "DeleteSnapshot").map((params) => params["SnapshotId"]);
            expect(sources).toHaveLength(1);
            expect(deleted).toContain(sources[0]);
            expect(only(calls, "CreateSnapshot").every(({ VolumeId }) => VolumeId === former)).toBe(true);
            // Only a final snapshot remains, if the volume may have been written to between the runs.
            for (const { Tags = [], VolumeId } of await others()) {
                expect(VolumeId).toBe(former);
                expect(Tags.map(({ Key }) => Key)).toContain("pulumi-ebs-snapshots:final");
            }
        },
    );

    test.each([
        ["", true],
        [", also if carryData is removed before the next run", undefined],
    ])(
        "keeps later data of the old volume in a final snapshot, and reports its id%s",
        async (_when, carryData) => {
            const state: State = {
                live: await new Door(emulator).create(kind, disk()),
                condemned: undefined,
            };
            await endClaims();
            await up(state, { changes: 3, isWritten: false });
            const door = new Door(emulator);
            const created = await door.replace(kind, state.live, moved({ carryData }));
            await door.delete(kind, state.live);
            expect(door.messages.join("\n")).toContain(
                `this run did not carry the data of volume ${state.live.id}, but an earlier one. A final snapshot keeps what may have been written since.`,
            );
            expect(await others()).toHaveLength(1);
            expect((await restoredVolumes()).map(({ VolumeId }) => VolumeId)).toEqual([created.id]);
        },
    );
});
