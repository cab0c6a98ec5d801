// A CLI that is killed while EC2 copies: it needs an engine that dies.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { killUp, live, program, snapshotIds } from "../steps";

const region = "eu-west-1";
const away = { region };

test.each([false, true])(
    "killed while EC2 copies (orphan: %s): the next up adopts the copy and makes no other",
    async (orphan) => {
        const sourceSnapshotId = await emulator.createSnapshot(await emulator.createVolume());
        const project = await createProject(
            program(
                'const { SnapshotCopy } = require("pulumi-ebs-snapshots");',
                `new SnapshotCopy("own", ${JSON.stringify({ region, sourceRegion: "us-east-1", sourceSnapshotId })});`,
            ),
        );
        await emulator.set({ snapshotSeconds: 1_000 });
        await emulator.clearCalls();
        await killUp(project, async () => (await snapshotIds(emulator, away)).length === 1, orphan);
        await emulator.advance(1_000);
        expect(await project.up()).toContain("adopts snap-");
        expect(await snapshotIds(emulator, away)).toEqual([(await live(project, "own")).id]);
        expect(await emulator.count("CopySnapshot")).toBe(1);
    },
);
