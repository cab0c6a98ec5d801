/**
 * Determines the region, and the names that depend on it.
 *
 * @module
 */
import type { AwsConfig } from "../../schema/configuration";
import { ConfigError, MissingError } from "../../schema/configuration-values";
import type { Credentials } from "../../schema/credentials";
import { identityOf } from "./credentials";
import { loadProfile } from "./environment";
import { loadSdk } from "./sdk";

/** Returns the configured region: `aws:region`, the environment, the profile; `undefined` if none of them sets it. */
export async function configuredRegion(
    aws: AwsConfig,
    credentials?: Credentials,
): Promise<string | undefined> {
    const named = aws.region ?? (process.env["AWS_REGION"] || process.env["AWS_DEFAULT_REGION"]);
    if (named) return named;
    const { entry } = await loadProfile(identityOf(aws, credentials));
    return entry?.["region"];
}

/** Returns the error for a call without a region. */
export function missingRegion(): MissingError {
    return new MissingError("aws:region", "region", {
        finding: "no AWS region is configured",
        remedy: "Run `pulumi config set aws:region <region>`, set AWS_REGION, or set the `region` argument.",
    });
}

/**
 * Fails if a region does not exist. A region that is newer than the SDK's list has a name in DNS.
 * `aws:skipRegionValidation` disables this check.
 */
export async function requireRegion(
    region: string,
    { skipRegionValidation, endpoints }: Pick<AwsConfig, "skipRegionValidation" | "endpoints">,
    key: string,
): Promise<void> {
    if (skipRegionValidation) return;
    const { partition } = await loadSdk.core();
    // An entry of the list has a description; other names get the partition whose pattern they match.
    const found = partition(region) as { description?: string; dnsSuffix: string };
    if (found.description !== undefined) return;
    if (endpoints.ec2 === undefined && (await isResolved(`ec2.${region}.${found.dnsSuffix}`))) return;
    throw new ConfigError(
        key,
        `there is no AWS region ${region}. Check the spelling: \`aws ec2 describe-regions\` lists the regions. ` +
            "For an emulator that has such a region, run `pulumi config set aws:skipRegionValidation true`.",
    );
}

async function isResolved(host: string): Promise<boolean> {
    const { lookup } = await import("node:dns/promises");
    return lookup(host).then(
        () => true,
        () => false,
    );
}

/** Returns the ARN of a snapshot; EC2 leaves its account empty. */
export function snapshotArn(region: string, id: string): Promise<string> {
    return ec2Arn(region, "", `snapshot/${id}`);
}

export function volumeArn(region: string, account: string, id: string): Promise<string> {
    return ec2Arn(region, account, `volume/${id}`);
}

async function ec2Arn(region: string, account: string, resource: string): Promise<string> {
    const { partition } = await loadSdk.core();
    return `arn:${partition(region).name}:ec2:${region}:${account}:${resource}`;
}
