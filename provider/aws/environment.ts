/**
 * Reads the environment and the shared files of AWS for settings that the configuration omits. The order is that of the
 * `aws` provider: configuration, environment, profile.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { AwsConfig } from "../../schema/configuration";
import { ConfigError } from "../../schema/configuration-values";
import { defined } from "../../schema/values";
import { loadSdk } from "./sdk";

export type Environment = Record<string, string | undefined>;

/** Contains the keys of one profile. */
export type ProfileEntry = Record<string, string | undefined>;

export interface ProfileName {
    name: string;
    /**
     * Names the key of the configuration or the variable that selects it; `undefined` for the implicit default profile.
     */
    namedBy?: string;
}

export interface Profile extends ProfileName {
    /** Is `undefined` if no file contains it; only the default profile may be missing. */
    entry: ProfileEntry | undefined;
    /** Contains the `services` section that the profile refers to. */
    services: ProfileEntry;
}

const defaultProfile = "default";

/** Expands `~`, `$NAME` and `${NAME}` as a shell does. */
export function expandPath(path: string, env: Environment = process.env): string {
    const home = path.replace(/^~(?=$|[/\\])/, env["HOME"] || homedir());
    return home.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, bare?: string) => {
        const name = braced ?? bare ?? "";
        return env[name] ?? (name === "HOME" ? homedir() : "");
    });
}

/** Returns the name of the profile in the configuration or the environment; it defaults to `default`. */
export function profileName(
    { profile, profileKey = "aws:profile" }: Pick<AwsConfig, "profile" | "profileKey">,
    env: Environment = process.env,
): ProfileName {
    if (profile !== undefined) return { name: profile, namedBy: profileKey };
    const namedBy = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"].find((variable) => env[variable]);
    return namedBy === undefined ? { name: defaultProfile } : { name: env[namedBy] ?? "", namedBy };
}

/** Returns the paths of the shared files as options of the SDK. */
export function sharedFiles(
    aws: Pick<AwsConfig, "sharedConfigFile" | "sharedCredentialsFile">,
    env: Environment = process.env,
) {
    const path = (given: string | undefined, variable: string) => {
        const text = given ?? (env[variable] || undefined);
        return text === undefined ? undefined : expandPath(text, env);
    };
    return defined({
        configFilepath: path(aws.sharedConfigFile, "AWS_CONFIG_FILE"),
        filepath: path(aws.sharedCredentialsFile, "AWS_SHARED_CREDENTIALS_FILE"),
        // The SDK must read the files again, because a login may renew them while this process runs.
        ignoreCache: true,
    });
}

/** Reads a profile. Without shared files, as in Lambda, it does not load the SDK's parser. */
export async function findProfile(aws: AwsConfig, env: Environment = process.env): Promise<Profile> {
    const options = sharedFiles(aws, env);
    const { name, namedBy } = profileName(aws, env);
    const folder = join(homedir(), ".aws");
    const paths = [
        options.configFilepath ?? join(folder, "config"),
        options.filepath ?? join(folder, "credentials"),
    ];
    if (!paths.some(existsSync)) return defined({ name, namedBy, entry: undefined, services: {} }) as Profile;
    const { loadSharedConfigFiles } = await loadSdk.sharedFiles();
    const { configFile, credentialsFile } = await loadSharedConfigFiles(options);
    const isPresent = name in configFile || name in credentialsFile;
    const entry = isPresent ? { ...configFile[name], ...credentialsFile[name] } : undefined;
    const services = configFile[`services.${entry?.["services"] ?? ""}`] ?? {};
    return defined({ name, namedBy, entry, services }) as Profile;
}

/** Reads a profile; it fails if a profile is named and no file contains it. */
export async function loadProfile(aws: AwsConfig, env: Environment = process.env): Promise<Profile> {
    const profile = await findProfile(aws, env);
    const { name, namedBy, entry } = profile;
    if (entry !== undefined || namedBy === undefined) return profile;
    const { configFilepath = "~/.aws/config", filepath = "~/.aws/credentials" } = sharedFiles(aws, env);
    throw new ConfigError(
        namedBy,
        `there is no profile "${name}" in ${configFilepath} or ${filepath}. Create it with ` +
            `\`aws configure --profile ${name}\` or \`aws configure sso --profile ${name}\`, or name another one` +
            storedNote(namedBy),
    );
}

/** Describes the remedy for a value of the stack's configuration, which the engine stores with the last `up`. */
export function storedNote(key: string): string {
    if (!key.startsWith("aws:")) return ".";
    return (
        ". `pulumi destroy` and `pulumi refresh` use the configuration of the last `pulumi up`: " +
        "after a change, run them with `--run-program`, or run `pulumi up` first."
    );
}

/** Contains the configuration completed with the values of the environment and the profile. */
export interface CompleteConfig extends AwsConfig {
    /** Names the source of `customCaBundle`. */
    caBundleKey?: string;
}

export function completeConfig(
    aws: AwsConfig,
    { name, entry = {}, services }: Omit<Profile, "namedBy">,
    env: Environment = process.env,
): CompleteConfig {
    const bundles: [string, string | undefined][] = [
        ["aws:customCaBundle", aws.customCaBundle],
        ["AWS_CA_BUNDLE", env["AWS_CA_BUNDLE"] || undefined],
        [`ca_bundle of the profile ${name}`, entry["ca_bundle"]],
    ];
    const [caBundleKey, bundle] = bundles.find(([, file]) => file !== undefined) ?? [];
    const flag = (variable: string, key: string) => isTrue(env[variable]) ?? isTrue(entry[key]);
    return defined({
        ...aws,
        endpoints: endpointsOf(aws, { entry, services }, env),
        useFipsEndpoint: aws.useFipsEndpoint ?? flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
        useDualstackEndpoint:
            aws.useDualstackEndpoint ?? flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
        customCaBundle: bundle,
        caBundleKey,
    });
}

function isTrue(value: string | undefined): boolean | undefined {
    const text = value?.toLowerCase();
    return text === "true" ? true : text === "false" ? false : undefined;
}

const services = ["ec2", "ebs", "dlm", "sts", "kms", "organizations", "sso"] as const;

/** Returns the configured endpoints: `aws:endpoints`, `AWS_ENDPOINT_URL_EC2`, `AWS_ENDPOINT_URL`, the profile. */
export function endpointsOf(
    { endpoints }: AwsConfig,
    profile: Pick<Profile, "entry" | "services">,
    env: Environment = process.env,
): AwsConfig["endpoints"] {
    const { entry = {} } = profile;
    const isIgnored =
        isTrue(env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]) ??
        isTrue(entry["ignore_configured_endpoint_urls"]) ??
        false;
    const found = services.map((service) => {
        const configured =
            (env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || undefined) ??
            (env["AWS_ENDPOINT_URL"] || undefined) ??
            profile.services[`${service}.endpoint_url`] ??
            entry["endpoint_url"];
        return [service, endpoints[service] ?? (isIgnored ? undefined : configured)] as const;
    });
    return defined(Object.fromEntries(found));
}
