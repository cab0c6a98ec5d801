// Tests a run that is killed at any time, with its provider process killed or orphaned: after the next run exactly one
// resource exists, requested once. test/engine/lifecycle/interrupted.test.ts kills a real engine.

import { expect } from "vitest";
import { idsOf, instanceWithVolumes } from "../emulator/calls";
import { emulator, test } from "../fixture";
import { instanceSnapshots, snapshot, snapshotCopy, volume } from "./declare";
import { Engine } from "./engine";
import type { Declared } from "./engine-run";

interface Subject {
    declared: Declared;
    /** Is the call that creates it. */
    action: string;
    createdIds: () => Promise<string[]>;
}

const own = () => idsOf({ OwnerIds: ["self"] });

const subjects: Record<string, () => Promise<Subject>> = {
    Snapshot: async () => ({
        declared: snapshot("it", { volumeId: await emulator.createVolume({ size: 8 }) }),
        action: "CreateSnapshot",
        createdIds: own,
    }),

    "SnapshotCopy to another region": async () => {
        const sourceSnapshotId = await emulator.createSnapshot(await emulator.createVolume());
        const region = "eu-west-1";
        return {
            declared: snapshotCopy("it", { sourceSnapshotId, sourceRegion: "us-east-1", region }),
            action: "CopySnapshot",
            createdIds: () => idsOf({ OwnerIds: ["self"] }, emulator.ec2({ region })),
        };
    },

    InstanceSnapshots: async () => ({
        declared: instanceSnapshots("it", { instanceId: (await instanceWithVolumes()).instanceId }),
        action: "CreateSnapshots",
        createdIds: own,
    }),

    VolumeFromSnapshot: async () => {
        const source = await emulator.createVolume({ size: 8 });
        return {
            declared: volume("it", { snapshotId: await emulator.createSnapshot(source) }),
            action: "CreateVolume",
            createdIds: async () => {
                const volumes = await emulator.volumes();
                return volumes.flatMap(({ VolumeId = "" }) => (VolumeId === source ? [] : [VolumeId]));
            },
        };
    },
};

interface Moment {
    when: string;
    kill: (engine: Engine, subject: Subject, options: { isOrphan: boolean }) => Promise<void>;
    isAdopted: boolean;
}

const moments: Moment[] = [
    {
        when: "before EC2 is called",
        kill: async (engine, { action }, { isOrphan }) => {
            await emulator.faults([{ action: "DescribeSnapshots", kind: "reset", times: 1 }]);
            const isLookingForClaim = async () => (await emulator.count("DescribeSnapshots")) > 0;
            await engine.kill(() => engine.up(), isLookingForClaim, { isOrphan });
            expect(await emulator.count(action)).toBe(0);
        },
        isAdopted: false,
    },
    {
        when: "after EC2 acted, before its response",
        kill: async (engine, { action, createdIds }, { isOrphan }) => {
            await emulator.faults([{ action, kind: "reset", where: "after", times: 1 }]);
            const acted = async () => (await createdIds()).length > 0;
            await engine.kill(() => engine.up(), acted, { isOrphan });
        },
        isAdopted: true,
    },
    {
        when: "while it waits",
        kill: async (engine, { createdIds }, { isOrphan }) => {
            await emulator.set({ snapshotSeconds: 60, volumeSeconds: 60 });
            const waiting = async () => (await createdIds()).length > 0;
            await engine.kill(() => engine.up(), waiting, { isOrphan });
        },
        isAdopted: true,
    },
    {
        when: "after its completion, before the state is written",
        kill: async (engine) => {
            await expect(engine.up(engine.program, { killedAfter: "it" })).rejects.toThrow();
        },
        isAdopted: true,
    },
];

const cases = Object.keys(subjects).flatMap((kind) =>
    moments.map((moment) => [kind, moment.when, moment] as const),
);

test.each(cases)(
    "a %s, killed %s: after the next up exactly one exists",
    async (kind, _when, { kill, isAdopted }) => {
        for (const isOrphan of [false, true]) {
            await emulator.reset();
            const subject = await subjects[kind]!();
            await emulator.clearCalls();
            const engine = new Engine(emulator);
            engine.program = [subject.declared];
            await kill(engine, subject, { isOrphan });
            expect(engine.state).toEqual([]);
            await emulator.faults([]);

            const before = await subject.createdIds();
            const { output } = await engine.up();
            const { id, outputs } = engine.live("it");
            const members = outputs["snapshots"] as { snapshotId: string }[] | undefined;
            const ids = members?.map(({ snapshotId }) => snapshotId) ?? [id];
            expect((await subject.createdIds()).sort(), String(isOrphan)).toEqual([...ids].sort());
            if (isAdopted) expect(before.sort()).toEqual([...ids].sort());
            expect(output.includes(`adopts ${id}`), String(isOrphan)).toBe(isAdopted);
            // A volume may be requested again: EC2 recognizes the request by its client token.
            if (kind !== "VolumeFromSnapshot") expect(await emulator.count(subject.action)).toBe(1);
        }
    },
);
