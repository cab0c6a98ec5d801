#!/usr/bin/env node
/**
 * Defines the command line, `ebs-snapshots <command>`. Each command loads its code when it runs.
 *
 * @module
 */
import { createRequire } from "node:module";
import { Command, CommanderError, Option } from "commander";
import type { ChangedOptions } from "./changed";
import type { Answer } from "./command";
import type { ListOptions } from "./list";
import type { LostOptions } from "./lost";
import {
    collect,
    collectPair,
    parseAmount,
    parseChart,
    parseSnapshotId,
    parseTime,
    parseVolumeId,
} from "./options";
import { snapshotStates } from "../schema/snapshot-filters";
import { withOptionsAsRemedy, withPlaceOptions } from "./place";
import type { PlanOptions } from "./plan";

/** The package resolves itself by name, because its sources and its build lie at different depths. */
const { version } = createRequire(__filename)("pulumi-ebs-snapshots/package.json") as { version: string };

export async function main(args: string[]): Promise<Answer> {
    let answer: Answer = { text: "", failed: false };
    const output: string[] = [];
    const program = createProgram(
        (text) => output.push(text),
        async (pendingAnswer) => {
            answer = await pendingAnswer;
        },
    );
    try {
        await program.parseAsync(args, { from: "user" });
    } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        const text = output.join("");
        if (error.exitCode !== 0) throw new Error(text.trimEnd(), { cause: error });
        return { text, failed: false };
    }
    return answer;
}

/** Receives the answer of a command. */
type Report = (pendingAnswer: Promise<Answer>) => Promise<void>;

/** `print` receives help and usage errors. */
function createProgram(print: (text: string) => void, report: Report): Command {
    const program = new Command("ebs-snapshots")
        .description(
            "Lists and measures EBS snapshots, plans schedules, and finds what a Pulumi preview would lose.",
        )
        .version(version, "-V, --version", "print the version")
        .helpOption("-h, --help", "print this help")
        .helpCommand("help [command]", "print the help of a command")
        .configureOutput({ writeOut: print, writeErr: print })
        .showHelpAfterError("(add --help for usage)")
        .exitOverride();
    addList(program, report);
    addChanged(program, report);
    addPlan(program, report);
    addLost(program, report);
    return program;
}

function addList(program: Command, report: Report): void {
    withPlaceOptions(
        program
            .command("list")
            .description("List the snapshots of an account and Region, newest first.")
            .option("--owner <owner>", "self, shared, public, an account id, or an alias (default: self)")
            .option(
                "--group <group>",
                "tag Group; * and ? match any characters, here and in the other filters",
            )
            .option("--billing-code <code>", "tag BillingCode")
            .option("--name <name>", "tag Name")
            .option("--volume <id>", "id of the volume", parseVolumeId)
            .option("--tag <key=value>", "any other tag; can be repeated", collectPair)
            .addOption(new Option("--state <state>", "state of the snapshot").choices(snapshotStates)),
    )
        .option(
            "--details",
            "add the lock of each snapshot and the accounts that it is shared with: one call for each",
        )
        .option("--json", "print JSON")
        .addHelpText("after", example("ebs-snapshots list --group payments --state completed"))
        .action((options: ListOptions) =>
            report(withOptionsAsRemedy(import("./list.js").then(({ list }) => list(options)))),
        );
}

function addChanged(program: Command, report: Report): void {
    withPlaceOptions(
        program
            .command("changed")
            .description(
                "Show the size of what changed since the previous snapshot. Calls the EBS direct APIs, which AWS charges for.",
            )
            .argument("<snapshot>", "id of a completed snapshot", parseSnapshotId)
            .option(
                "--since <snapshot>",
                "id of an earlier snapshot (default: the previous one of the same volume)",
                parseSnapshotId,
            ),
    )
        .option("--json", "print JSON")
        .addHelpText("after", example("ebs-snapshots changed snap-0123456789abcdef0"))
        .action((snapshot: string, options: ChangedOptions) =>
            report(
                withOptionsAsRemedy(import("./changed.js").then(({ changed }) => changed(snapshot, options))),
            ),
        );
}

function addPlan(program: Command, report: Report): void {
    program
        .command("plan")
        .description(
            "Show the runs, the snapshots and the copies of schedules, for one volume. Calls no AWS API.",
        )
        .argument("<file>", "a program that declares schedules, or the arguments of one as .json or .js")
        .option("--schedule <name>", "one schedule of the program (default: all)")
        .option("--config <key=value>", "project:key=value of the program; can be repeated", collectPair)
        .option("--from <time>", "ISO 8601, UTC (default: the beginning of this month)", parseTime)
        .option("--until <time>", "ISO 8601, UTC (default: one month later)", parseTime)
        .option("--volume-size <GiB>", "data on the volume, to estimate the stored data", parseAmount)
        .option(
            "--change-per-day <GiB>",
            "data that change in a day, to estimate the stored data",
            parseAmount,
        )
        .option("--price <amount>", "price of a GiB for a month, to estimate the cost", parseAmount)
        .option(
            "--out <plan.svg>",
            "write a chart to this file; requires the npm package echarts",
            parseChart,
        )
        .option("--markdown", "print Markdown")
        .addOption(new Option("--json", "print JSON").conflicts("markdown"))
        .addHelpText("after", example("npx tsx node_modules/.bin/ebs-snapshots plan index.ts"))
        .action((file: string, options: PlanOptions) =>
            report(import("./plan.js").then(({ plan }) => plan(file, options))),
        );
}

function addLost(program: Command, report: Report): void {
    program
        .command("lost")
        .description(
            "List the snapshots, the data on volumes and the restore points of DLM policies that a previewed run would " +
                "lose. Exits with status 1 if any.",
        )
        .argument(
            "<preview.json>",
            "output of `pulumi preview --json --show-replacement-steps`; - for standard input",
        )
        .option("--allow <name or URN>", "a resource that may be lost; can be repeated", collect)
        .option("--json", "print JSON")
        .addHelpText(
            "after",
            example("pulumi preview --json --show-replacement-steps | ebs-snapshots lost -"),
        )
        .action((file: string, options: LostOptions) =>
            report(import("./lost.js").then(({ lost }) => lost(file, options))),
        );
}

const example = (line: string) => `\nExample:\n  ${line}`;

if (require.main === module) {
    // A reader such as `head` may close the pipe early: that is not an error, and the status stays that of the command.
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code !== "EPIPE") throw error;
    });
    main(process.argv.slice(2)).then(
        ({ text, failed }) => {
            process.stdout.write(text);
            if (failed) process.exitCode = 1;
        },
        (error: unknown) => {
            console.error(error instanceof Error ? error.message : String(error));
            process.exitCode = 1;
        },
    );
}
