// Compares this package with the alternatives: npm run bench [-- --only <row>] [-- --n <number>]. It writes a complete
// run to bench/results/, and a partial run to temp/bench/. --only <row> --replace measures a row of bench/results/ again.
import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus, totalmem, type } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { pulumiCli } from "../scripts/pulumi-cli.mjs";
import { tools } from "../scripts/tools.mjs";
import { endEmulators } from "./account.mjs";
import { otherTools } from "./contenders.mjs";
import { chart, chartOf } from "./chart.mjs";
import { growthChart } from "./growth-chart.mjs";
import { untilIdle } from "./idle.mjs";
import { markdown, rowText } from "./report.mjs";
import { rows } from "./rows.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

const { values: options } = parseArgs({
    options: {
        only: { type: "string" },
        n: { type: "string" },
        replace: { type: "boolean", default: false },
    },
});
const chosen = rows
    .filter(({ id }) => options.only === undefined || options.only === id)
    .toSorted((one, other) => Number(other.waitsLongest ?? false) - Number(one.waitsLongest ?? false));
const n = options.n === undefined ? undefined : Number(options.n);
if (chosen.length === 0 || (n !== undefined && !(Number.isInteger(n) && n > 0))) {
    console.error(`--only takes ${rows.map(({ id }) => id).join(", ")}; --n takes a number from 1 on`);
    process.exit(2);
}
if (options.replace && (options.only === undefined || n !== undefined)) {
    console.error("--replace takes --only, and no --n");
    process.exit(2);
}

await tools();
const others = await otherTools();
for (const { name, why } of others.leftOut) console.log(`LEFT OUT: ${name}: ${why}.`);
let results = {
    when: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()}`,
    versions: await versions(others),
    leftOut: others.leftOut,
    rows: [],
};

const start = performance.now();
let slowPeers;
const beside = [];
for (const row of chosen) {
    // The previous rows are evaluated by their wall time.
    if (row.slowPeer !== undefined) slowPeers ??= startSlowPeers();
    if (row.beside) {
        const running = measure(row);
        // The later await reports a failure; without a handler until then, Node would end the process.
        running.catch(() => undefined);
        beside.push(running);
    } else {
        if (row.alone) await Promise.all(beside);
        results.rows.push(await measure(row));
    }
    if (row.untilIdle && chosen.length > 1) await untilIdle();
}
results.rows.push(...(await Promise.all(beside)));
const order = rows.map(({ id }) => id);
results.rows.sort((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
await endEmulators();
results.took = Math.round((performance.now() - start) / 1000);

if (options.replace) results = await replacedIn(results);
const isFullRun = (options.only === undefined && n === undefined) || options.replace;
const folder = join(root, isFullRun ? "bench/results" : "temp/bench");
await mkdir(folder, { recursive: true });
await writeFile(join(folder, "results.json"), `${JSON.stringify(results, null, 4)}\n`);
await writeFile(join(folder, "results.md"), markdown(results));
if (isFullRun) await writeFile(join(folder, "chart.svg"), chart(chartOf(results)));
if (results.rows.some(({ id }) => id === "growth"))
    await writeFile(join(folder, "growth.svg"), growthChart(results));
console.log(`\n${markdown(results).split("\n## ").slice(0, 3).join("\n## ")}`);

/**
 * Terraform waits in steps of ten seconds and hardly computes, so that its lifecycles of FSR, copies and volumes run, one
 * after the other, concurrently with the next rows.
 */
function startSlowPeers() {
    let last = Promise.resolve();
    const started = new Map();
    for (const { id, slowPeer, n: usual } of chosen) {
        if (slowPeer === undefined) continue;
        last = last.then(async () =>
            others.terraform === undefined ? [] : [await slowPeer(n ?? usual, others)],
        );
        // The row's await reports a failure; without a handler until then, Node would end the process.
        last.catch(() => undefined);
        started.set(id, last);
    }
    return started;
}

/** Returns the earlier results with the row that was measured again, by the same machine and the same tools. */
async function replacedIn({ rows: [row], when, machine, versions: { commit, ...tools } }) {
    const earlier = JSON.parse(await readFile(join(root, "bench/results/results.json"), "utf8"));
    const { commit: _, ...earlierTools } = earlier.versions;
    if (!isDeepStrictEqual([machine, tools], [earlier.machine, earlierTools]))
        throw new Error("bench/results is of another machine or of other versions: run the whole bench.");
    const again = { ...row, again: { when, commit } };
    return { ...earlier, rows: earlier.rows.map((one) => (one.id === row.id ? again : one)) };
}

async function measure(row) {
    const start = performance.now();
    const measured = await row.run(n ?? row.n, others, slowPeers?.get(row.id));
    const took = Math.round((performance.now() - start) / 1000);
    const result = { id: row.id, title: row.title, ...measured, took };
    console.log(`\n${rowText(result)}`);
    return result;
}

async function versions({ awsCli, ansible, terraform }) {
    const text = (command, args) => execFileSync(command, args, { encoding: "utf8" }).trim();
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    const installed = async (name) =>
        JSON.parse(await readFile(join(root, "node_modules", name, "package.json"), "utf8")).version;
    return {
        "pulumi-ebs-snapshots": version,
        commit: text("git", ["-C", root, "rev-parse", "--short", "HEAD"]),
        node: process.version,
        "Pulumi CLI": text(await pulumiCli(), ["version"]),
        "@pulumi/pulumi": await installed("@pulumi/pulumi"),
        "@aws-sdk/client-ec2": await installed("@aws-sdk/client-ec2"),
        ...(awsCli === undefined ? {} : { "AWS CLI": awsCli.version }),
        ...(terraform === undefined ? {} : { Terraform: terraform.version }),
        ...(ansible === undefined ? {} : { "ansible-core": ansible.version }),
    };
}
