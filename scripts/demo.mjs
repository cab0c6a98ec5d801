// `npm run demo` shows the quickstart with the real Pulumi CLI: it kills a run while EC2 copies and resumes it, shares the
// snapshot, creates a volume from it, rejects a replacement of that volume, plans a schedule, and deletes everything.
//
//     npm run demo               runs on an emulated EC2, without account and credentials
//     npm run demo -- --aws      runs on AWS, with your credentials
//
// This file contains the steps; demo/stage.mjs contains the processes and the temporary folder.

import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { Stop } from "./demo/cli.mjs";
import { Stage } from "./demo/stage.mjs";
import { say, show, step } from "./demo/terminal.mjs";

const usage = `npm run demo                        on an emulated EC2
npm run demo -- --aws [options]     on AWS, with your credentials

  --region <region>   default: AWS_REGION, else the region of your profile
  --volume <vol-id>   the volume to copy; default: a new empty one of 1 GiB, deleted at the end
  --yes               do not ask for confirmation`;

const options = {
    aws: { type: "boolean", default: false },
    region: { type: "string" },
    volume: { type: "string" },
    yes: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
};

/** A valid id of a snapshot that does not exist: the preview rejects the volume before it reads the snapshot. */
const otherSnapshot = "snap-0123456789abcdef0";

const schedule = {
    targets: { anyTag: { Backup: ["nightly"] } },
    rules: [
        { name: "nightly", every: "12 hours", at: "03:00", keep: 14 },
        {
            name: "monthly",
            cron: "0 4 1 * ? *",
            keep: "365 days",
            copyTo: [{ region: "eu-west-1", keep: "90 days" }],
        },
    ],
};

async function story(stage) {
    say(
        "",
        "The program below declares a snapshot of a volume. The Pulumi CLI now creates, shares, restores",
        stage.onAws
            ? "and deletes it on AWS. Its state is in a temporary folder; your Pulumi login is not used."
            : "and deletes it on an EC2 emulated on this machine. Your AWS and Pulumi logins are not used.",
    );
    show(await readFile(stage.program, "utf8"));
    await stage.open();

    step("Preview");
    say(`Nothing is created yet. One snapshot of ${stage.volume} would be.`);
    await stage.preview();

    step("Create the snapshot, and kill the run");
    say(
        `EC2 copies in the background${stage.onAws ? "" : ", here for 8 seconds"}. As soon as the snapshot is in progress, \`kill -9\` ends`,
        "Pulumi and its provider: the snapshot exists, and the state does not contain it.",
    );
    const isKilled = await stage.upUntilKilled(/snapshot \d+%/);
    if (!isKilled) say("", "The snapshot was complete before the run could be killed.");
    say("");
    await stage.list();

    step("Run again");
    say("The next run finds the snapshot by its tags and adopts it, instead of creating a second one.");
    if (isKilled) await stage.unlock();
    await stage.up();
    if (isKilled) await stage.clearPendingOperation();
    say("");
    await stage.list();

    step("Share it with another account");
    say("The preview shows who will have access.");
    await stage.configure("shareWith", "444455556666");
    await stage.preview("--diff");
    await stage.up();

    step("Restore it to a larger volume");
    say("Pulumi waits until the volume can be attached, and shows how to extend its file system.");
    await stage.configure("availabilityZone", stage.zone);
    await stage.up();
    say("");
    await stage.listRecovered();

    step("A replacement that is refused");
    say(
        "Another snapshot would replace the volume, and the data that was written to it since would be lost. The",
        "preview fails, and says how to keep the volume or to replace it.",
    );
    await stage.configure("recoverFrom", otherSnapshot);
    await stage.failingPreview();
    await stage.unset("recoverFrom");

    step("Plan a schedule");
    say(
        "The arguments of a SnapshotSchedule, as JSON. The plan shows each rule's runs in one month, and what is retained.",
    );
    show(JSON.stringify(schedule, null, 2));
    await stage.plan(schedule, "2026-03-01", "2026-04-01");

    step("Destroy");
    say(
        "The share, the snapshot and the volume created from it are deleted. The volume that was copied is not part",
        "of the stack.",
    );
    await stage.destroy();
    say("");
    await stage.list();
    await stage.listRecovered();
}

/** Asks for confirmation: the demo creates nothing on AWS before a person has seen the account and region. */
async function confirm(yes) {
    if (yes) return;
    if (!process.stdin.isTTY)
        throw new Stop("Standard input is not a terminal, so that nobody can confirm. Add --yes.");
    const prompt = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await new Promise((resolve) => {
        prompt.once("close", () => resolve("no"));
        prompt.on("SIGINT", () => {
            console.log("");
            prompt.close();
        });
        prompt.question("Continue? [y/N] ").then(resolve, () => resolve("no"));
    });
    prompt.close();
    if (!/^y(es)?$/i.test(answer.trim())) throw new Stop("Nothing was created.");
}

async function main() {
    const { aws, help, region, volume, yes } = parseArgs({ options }).values;
    if (help) return console.log(usage);
    if (!aws && (region ?? volume) !== undefined) {
        throw new Stop("--region and --volume are for AWS: add --aws.");
    }
    const stage = new Stage();
    let start;
    try {
        await (aws ? stage.useAws({ region, volume }, () => confirm(yes)) : stage.useEmulator());
        // The first run installs the tools before.
        start = Date.now();
        await story(stage);
    } catch (error) {
        report(error);
    }
    const { signal, left } = await stage.clear();
    if (left) process.exitCode = 1;
    // A shell reports a signal as 128 plus its number.
    if (signal !== undefined) process.exitCode = 128 + constants.signals[signal];
    if (!process.exitCode)
        say("", `Done in ${Math.round((Date.now() - start) / 1000)} s. Nothing is left behind.`);
}

function report(error) {
    // The message is sufficient for known errors; an unknown error is a fault of the demo and needs its stack.
    const known = ["Stop", "ToolError", "Remedy", "AggregateError", "Ec2Error", "ConfigError"];
    const misused = error.code?.startsWith("ERR_PARSE_ARGS");
    console.error(misused || known.includes(error.constructor.name) ? error.message : error);
    process.exitCode = 1;
}

await main().catch(report);
