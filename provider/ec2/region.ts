/**
 * Which region, and what follows from it.
 *
 * @module
 */
import type { AwsConfig } from "./config";

/** The configured region: `aws:region`, the environment, the profile; `undefined` where none says. */
export async function configuredRegion(aws: AwsConfig, profile = aws.profile): Promise<string | undefined> {
    const named = aws.region ?? (process.env["AWS_REGION"] || process.env["AWS_DEFAULT_REGION"]);
    if (named) return named;
    const { loadSharedConfigFiles } = await import("@smithy/shared-ini-file-loader");
    const { configFile, credentialsFile } = await loadSharedConfigFiles({
        ...(aws.sharedConfigFile === undefined ? {} : { configFilepath: aws.sharedConfigFile }),
        ...(aws.sharedCredentialsFile === undefined ? {} : { filepath: aws.sharedCredentialsFile }),
    });
    const name = profile ?? (process.env["AWS_PROFILE"] || "default");
    return configFile[name]?.["region"] ?? credentialsFile[name]?.["region"];
}

/** ARN of a snapshot; EC2 leaves its account empty. */
export function snapshotArn(region: string, id: string): Promise<string> {
    return ec2Arn(region, "", `snapshot/${id}`);
}

export function volumeArn(region: string, account: string, id: string): Promise<string> {
    return ec2Arn(region, account, `volume/${id}`);
}

async function ec2Arn(region: string, account: string, resource: string): Promise<string> {
    const { partition } = await import("@aws-sdk/core/client");
    return `arn:${partition(region).name}:ec2:${region}:${account}:${resource}`;
}
