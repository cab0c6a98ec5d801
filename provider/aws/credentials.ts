/**
 * Creates credentials from the configuration.
 *
 * @module
 */
import type { EC2ClientConfig } from "@aws-sdk/client-ec2";
import type { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { AwsConfig } from "../../schema/configuration";
import { ConfigError } from "../../schema/configuration-values";
import type { Credentials } from "../../schema/credentials";
import { defined } from "../../schema/values";
import { loadProfile, sharedFiles, type Profile } from "./environment";
import { sourceOf, type Source } from "./credential-source";
import type { RequestHandler } from "./http";
import { rejectWith, roleRemedy, accountOf, noCredentials } from "./credential-errors";
import { sessionOf, type Providers, fromWebIdentity } from "./role-session";
import { loadSdk } from "./sdk";

/** Returns the identity of a call: the credentials of a resource override those of the configuration. */
export function identityOf(aws: AwsConfig, credentials: Credentials | undefined): AwsConfig {
    if (credentials === undefined) return aws;
    if (!("profile" in credentials)) return { ...aws, assumeRoles: credentials.assumeRoles };
    const { accessKey: _1, secretKey: _2, token: _3, assumeRoleWithWebIdentity: _4, ...rest } = aws;
    return { ...rest, assumeRoles: [], profile: credentials.profile, profileKey: "credentials.profile" };
}

type Provider = NonNullable<EC2ClientConfig["credentials"]>;

type Provide = () => ReturnType<ReturnType<typeof fromTemporaryCredentials>>;

export interface CredentialOptions {
    region: string;
    requestHandler: RequestHandler;
}

/** Returns the credentials of the source, with the configured roles assumed on top. */
export async function credentialsFor(
    identity: AwsConfig,
    { region, requestHandler }: CredentialOptions,
): Promise<Provider> {
    const source = sourceOf(identity);
    if (source.from === "keys" && identity.assumeRoles.length === 0)
        return () => Promise.resolve(source.keys);
    const sdk = await loadSdk.credentials();
    const sts = {
        region: identity.stsRegion ?? region,
        ...(identity.endpoints.sts === undefined ? {} : { endpoint: identity.endpoints.sts }),
        ...defined({
            useFipsEndpoint: identity.useFipsEndpoint,
            useDualstackEndpoint: identity.useDualstackEndpoint,
        }),
        requestHandler,
    };
    const base = await providerOf(sdk, source, { identity, sts });
    return identity.assumeRoles.reduce<Provide>((masterCredentials, role) => {
        const assume = sdk.fromTemporaryCredentials({
            masterCredentials,
            params: sessionOf(role),
            clientConfig: sts,
        });
        return () =>
            assume().catch(rejectWith({ description: `the role ${role.roleArn}`, remedy: roleRemedy }));
    }, base);
}

interface SigningContext {
    identity: AwsConfig;
    sts: { region: string; requestHandler: RequestHandler };
}

async function providerOf(
    sdk: Providers,
    source: Source,
    { identity, sts }: SigningContext,
): Promise<Provide> {
    if (source.from === "keys") return () => Promise.resolve(source.keys);
    if (source.from === "webIdentity") {
        const provide = fromWebIdentity(sdk, source, sts);
        return () => provide().catch(rejectWith(accountOf(source)));
    }
    const profile = await loadProfile(identity);
    if (!hasCredentials(profile)) return fromRole(sdk, identity, profile);
    const { STSClient: _, ...clients } = await loadSdk.sts();
    const provide = sdk.fromIni({
        profile: profile.name,
        ...sharedFiles(identity),
        // These settings apply to STS only. The SDK would use those of a `clientConfig` for SSO as well.
        roleAssumer: clients.getDefaultRoleAssumer(sts),
        roleAssumerWithWebIdentity: clients.getDefaultRoleAssumerWithWebIdentity(sts),
        clientConfig: defined({ requestHandler: sts.requestHandler, endpoint: identity.endpoints.sso }),
    });
    return () => provide().catch(rejectWith(accountOf(source, profile)));
}

/** Reports whether a profile contains a source of credentials; the reader of an incomplete source rejects it. */
function hasCredentials({ name, entry = {} }: Profile): boolean {
    const [id, secret] = [entry["aws_access_key_id"], entry["aws_secret_access_key"]];
    if ((id === undefined) !== (secret === undefined) && entry["role_arn"] === undefined) {
        const missing = id === undefined ? "aws_access_key_id" : "aws_secret_access_key";
        throw new ConfigError(
            `profile ${name}`,
            `${missing} is missing. Run \`aws configure --profile ${name}\`.`,
        );
    }
    return Object.keys(entry).some((key) =>
        /^(aws_access_key_id|role_arn|credential_process|sso_.*|web_identity_token_file|login_session)$/.test(
            key,
        ),
    );
}

/** Returns the credentials of the role of the container or the instance that this process runs in. */
function fromRole(sdk: Providers, identity: AwsConfig, profile: Profile): Provide {
    const { env } = process;
    const isContainer = ["RELATIVE", "FULL"].some((kind) => env[`AWS_CONTAINER_CREDENTIALS_${kind}_URI`]);
    const { skipMetadataApiCheck, ec2MetadataServiceEndpoint, ec2MetadataServiceEndpointMode } = identity;
    // The SDK has no other option for these three settings.
    const variables = {
        AWS_EC2_METADATA_DISABLED:
            skipMetadataApiCheck === undefined ? undefined : String(skipMetadataApiCheck),
        AWS_EC2_METADATA_SERVICE_ENDPOINT: ec2MetadataServiceEndpoint,
        AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: ec2MetadataServiceEndpointMode,
    };
    Object.assign(env, defined(variables));
    const isDisabled = (env["AWS_EC2_METADATA_DISABLED"] ?? "").toLowerCase() === "true";
    if (!isContainer && isDisabled) return () => Promise.reject(noCredentials(profile));
    const provide = isContainer
        ? sdk.fromHttp()
        : sdk.fromInstanceMetadata({ timeout: 1_000, maxRetries: 1 });
    return () =>
        provide().catch((error: unknown) => {
            throw noCredentials(profile, error);
        });
}
