/**
 * The options of commands that call AWS: the Region, the identity, and the configuration as in a stack.
 *
 * @module
 */
import { Option, type Command } from "commander";
import type { CallOptions } from "../provider/functions/connect";
import { readAwsKeys } from "../schema/configuration-keys";
import { MissingError } from "../schema/configuration-values";
import { nearest } from "../schema/nearest";
import { collect, collectPair } from "./options";

export interface PlaceOptions {
    region?: string;
    profile?: string;
    /** Roles that are assumed one after another. */
    role?: string[];
    /** Configuration values by `namespace:key`, as in a stack. */
    config?: Record<string, string>;
}

export function withPlaceOptions(command: Command): Command {
    return command
        .option("--region <region>", "AWS Region (default: AWS_REGION or the profile's)")
        .addOption(new Option("--profile <name>", "profile of the AWS configuration").conflicts("role"))
        .option("--role <arn>", "IAM role to assume; can be repeated for a chain", collect)
        .option(
            "--config <key=value>",
            "a value as in a stack's configuration; can be repeated",
            collectPair,
        );
}

const remedies = {
    region: "Add --region <region>, or set AWS_REGION.",
    credentials:
        "Run `aws configure` or `aws sso login`, export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or add --profile <name>.",
};

/** Names the options that mend the failure of a command, because a shell has no stack to configure. */
export async function withOptionsAsRemedy<Result>(work: Promise<Result>): Promise<Result> {
    try {
        return await work;
    } catch (error) {
        if (!(error instanceof MissingError)) throw error;
        throw new Error(`${error.finding}. ${remedies[error.missing]}`, { cause: error });
    }
}

const ownKeys = ["accounts", "allowPublicSharing", "tagKeys"].map((name) => `ebs-snapshots:${name}`);

/** Refuses a key that no command reads: a misspelled `aws:region` would list another Region. */
function requireReadKeys(keys: string[]): void {
    const supported = [...readAwsKeys.map((name) => `aws:${name}`), ...ownKeys];
    const unread = keys.find((key) => !supported.includes(key));
    if (unread === undefined) return;
    // `region` and `ebs-snapshots:region` are the names of the plugin.
    const aws = `aws:${unread.split(":").at(-1) ?? ""}`;
    const similar = supported.includes(aws) ? aws : nearest(unread, supported);
    const question = similar === undefined ? "" : ` Did you mean ${similar}?`;
    throw new Error(`--config ${unread} is not a key that this command reads.${question}`);
}

/** Separates the place from the other options of a command. */
export function splitPlace<Options extends PlaceOptions>(options: Options) {
    const { region, profile, role, config = {}, ...others } = options;
    requireReadKeys(Object.keys(config));
    const place: CallOptions = {
        ...(region === undefined ? {} : { region }),
        ...(profile === undefined ? {} : { credentials: { profile } }),
        ...(role === undefined ? {} : { credentials: { assumeRoles: role.map((roleArn) => ({ roleArn })) } }),
    };
    return { place, read: (key: string) => config[key], others };
}
