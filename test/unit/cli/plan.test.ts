import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SnapshotScheduleInputs } from "../../../schema/schedule/args";
import { main } from "../../../cli/index";
import { chartOf, optionOf } from "../../../cli/plan-chart";
import { reportOf } from "../../../cli/plan-report";
import { planSchedule } from "../../../sdk/schedule/plan";

const run = promisify(execFile);
const args: SnapshotScheduleInputs = {
    targets: { anyTag: { Backup: ["nightly"] } },
    rules: [
        { name: "hourly", every: "1 hour", keep: 72 },
        {
            name: "nightly",
            every: "24 hours",
            at: "03:00",
            keep: "14 days",
            copyTo: [{ region: "eu-west-1", keep: "7 days" }],
        },
    ],
    recoveryVolumes: { availabilityZones: ["us-east-1a", "us-east-1b"], keep: 2, maximum: 40 },
};
const march = { from: "2026-03-01T00:00:00Z", until: "2026-04-01T00:00:00Z" };
const span = ["--from", march.from, "--until", march.until];

let folder: string;
beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ebs-plan-"));
    await writeFile(join(folder, "args.json"), JSON.stringify(args));
    await writeFile(join(folder, "args.cjs"), `module.exports = ${JSON.stringify(args)};`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a plan is printed as a table and as Markdown", () => {
    expect(reportOf(args, march, { markdown: false })).toBe(
        [
            "2026-03-01 00:00 to 2026-04-01 00:00 UTC, one volume",
            "",
            "rule     runs  from              to                keep     retained  oldest            copies",
            "hourly   744   2026-03-01 00:00  2026-03-31 23:00  72       72        2026-03-29 00:00  0",
            "nightly  31    2026-03-01 03:00  2026-03-31 03:00  14 days  14        2026-03-18 03:00  7",
            "",
            "Maximum number of snapshots: 86 (in the long run 86).",
            "Recovery point objective: 2 hours.",
            "Recovery volumes at the end: 2 in each of us-east-1a, us-east-1b.",
            "",
        ].join("\n"),
    );
    expect(reportOf(args, march, { markdown: true })).toContain(
        "| nightly | 31 | 2026-03-01 03:00 | 2026-03-31 03:00 | 14 days | 14 | 2026-03-18 03:00 | 7 |",
    );
});

test("a chart shows each run, each count and each snapshot that exists at the end", () => {
    const series = optionOf("plan", args, march).series as { name: string; type: string; data: unknown[] }[];
    expect(series.map(({ name, type, data }) => `${name} ${type} ${String(data.length)}`)).toEqual([
        "hourly scatter 744",
        "nightly scatter 31",
        "hourly line 350",
        "nightly line 350",
        "copies in eu-west-1 line 350",
        "recovery volumes line 350",
        "hourly scatter 72",
        "nightly scatter 14",
    ]);
    const last = series.slice(2, 6).map(({ data }) => (data.at(-1) as number[])[1]);
    expect(last).toEqual([72, 14, 7, 4]);
});

