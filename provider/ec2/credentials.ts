/**
 * From configuration to credentials.
 *
 * @module
 */
import type { EC2ClientConfig } from "@aws-sdk/client-ec2";
import { ConfigError, defined, type AssumeRole, type AwsConfig, type Credentials } from "./config";
import type { RequestHandler } from "./http";

/** Who acts: what a resource names stands in place of what the configuration names. */
export function identityOf(aws: AwsConfig, credentials: Credentials | undefined): AwsConfig {
    if (credentials === undefined) return aws;
    if ("assumeRoles" in credentials) return { ...aws, assumeRoles: credentials.assumeRoles };
    const { accessKey: _1, secretKey: _2, token: _3, assumeRoleWithWebIdentity: _4, ...rest } = aws;
    return { ...rest, assumeRoles: [], profile: credentials.profile };
}

type Provider = NonNullable<EC2ClientConfig["credentials"]>;

/** Keys given outright, else a web identity, else a profile or the SDK's own chain; then the roles on top. */
export async function credentialsFor(
    identity: AwsConfig,
    region: string,
    requestHandler: RequestHandler,
): Promise<Provider> {
    const keys = keysOf(identity);
    if (keys !== undefined && identity.assumeRoles.length === 0) return () => Promise.resolve(keys);
    const sdk = await import("@aws-sdk/credential-providers");
    if (identity.skipMetadataApiCheck) process.env["AWS_EC2_METADATA_DISABLED"] ??= "true";
    const stsConfig = {
        region: identity.stsRegion ?? region,
        ...(identity.endpoints.sts === undefined ? {} : { endpoint: identity.endpoints.sts }),
        requestHandler,
    };
    const base = (): Provider => {
        if (keys !== undefined) return () => Promise.resolve(keys);
        const { profile, assumeRoleWithWebIdentity: web } = identity;
        if (web !== undefined) return fromWebIdentity(sdk, web, stsConfig);
        return sdk.fromNodeProviderChain(
            defined({
                profile,
                // Files that a login has renewed meanwhile are read again by a new client.
                ignoreCache: true,
                configFilepath: identity.sharedConfigFile,
                filepath: identity.sharedCredentialsFile,
                clientConfig: stsConfig,
            }),
        );
    };
    return identity.assumeRoles.reduce<Provider>(
        (masterCredentials, role) =>
            sdk.fromTemporaryCredentials({
                masterCredentials,
                params: sessionOf(role),
                clientConfig: stsConfig,
            }),
        base(),
    );
}

function keysOf({ accessKey, secretKey, token }: AwsConfig) {
    if (accessKey !== undefined && secretKey !== undefined) {
        const keys = { accessKeyId: accessKey, secretAccessKey: secretKey };
        return token === undefined ? keys : { ...keys, sessionToken: token };
    }
    if (accessKey === undefined && secretKey === undefined) return undefined;
    throw new ConfigError("aws:accessKey", "accessKey and secretKey go together; one of them is missing");
}

type Providers = typeof import("@aws-sdk/credential-providers");

function fromWebIdentity(
    sdk: Providers,
    web: NonNullable<AwsConfig["assumeRoleWithWebIdentity"]>,
    sts: object,
) {
    const key = "aws:assumeRoleWithWebIdentity";
    if (web.roleArn === undefined) throw new ConfigError(key, "roleArn is required");
    const common = defined({
        roleArn: web.roleArn,
        roleSessionName: web.sessionName ?? sessionName,
        durationSeconds: seconds(web.duration),
        policy: web.policy,
        policyArns: web.policyArns?.map((arn) => ({ arn })),
        clientConfig: sts,
    });
    if (web.webIdentityToken !== undefined) {
        return sdk.fromWebToken({ ...common, webIdentityToken: web.webIdentityToken });
    }
    if (web.webIdentityTokenFile === undefined) {
        throw new ConfigError(key, "webIdentityToken or webIdentityTokenFile is required");
    }
    return sdk.fromTokenFile({ ...common, webIdentityTokenFile: web.webIdentityTokenFile });
}

const sessionName = "pulumi-ebs-snapshots";

function sessionOf(role: AssumeRole) {
    return {
        RoleArn: role.roleArn,
        RoleSessionName: role.sessionName ?? sessionName,
        ...defined({
            ExternalId: role.externalId,
            DurationSeconds: seconds(role.duration),
            Policy: role.policy,
            PolicyArns: role.policyArns?.map((arn) => ({ arn })),
            Tags: role.tags && Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
            TransitiveTagKeys: role.transitiveTagKeys,
            SourceIdentity: role.sourceIdentity,
        }),
    };
}

/** `"1h30m"`, as the `aws` provider writes the length of a session, in seconds. */
function seconds(duration: string | undefined): number | undefined {
    if (duration === undefined) return undefined;
    const units = { h: 3600, m: 60, s: 1 } as const;
    const parts = [...duration.matchAll(/(\d+)([hms])/g)];
    if (parts.map(([part]) => part).join("") !== duration || parts.length === 0) {
        throw new ConfigError(
            "aws:assumeRoles",
            `duration is ${duration}, but must be such as "1h" or "30m"`,
        );
    }
    return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0);
}
