// The demo is the first thing that a newcomer runs: it is run here as it stands, in a hostile environment.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Call, startEmulator } from "./emulator/emulator";

// A CLI starts a dozen times here; beside other tests on two cores each start takes several seconds.
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

/** Where `pulumi` and npm would leave something. */
async function files(): Promise<string[]> {
    const folders = [root, join(root, "examples/quickstart")];
    return (await Promise.all(folders.map((folder) => readdir(folder)))).flat();
}

/** Those that were started by a demo: the TMPDIR of each of them is this or inside of it. */
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
    const ours = Object.entries(process.env).filter(([name]) => !/^(AWS|PULUMI)_/.test(name));
    const child = spawn(process.execPath, ["scripts/demo.mjs", ...args], {
        cwd: root,
        env: { ...Object.fromEntries(ours), TMPDIR: temporary, NO_COLOR: "1", ...env },
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

/** What a user may have set, and what the emulated demo must not touch. */
const theirs = {
    AWS_PROFILE: "production",
    AWS_ACCESS_KEY_ID: "AKIATEST111122223333",
    AWS_SECRET_ACCESS_KEY: "theirs",
    AWS_REGION: "eu-west-1",
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    PULUMI_BACKEND_URL: "https://127.0.0.1:9",
    PULUMI_ACCESS_TOKEN: "theirs",
    PULUMI_STACK: "production",
    HTTP_PROXY: "http://127.0.0.1:9",
};

function between(output: string, from: string, to: string): string {
    const start = output.indexOf(from);
    expect(start, `"${from}" in the output`).toBeGreaterThanOrEqual(0);
    return output.slice(start, output.indexOf(to, start + from.length));
}

test("the demo previews, creates, updates, replaces, lists and destroys, whatever the user has configured", async () => {
    const { code, output } = await demo([], theirs);
    expect(code, output).toBe(0);

    expect(between(output, "1. Preview", "2. ")).toMatch(/before-release create\b[^]*\+ 2 to create/);

    const up = between(output, "2. Take", "3. ");
    expect(up).toMatch(/snapshot [1-9]\d?%/);
    expect(up).toMatch(/state +: "completed"/);

    const update = between(output, "3. Change", "4. ");
    expect(update).toContain('~ billingCode: "CC-1042" => "CC-2077"');
    expect(update).toMatch(/~ 1 to update[^]*~ 1 updated/);

    const replacement = between(output, "4. Change", "5. ");
    expect(replacement).toMatch(
        /warning: before-release: replacement will delete snapshot (snap-\w+) .*To keep it, set keepReplaced: true\./,
    );
    expect(replacement).toMatch(/\+-1 to replace[^]*\+-1 replaced/);
    const [, before, after] =
        /snapshotId *: "(snap-\w+)" => "(snap-\w+)"/.exec(
            replacement.slice(replacement.indexOf("Outputs:")),
        ) ?? [];

    const list = between(output, "5. The", "6. ");
    expect(list).toMatch(new RegExp(`${after!}  before-release  payments  CC-2077 +completed  8 GiB`));
    expect(list).not.toContain(before);

    const volume = between(output, "6. Make", "7. ");
    expect(volume).toMatch(/the volume \(10 GiB\) is larger than its snapshot \(8 GiB\)[^]*growpart/);
    expect(volume).toMatch(/recoveredVolumeState: "none" => "available"/);
    expect(volume).toMatch(/vol-\w+ {2}10 GiB {2}us-east-1a {2}available, ready to be attached/);

    expect(output.slice(output.indexOf("7. Destroy"))).toMatch(
        /- 3 deleted[^]*EC2 shows no snapshot of vol-[^]*EC2 shows no volume made from a snapshot/,
    );
    expect(output).not.toMatch(/__provider|__urn|Permalink|NodeVersionSupport|Neo|Undefined value/);
});

test("an interrupted demo ends as a signal does, and leaves nothing", async () => {
    let sent = false;
    const { code, output } = await demo([], theirs, (seen, kill) => {
        if (sent || !/snapshot \d+%/.test(seen)) return;
        sent = true;
        kill("SIGINT");
    });
    expect(code, output).toBe(130);
    expect(output).toContain("Interrupted.");
});

test("on AWS, the demo ends with one line where there are no credentials", async () => {
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

test("on AWS, the demo says where before it makes anything, and deletes what it made, also after a failure", async () => {
    const emulator = await startEmulator();
    try {
        const aws = {
            AWS_ENDPOINT_URL: emulator.endpoint,
            AWS_ACCESS_KEY_ID: "AKIATEST111122223333",
            AWS_SECRET_ACCESS_KEY: "theirs",
            AWS_REGION: "eu-west-1",
        };
        const made = ({ action }: Call) => action.startsWith("Create");

        const asked = await demo(["--aws"], aws);
        expect(asked.output).toMatch(/Account +111122223333\nRegion +eu-west-1\nVolume +a new empty one/);
        expect(asked.output).toContain("Nobody is here to confirm that: add --yes.");
        expect(asked.code).toBe(1);
        expect(await emulator.calls(made)).toEqual([]);

        // The second step, an update of the tags, is refused.
        await emulator.faults([{ action: "CreateTags", code: "UnauthorizedOperation", message: "No." }]);
        const failed = await demo(["--aws", "--yes"], aws);
        expect(failed.output).toContain("the IAM permission ec2:CreateTags");
        expect(failed.output).toContain("Deleting what the demo has made.");
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
