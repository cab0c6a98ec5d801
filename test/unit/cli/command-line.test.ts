/**
 * Tests the command line: help, versions, and errors.
 *
 * @module
 */
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../../cli/index";
import { formatList } from "../../../cli/list";
import { answer } from "../wire";

const root = join(__dirname, "../../..");
const run = promisify(execFile);

let folder: string;
let schedule: string;
beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ebs-cli-"));
    schedule = join(folder, "nightly.json");
    const rules = [{ name: "nightly", every: "24 hours", at: "03:00", keep: 7 }];
    await writeFile(schedule, JSON.stringify({ targets: { anyTag: { Backup: ["nightly"] } }, rules }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("help", () => {
    test.each([
        [["--help"], "Usage: ebs-snapshots [options] [command]"],
        [["list", "--help"], "Usage: ebs-snapshots list [options]"],
        [["changed", "--help"], "Usage: ebs-snapshots changed [options] <snapshot>"],
        [["plan", "-h"], "Usage: ebs-snapshots plan [options] <file>"],
        [["help", "lost"], "Usage: ebs-snapshots lost [options] <preview.json>"],
    ])("%j prints the usage and succeeds", async (args, usage) => {
        const { text, failed } = await main(args);
        expect(text).toContain(usage);
        expect(failed).toBe(false);
    });

    test("a command line without a command fails with the help", async () => {
        await expect(main([])).rejects.toThrow("Usage: ebs-snapshots [options] [command]");
    });

    test("--version prints the version of the package, and a process ends with status 0", async () => {
        const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
            version: string;
        };
        expect(await main(["--version"])).toEqual({ text: `${version}\n`, failed: false });
        const { stdout } = await run(process.execPath, [join(root, "dist/cli/index.js"), "-V"]);
        expect(stdout).toBe(`${version}\n`);
    });
});

test("a reader that closes the pipe early, such as head, is not an error", async () => {
    const long = ["--from", "2026-01-01", "--until", "2030-01-01", "--json"];
    const child = spawn(process.execPath, [join(root, "dist/cli/index.js"), "plan", schedule, ...long]);
    let errors = "";
    child.stderr.on("data", (text) => (errors += String(text)));
    child.stdout.destroy();
    const status = await new Promise((resolve) => child.once("close", resolve));
    expect({ status, errors }).toEqual({ status: 0, errors: "" });
});

describe("an invalid command line is reported", () => {
    test.each([
        [["plam"], "unknown command 'plam'\n(Did you mean plan?)"],
        [["plan", "x.json", "--form", "2026-03-01"], "unknown option '--form'\n(Did you mean --from?)"],
        [["changed"], "missing required argument 'snapshot'"],
        [["lost"], "missing required argument 'preview.json'"],
        [["list", "--state", "done"], "argument 'done' is invalid. Allowed choices are pending, completed"],
        [["list", "--volume", "vol-zz"], "argument 'vol-zz' is invalid. Specify an id such as \"vol-"],
        [["list", "--tag", "Team"], "argument 'Team' is invalid. Specify <key>=<value>."],
        [["list", "--role", "r", "--profile", "p"], "cannot be used with option '--role <arn>'"],
    ])("%j", async (args, message) => {
        await expect(main(args)).rejects.toThrow(message);
    });

    test.each(["yesterday", "2026-02-30", "2026-3-1", "1772323200"])(
        "--from %s is rejected as an invalid time",
        async (time) => {
            await expect(main(["plan", schedule, "--from", time])).rejects.toThrow(
                `argument '${time}' is invalid. Specify ISO 8601 in UTC, such as 2026-03-01`,
            );
        },
    );

    test("a chart is written only to an SVG file", async () => {
        await expect(main(["plan", schedule, "--out", join(folder, "plan.png")])).rejects.toThrow(
            /argument '.*plan\.png' is invalid\. The chart is an SVG: specify a file that ends in \.svg\./,
        );
    });

    test("changed --since rejects what is not the id of a snapshot, by the name of the option", async () => {
        await expect(main(["changed", "snap-1", "--since", "yesterday"])).rejects.toThrow(
            "option '--since <snapshot>' argument 'yesterday' is invalid. Specify the id of a snapshot",
        );
    });

    test.each([
        ["aws:regon", " Did you mean aws:region?"],
        ["ebs-snapshots:region", " Did you mean aws:region?"],
        ["region", " Did you mean aws:region?"],
        ["project:volume", ""],
    ])("--config %s, which no command reads, is rejected", async (key, question) => {
        await expect(main(["list", "--config", `${key}=eu-west-1`])).rejects.toThrow(
            `--config ${key} is not a key that this command reads.${question}`,
        );
    });

    test("without a region or credentials, the error contains the command-line options", async () => {
        const cli = join(root, "dist/cli/index.js");
        const none = join(folder, "none");
        const env = {
            PATH: process.env["PATH"],
            HOME: none,
            AWS_EC2_METADATA_DISABLED: "true",
            AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
        };
        const list = (...args: string[]) => run(process.execPath, [cli, "list", ...args], { env });
        await expect(list()).rejects.toMatchObject({
            code: 1,
            stderr: "no AWS region is configured. Add --region <region>, or set AWS_REGION.\n",
        });
        await expect(list("--region", "eu-west-1")).rejects.toMatchObject({
            code: 1,
            stderr: expect.stringMatching(
                /^no AWS credentials were found in .*AWS_SECRET_ACCESS_KEY, or add --profile <name>\.\n$/,
            ) as string,
        });
    });

    test("--until before --from is rejected", async () => {
        await expect(
            main(["plan", schedule, "--from", "2026-03-02", "--until", "2026-03-01T12:00"]),
        ).rejects.toThrow("--until 2026-03-01T12:00:00.000Z must be after --from 2026-03-02T00:00:00.000Z");
    });

    test.each([
        [
            ["--from", "1000-03-01", "--until", "9999-03-01"],
            "--until 9999-03-01T00:00:00.000Z is more than 100 years after --from 1000-03-01T00:00:00.000Z. " +
                "Specify --until 1100-03-02T00:00:00.000Z or an earlier time",
        ],
        [
            ["--volume-size", "1e99", "--change-per-day", "1"],
            "--volume-size 1e+99 must be at most 65536 GiB, the largest volume of EC2",
        ],
    ])("plan %j exceeds a limit and is rejected", async (options, message) => {
        await expect(main(["plan", schedule, ...options])).rejects.toThrow(message);
    });

    test("missing files, directories, invalid JSON and other languages are errors with a remedy", async () => {
        const broken = join(folder, "broken.json");
        await writeFile(broken, "{");
        const page = join(folder, "page.md");
        await writeFile(page, "# no program");
        await expect(main(["plan", join(folder, "none.ts")])).rejects.toThrow(/none\.ts was not found$/);
        await expect(main(["lost", join(folder, "none.json")])).rejects.toThrow(/none\.json was not found$/);
        await expect(main(["plan", folder])).rejects.toThrow("is a directory, but must be a file");
        await expect(main(["plan", broken])).rejects.toThrow("broken.json is not valid JSON");
        await expect(main(["plan", schedule, "--out", join(folder, "no/plan.svg")])).rejects.toThrow(
            /plan\.svg was not found$/,
        );
        const cli = join(root, "dist/cli/index.js");
        await expect(run(process.execPath, [cli, "plan", page])).rejects.toMatchObject({
            code: 1,
            stderr: `${page} must be a program (.js, .mjs, .cjs, .ts) or the arguments of a schedule (.json)\n`,
        });
    });

    test("the error of a program that lacks configuration names the option to set it", async () => {
        await expect(main(["plan", join(__dirname, "programs/two-schedules.ts")])).rejects.toThrow(
            "requires the configuration backups:keep. Pass it with --config backups:keep=<value>",
        );
    });

    test("the error for TypeScript that Node cannot load names the command that loads it", async () => {
        const program = join(folder, "index.ts");
        // Newer versions of Node run TypeScript, but do not support enums.
        await writeFile(program, "enum Keep { Nightly = 7 }\nexport default { rules: [Keep.Nightly] };\n");
        const cli = join(root, "dist/cli/index.js");
        await expect(run(process.execPath, [cli, "plan", program])).rejects.toMatchObject({
            code: 1,
            stderr: expect.stringContaining(
                `Run: npx tsx node_modules/.bin/ebs-snapshots plan ${program}\n`,
            ) as string,
        });
    });

    test("the error for a chart without echarts names the command that installs it", async () => {
        // Node resolves the optional peer as if it were not installed.
        const hook =
            'import("node:module").then(({ register }) => register(' +
            "`data:text/javascript,export async function resolve(name, context, next) { " +
            'if (name === "echarts") throw Object.assign(new Error("none"), { code: "ERR_MODULE_NOT_FOUND" }); ' +
            "return next(name, context); }`));";
        const preload = join(folder, "without-echarts.cjs");
        await writeFile(preload, hook);
        const args = ["--require", preload, join(root, "dist/cli/index.js"), "plan", schedule];
        await expect(
            run(process.execPath, [...args, "--out", join(folder, "plan.svg")]),
        ).rejects.toMatchObject({
            code: 1,
            stderr: expect.stringContaining("Run: npm install --save-dev echarts@6\n") as string,
        });
    });
});

test("plan reads the arguments that a module exports, from JavaScript or TypeScript", async () => {
    const cli = join(root, "dist/cli/index.js");
    const args = await readFile(schedule, "utf8");
    const modules = {
        "plain.cjs": `module.exports = ${args};`,
        "compiled.cjs": `Object.defineProperty(exports, "__esModule", { value: true }); exports.default = ${args};`,
        "module.mjs": `export default ${args};`,
    };
    for (const [name, text] of Object.entries(modules)) {
        const file = join(folder, name);
        await writeFile(file, text);
        // A separate process is needed, because vitest unwraps a compiled module itself.
        const { stdout } = await run(process.execPath, [cli, "plan", file, "--from", "2026-03-01"]);
        expect(stdout).toContain("nightly  31 ");
    }
});

test("plan --json contains the runs and the snapshots at the end", async () => {
    const { text } = await main([
        "plan",
        schedule,
        "--from",
        "2026-03-01",
        "--until",
        "2026-03-11",
        "--json",
    ]);
    const [plan] = JSON.parse(text) as { runs: unknown[]; retained: unknown[] }[];
    expect(plan).toMatchObject({
        schedule: "nightly",
        from: "2026-03-01T00:00:00.000Z",
        until: "2026-03-11T00:00:00.000Z",
        maximumSnapshots: 7,
        recoveryPointObjective: "25 hours",
        copies: [],
    });
    expect(plan?.runs).toHaveLength(10);
    expect(plan?.retained).toHaveLength(7);
});

test("plan --json is valid JSON whatever the program prints", async () => {
    const file = join(folder, "printing.cjs");
    const args = await readFile(schedule, "utf8");
    await writeFile(
        file,
        `console.log("loading");\nsetImmediate(() => console.log("later"));\nmodule.exports = ${args};`,
    );
    const { stdout, stderr } = await run(process.execPath, [
        join(root, "dist/cli/index.js"),
        ...["plan", file, "--json"],
    ]);
    expect(JSON.parse(stdout)).toMatchObject([{ schedule: "printing" }]);
    expect(stderr).toBe("loading\nlater\n");
});

describe("list", () => {
    const requests: URLSearchParams[] = [];
    let server: Server;
    let place: string[];
    beforeAll(async () => {
        const item = (id: string, rest: string) =>
            `<item><snapshotId>${id}</snapshotId><volumeId>vol-1</volumeId><ownerId>123456789012</ownerId>` +
            `<volumeSize>8</volumeSize>${rest}</item>`;
        const { body } = answer(
            "DescribeSnapshots",
            "<snapshotSet>" +
                item("snap-1", "<status>completed</status><startTime>2026-03-01T00:00:00Z</startTime>") +
                item(
                    "snap-2",
                    "<status>pending</status><progress>43%</progress><startTime>2026-03-02T00:00:00Z</startTime>" +
                        "<tagSet><item><key>Team</key><value>pay</value></item></tagSet>",
                ) +
                "</snapshotSet>",
        );
        server = createServer((request, response) => {
            let text = "";
            request.on("data", (chunk: Buffer) => (text += chunk.toString()));
            request.on("end", () => {
                requests.push(new URLSearchParams(text));
                response.end(body);
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        place = [
            ["aws:accessKey", "AKIATEST123456789012"],
            ["aws:secretKey", "test"],
            ["aws:endpoints", JSON.stringify([{ ec2: endpoint }])],
            ["ebs-snapshots:tagKeys", '{"group":"Team"}'],
        ].flatMap(([key = "", value = ""]) => ["--config", `${key}=${value}`]);
    });
    afterAll(() => new Promise((resolve) => server.close(resolve)));

    test("calls EC2 with the given filters in the given Region, and prints the newest first as JSON", async () => {
        const filters = ["--group", "pay*", "--tag", "Env=prod", "--volume", "vol-1", "--state", "pending"];
        const { text } = await main(["list", "--region", "eu-west-1", ...filters, ...place, "--json"]);
        expect(JSON.parse(text)).toMatchObject([
            { snapshotId: "snap-2", group: "pay", arn: "arn:aws:ec2:eu-west-1::snapshot/snap-2" },
            { snapshotId: "snap-1" },
        ]);
        const sent = Object.fromEntries(requests.at(-1) ?? []);
        const values = [1, 2, 3, 4].map((at) => [sent[`Filter.${at}.Name`], sent[`Filter.${at}.Value.1`]]);
        expect(Object.fromEntries(values)).toEqual({
            "volume-id": "vol-1",
            status: "pending",
            "tag:Team": "pay*",
            "tag:Env": "prod",
        });
    });

    test("prints a table with ages, sizes and progress, and the owner of other accounts' snapshots only", () => {
        const now = Date.parse("2026-03-03T01:30:00Z");
        const tags = {};
        const snapshots = [
            {
                snapshotId: "snap-2",
                arn: "a",
                startTime: "2026-03-03T01:29:30Z",
                state: "pending",
                progress: "43%",
                tags,
            },
            {
                snapshotId: "snap-1",
                arn: "b",
                startTime: "2026-03-01T00:00:00Z",
                state: "completed",
                volumeSize: 8,
                storageTier: "archive",
                tags,
            },
        ];
        expect(formatList(snapshots, { now, owner: "self" })).toBe(
            [
                "snapshot  name  group  volume  size   age     state        tier",
                "snap-2    -     -      -       -      now     pending 43%  -",
                "snap-1    -     -      -       8 GiB  2 days  completed    archive",
                "",
                "2 snapshots",
                "",
            ].join("\n"),
        );
        expect(formatList(snapshots, { now, owner: "shared" })).toMatch(/^snapshot +name +group +owner /);
        expect(formatList([], { now, owner: "self" })).toBe("no snapshots found\n");
    });
});
