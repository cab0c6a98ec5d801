// Runs the demo unchanged in an environment with conflicting settings, because new users start with it.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Call } from "./emulator/controls";
import { startEmulator } from "./emulator/emulator";

// The CLI starts a dozen times here; with concurrent tests on two cores each start takes several seconds.
vi.setConfig({ testTimeout: 300_000 });

const root = resolve(__dirname, "..");

let temporary: string;
let tree: string[];

beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), "demo-test-"));
    tree = await files();
});

afterEach(async () => {
    expect(await readdir(temporary), "files left in the temporary folder").toEqual([]);
    expect(await files(), "files left in the repository").toEqual(tree);
    expect(await processes(temporary), "processes left").toEqual([]);
    await rm(temporary, { recursive: true, force: true });
});

/** Lists the folders in which `pulumi` and npm could leave files. */
async function files(): Promise<string[]> {
    const folders = [root, join(root, "examples/quickstart")];
    return (await Promise.all(folders.map((folder) => readdir(folder)))).flat();
}

/** Lists the processes that a demo has started: their TMPDIR is `marker` or a folder in it. */
async function processes(marker: string): Promise<string[]> {
    if (!existsSync("/proc/self/environ")) return [];
    const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const found = ids.map(async (id) => {
        const read = (file: string) => readFile(`/proc/${id}/${file}`, "utf8").catch(() => "");
        return (await read("environ")).includes(`TMPDIR=${marker}`) ? [await read("cmdline")] : [];
    });
    return (await Promise.all(found)).flat();
}

interface Ended {
    code: number | null;
    output: string;
}

