// Tests credentials that a login renews during a run. They need a provider process with its own environment.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";

let volume: string;
let project: Project | undefined;

test.beforeEach(async () => {
    volume = await emulator.createVolume({ size: 8 });
    await emulator.clearCalls();
});

const one = () => `
    const { Snapshot } = require("pulumi-ebs-snapshots");
    exports.id = new Snapshot("s", { volumeId: "${volume}" }).id;
`;

test("credentials that expire during a wait are reloaded from the file that a login renews", async () => {
    project = await createProject(one());
    const folder = join(project.folder, "aws");
    const file = join(folder, "credentials");
    await mkdir(folder, { recursive: true });
    const keys = (key: string) => `[default]\naws_access_key_id=${key}\naws_secret_access_key=test\n`;
    await writeFile(file, keys("AKIATEST123456789012"));
    delete project.env["AWS_ACCESS_KEY_ID"];
    delete project.env["AWS_SECRET_ACCESS_KEY"];
    project.env["AWS_SHARED_CREDENTIALS_FILE"] = file;
    await emulator.set({ snapshotSeconds: 6 });
    // The first Describe searches for claims; the second one, the first of the wait, fails with expired credentials.
    await emulator.faults([
        {
            action: "DescribeSnapshots",
            after: 1,
            times: 1,
            code: "ExpiredToken",
            message: "expired",
            status: 400,
        },
    ]);
    await project.up();
    expect(await emulator.count("CreateSnapshot")).toBe(1);
    expect((await emulator.calls(({ error }) => error === "ExpiredToken")).length).toBe(1);
});