test("the parts of a chart share the time axis, independently of the length of rule names", async () => {
    const [hourly, ...others] = args.rules;
    const long = { ...hourly!, name: "hourly-snapshots-of-the-databases-of-payments" };
    const svg = await chartOf("plan", { ...args, rules: [long, ...others] }, march);
    const starts = [...svg.matchAll(/translate\(([\d.]+) [\d.]+\)"[^>]*>Mar 2026</g)].map(([, x]) => x);
    expect(starts).toHaveLength(3);
    expect(new Set(starts).size).toBe(1);
});

test("a legend of several lines is placed above the counts", async () => {
    const regions = [
        "eu-west-1",
        "eu-west-2",
        "ap-southeast-2",
        "ap-northeast-1",
        "us-west-2",
        "ca-central-1",
    ];
    const copyTo = regions.map((region) => ({ region, keep: "7 days" as const }));
    const [hourly, ...others] = args.rules;
    const copied = { ...args, rules: [{ ...hourly!, copyTo: copyTo.slice(0, 3) }, ...others] };
    const more = {
        ...copied,
        rules: [...copied.rules, { ...hourly!, name: "weekly", copyTo: copyTo.slice(3) }],
    };
    const svg = await chartOf("plan", more, march);
    const topOf = (text: RegExp) =>
        Number(new RegExp(`translate\\([\\d.]+ ([\\d.]+)\\)"[^>]*>${text.source}`).exec(svg)?.[1]);
    const lines = [/hourly\u2003/, /copies in ca-central-1/, /recovery volumes/].map(topOf);
    expect(Math.max(...lines)).toBeGreaterThan(Math.min(...lines));
    const [, second] = [...svg.matchAll(/translate\([\d.]+ ([\d.]+)\)"[^>]*>Mar 2026</g)].map(([, y]) =>
        Number(y),
    );
    // The counts are 240 high, and their times are 20 below.
    expect(Math.max(...lines)).toBeLessThan(second! - 260);
});

test.each(["args.json", "args.cjs"])("the command reads %s and writes the chart", async (file) => {
    const out = join(folder, `${file}.svg`);
    const { text } = await main(["plan", join(folder, file), ...span, "--out", out]);
    expect(text).toBe(reportOf(args, march, { markdown: false }));
    const svg = await readFile(out, "utf8");
    expect(svg).toMatch(/^<svg /);
    for (const message of [
        "Schedule args",
        "Mar 2026",
        "time (UTC)",
        "hourly",
        "nightly",
        "copies in eu-west-1",
        "recovery volumes",
    ])
        expect(svg).toContain(message);
});

test("without times a month is planned; errors end with a message and status 1", async () => {
    expect((await main(["plan", join(folder, "args.json"), "--from", march.from])).text).toContain(
        "2026-03-01 00:00 to 2026-04-01 00:00 UTC",
    );
    const bad = join(folder, "bad.json");
    await writeFile(bad, JSON.stringify({ ...args, rules: [] }));
    const cli = join(__dirname, "../../../dist/cli/index.js");
    await expect(run(process.execPath, [cli, "plan", bad])).rejects.toMatchObject({
        code: 1,
        stderr: "rules is [], but must be a list of at least 1\n",
    });
});

test("a program runs without an engine, with the given configuration, and each of its schedules is shown", async () => {
    const program = join(__dirname, "programs/two-schedules.ts");
    const week = ["--from", "2026-03-01T00:00:00Z", "--until", "2026-03-08T00:00:00Z"];
    const { text } = await main(["plan", program, ...week, "--config", "backups:keep=5"]);
    expect(text).toMatch(/^nightly\n\n2026-03-01 00:00 to 2026-03-08 00:00 UTC/);
    expect(text).toContain("Maximum number of snapshots: 5 ");
    expect(text).toMatch(/\nhourly\n\n/);
    expect(text).toContain("Maximum number of snapshots: 24 ");
});

test("examples/nightly-backup runs unchanged, and planning its recovery volumes needs no plugin", async () => {
    const program = join(__dirname, "../../../examples/nightly-backup/index.ts");
    const { text } = await main(["plan", program, ...span, "--json"]);
    const [plan] = JSON.parse(text) as { schedule: string; copies: object[]; recovered: object[] }[];
    expect(plan).toMatchObject({ schedule: "nightly", maximumSnapshots: 15 });
    expect(plan?.copies).toMatchObject([{ rule: "monthly", region: "eu-west-1" }]);
    expect(plan?.recovered).toHaveLength(2);
});

test("an unknown schedule and a file without schedules are reported", async () => {
    const file = join(folder, "args.json");
    await expect(main(["plan", file, "--schedule", "weekly"])).rejects.toThrow(
        "--schedule weekly was not found. Available: args",
    );
    const none = join(folder, "none.cjs");
    await writeFile(none, "exports.nothing = 1;");
    await expect(main(["plan", none])).rejects.toThrow(
        "declares no SnapshotSchedule and exports no arguments of one",
    );
});

test("with volume size and change rate, table, JSON and chart contain the stored data and the cost", async () => {
    const figures = ["--volume-size", "100", "--change-per-day", "2", "--price", "0.05"];
    const out = join(folder, "stored.svg");
    const command = ["plan", join(folder, "args.json"), ...span, ...figures];
    const { text } = await main([...command, "--out", out]);
    expect(text).toMatch(
        /^Stored at the end: [\d.]+ GiB, [\d.]+ GiB in copies \(a volume of 100 GiB that change by 2 GiB a day\)\.$/m,
    );
    expect(text).toMatch(
        /^Cost: [\d.]+ a month at the end, [\d.]+ in this period, at 0\.05 per GiB and month\.$/m,
    );
    expect(await readFile(out, "utf8")).toContain("Stored (GiB)");
    const [data] = JSON.parse((await main([...command, "--json"])).text) as Record<string, number>[];
    const plan = planSchedule(args, { ...march, volumeSize: 100, changePerDay: 2, pricePerGiBMonth: 0.05 });
    expect(data).toMatchObject({ storedGiB: plan.storedGiB(march.until), cost: plan.cost() });
    await expect(main(["plan", join(folder, "args.json"), "--price", "0.05"])).rejects.toThrow(
        "an estimate of storage requires both --volume-size and --change-per-day",
    );
});

test("names and zones are escaped in Markdown: no formatting, link or mention", () => {
    const hostile = {
        targets: { anyTag: { Backup: ["nightly"] } },
        rules: [{ name: "nightly", every: "24 hours" as const, keep: 2 }],
        recoveryVolumes: { availabilityZones: ["us-east-1a](https://x) <img>\n# b"], keep: 1, maximum: 5 },
    };
    const report = reportOf(hostile, march, { markdown: true });
    expect(report).toContain("us-east-1a\\](https://x) \\<img\\> \\# b.");
    const zones = { ...hostile.recoveryVolumes, availabilityZones: ["us-east-1a\u001b[2J"] };
    expect(reportOf({ ...hostile, recoveryVolumes: zones }, march, { markdown: false })).not.toContain(
        "\u001b",
    );
});
