// `npm run demo` shows the quickstart with the real Pulumi CLI: it creates and replaces a snapshot, creates a volume
// from it, and deletes everything.
//
//     npm run demo               runs on an emulated EC2, without account and credentials
//     npm run demo -- --aws      runs on AWS, with your credentials
//
// This file contains the steps; demo-stage.mjs contains the processes and the temporary folder.

import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { Stage, Stop } from "./demo-stage.mjs";

const usage = `npm run demo                        on an emulated EC2
npm run demo -- --aws [options]     on AWS, with your credentials

  --region <region>   default: AWS_REGION, else the region of your profile
  --volume <vol-id>   the volume to copy; default: a new empty one of 1 GiB, deleted at the end
  --yes               make it without asking`;

const options = {
    aws: { type: "boolean", default: false },
    region: { type: "string" },
    volume: { type: "string" },
    yes: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
};

async function story(stage) {
    stage.say(
        "",
        "The program below declares a snapshot of a volume. The Pulumi CLI now makes, changes, replaces",
        stage.onAws
            ? "and deletes it on AWS. Its state is in a temporary folder; your Pulumi login is not used."
            : "and deletes it on an EC2 emulated on this machine. Your AWS and Pulumi logins are not used.",
    );
    stage.show(await readFile(stage.program, "utf8"));
    await stage.open();

    stage.step("Preview");
    stage.say(`Nothing is made yet. One snapshot of ${stage.volume} would be created.`);
    await stage.preview();

    stage.step("Take the snapshot");
    stage.say(
        `EC2 copies in the background${stage.onAws ? "" : ", here for 8 seconds"}.`,
        "Pulumi waits for it, with EC2's percentage beside the snapshot.",
    );
    await stage.up();

    stage.step("Change the billing code: an update in place");
    stage.say("The billing code is a tag. EC2 can change tags, so the snapshot stays the same.");
    await stage.configure("billingCode", "CC-2077");
    await stage.preview("--diff");
    await stage.up();

    stage.step("Change the description: a replacement");
    stage.say(
        "EC2 cannot change a description, so a new snapshot is taken. Once it is complete, the old one is",
        "deleted. The preview warns of that, and says how to keep the old one.",
    );
    await stage.configure("release", "1.1");
    await stage.preview("--diff");
    await stage.up();

    stage.step("The snapshots of the volume, as EC2 lists them");
    await stage.list();

    stage.step("Make a larger volume from the snapshot");
    stage.say(
        "With a zone, the program declares a volume too. Pulumi waits until it can be attached, and says how",
        "its file system is grown.",
    );
    await stage.configure("availabilityZone", stage.zone);
    await stage.up();
    stage.say("");
    await stage.listRecovered();

    stage.step("Destroy");
    stage.say(
        "The snapshot and the volume made from it are deleted. The volume that was copied is not part of it.",
    );
    await stage.destroy();
    stage.say("");
    await stage.list();
    await stage.listRecovered();
}

/** Asks for confirmation: the demo creates nothing on AWS before a person has seen the account and region. */
async function confirm(yes) {
    if (yes) return;
    if (!process.stdin.isTTY) throw new Stop("Nobody is here to confirm that: add --yes.");
    const prompt = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await new Promise((resolve) => {
        prompt.once("close", () => resolve("no"));
        prompt.on("SIGINT", () => {
            console.log("");
            prompt.close();
        });
        prompt.question("Go on? [y/N] ").then(resolve, () => resolve("no"));
    });
    prompt.close();
    if (!/^y(es)?$/i.test(answer.trim())) throw new Stop("Nothing was made.");
}

async function main() {
    const { aws, help, region, volume, yes } = parseArgs({ options }).values;
    if (help) return console.log(usage);
    if (!aws && (region ?? volume) !== undefined) {
        throw new Stop("--region and --volume are for AWS: add --aws.");
    }
    const begun = Date.now();
    const stage = new Stage();
    try {
        await (aws ? stage.useAws({ region, volume }, () => confirm(yes)) : stage.useEmulator());
        await story(stage);
    } catch (error) {
        tell(error);
    }
    const { signal, left } = await stage.clear();
    if (left) process.exitCode = 1;
    // A shell reports a signal as 128 plus its number.
    if (signal !== undefined) process.exitCode = 128 + constants.signals[signal];
    if (!process.exitCode)
        stage.say("", `Done in ${Math.round((Date.now() - begun) / 1000)} s. Nothing is left behind.`);
}

function tell(error) {
    // The message is sufficient for known errors; an unknown error is a fault of the demo and needs its stack.
    const known = ["Stop", "ToolError", "Remedy", "AggregateError", "Ec2Error", "ConfigError"];
    const misused = error.code?.startsWith("ERR_PARSE_ARGS");
    console.error(misused || known.includes(error.constructor.name) ? error.message : error);
    process.exitCode = 1;
}

await main().catch(tell);