/** Runs the demo; `watch` sees each piece of its output. */
function demo(
    args: string[],
    env: Record<string, string>,
    watch?: (output: string, kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Ended> {
    const environment = Object.entries(process.env).filter(([name]) => !/^(AWS|PULUMI)_/.test(name));
    const child = spawn(process.execPath, ["scripts/demo.mjs", ...args], {
        cwd: root,
        env: { ...Object.fromEntries(environment), TMPDIR: temporary, NO_COLOR: "1", ...env },
        stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (data: Buffer) => {
            output += data.toString();
            watch?.(output, (signal) => child.kill(signal));
        });
    }
    return new Promise((done) =>
        child.once("close", (code) => {
            done({ code, output });
        }),
    );
}

/** A user may have set these variables, and the emulated demo must ignore them. */
const userEnvironment = {
    AWS_PROFILE: "production",
    AWS_ACCESS_KEY_ID: "AKIATEST111122223333",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_REGION: "eu-west-1",
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    PULUMI_BACKEND_URL: "https://127.0.0.1:9",
    PULUMI_ACCESS_TOKEN: "token",
    PULUMI_STACK: "production",
    HTTP_PROXY: "http://127.0.0.1:9",
};

function between(output: string, from: string, to: string): string {
    const start = output.indexOf(from);
    expect(start, `"${from}" in the output`).toBeGreaterThanOrEqual(0);
    return output.slice(start, output.indexOf(to, start + from.length));
}

test("the demo resumes a killed run, shares, restores, rejects a replacement and plans, with any user configuration", async () => {
    const { code, output } = await demo([], userEnvironment);
    expect(code, output).toBe(0);

    expect(between(output, "1. Preview", "2. ")).toMatch(/before-release create\b[^]*\+ 2 to create/);

    const killed = between(output, "2. Create", "3. ");
    expect(killed).toMatch(/snapshot \d+%[^]*kill -9/);
    const [, snapshotId = ""] = /(snap-\w+) +before-release +payments +CC-1042/.exec(killed) ?? [];
    expect(killed).not.toContain("Outputs:");

    const resumed = between(output, "3. Run", "4. ");
    expect(resumed).toContain(`adopts ${snapshotId}, which an interrupted run of this stack created.`);
    expect(resumed).toMatch(/state +: "completed"/);
    const list = resumed.slice(resumed.indexOf("  id "));
    expect(list.match(/snap-\w+/g), "snapshots of the volume").toEqual([snapshotId]);

    const share = between(output, "4. Share", "5. ");
    expect(share).toContain(`for-audit: ${snapshotId} will be shared with 444455556666`);
    expect(share).toMatch(/\+ 1 to create[^]*\+ 1 created/);
    expect(share, "a warning of the killed run").not.toContain("pending operations");

    const volume = between(output, "5. Restore", "6. ");
    expect(volume).toMatch(/the volume \(10 GiB\) is larger than its snapshot \(8 GiB\)[^]*growpart/);
    expect(volume).toMatch(/recoveredVolumeState: "none" => "available"/);
    expect(volume).toMatch(/vol-\w+ {2}10 GiB {2}us-east-1a {2}available, ready to be attached/);

    expect(between(output, "6. A replacement", "7. ")).toMatch(
        new RegExp(
            `error: .*the volume was created from ${snapshotId} and holds data .*onSnapshotChange: "keep"[^]*1 errored`,
        ),
    );

    expect(between(output, "7. Plan", "8. ")).toMatch(/nightly +62 [^]*Recovery point objective: 13 hours/);

    expect(output.slice(output.indexOf("8. Destroy"))).toMatch(
        /- 4 deleted[^]*EC2 shows no snapshot of vol-[^]*EC2 shows no volume created from a snapshot/,
    );
    expect(output).not.toMatch(/__provider|__urn|Permalink|NodeVersionSupport|Neo|Undefined value/);
    expect(output, "progress beside a finished operation").not.toMatch(
        /ed \([\d.]+s\) (waiting|deleting|.*\d%)/,
    );
});

test("an interrupted demo exits with the code of the signal and deletes everything that it created", async () => {
    let sent = false;
    const { code, output } = await demo([], userEnvironment, (soFar, kill) => {
        if (sent || !/pulumi cancel[^]*before-release creating/.test(soFar)) return;
        sent = true;
        kill("SIGINT");
    });
    expect(code, output).toBe(130);
    expect(output).toContain("Interrupted.");
});

test("on AWS without credentials, the demo exits with a one-line error", async () => {
    const none = "/nonexistent/file";
    const { code, output } = await demo(["--aws"], {
        AWS_CONFIG_FILE: none,
        AWS_SHARED_CREDENTIALS_FILE: none,
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_REGION: "eu-west-1",
    });
    expect(output).toBe(
        "No AWS credentials found. Set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run without --aws.\n",
    );
    expect(code).toBe(1);
});

test("on AWS, the demo shows account and region before it creates resources, and deletes them even after a failure", async () => {
    const emulator = await startEmulator();
    try {
        const aws = {
            AWS_ENDPOINT_URL: emulator.endpoint,
            AWS_ACCESS_KEY_ID: "AKIATEST111122223333",
            AWS_SECRET_ACCESS_KEY: "secret",
            AWS_REGION: "eu-west-1",
        };
        const creations = ({ action }: Call) => action.startsWith("Create");

        const refused = await demo(["--aws"], aws);
        expect(refused.output).toMatch(/Account +111122223333\nRegion +eu-west-1\nVolume +a new empty one/);
        expect(refused.output).toContain(
            "Standard input is not a terminal, so that nobody can confirm. Add --yes.",
        );
        expect(refused.code).toBe(1);
        expect(await emulator.calls(creations)).toEqual([]);

        // EC2 rejects the share.
        const code = "UnauthorizedOperation";
        await emulator.faults([{ action: "ModifySnapshotAttribute", code, message: "No." }]);
        const failed = await demo(["--aws", "--yes"], aws);
        expect(failed.output).toContain("the IAM permission ec2:ModifySnapshotAttribute");
        expect(failed.output).toContain("Deleting what the demo has created.");
        expect(failed.code, failed.output).toBe(1);
        const calls = (await emulator.calls()).map(({ action, account, region }) => [
            action,
            account,
            region,
        ]);
        for (const action of ["CreateVolume", "CreateSnapshot", "DeleteSnapshot", "DeleteVolume"]) {
            expect(calls).toContainEqual([action, "111122223333", "eu-west-1"]);
        }
    } finally {
        await emulator.stop();
    }
});
