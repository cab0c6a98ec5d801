/**
 * Creates credentials from the configuration.
 *
 * @module
 */
import type { EC2ClientConfig } from "@aws-sdk/client-ec2";
import type { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { AwsConfig } from "../../schema/configuration";
import { ConfigError } from "../../schema/configuration-values";
import type { AssumeRole, Credentials } from "../../schema/credentials";
import { defined } from "../../schema/values";
import { loadProfile, sharedFiles, storedNote, type Profile } from "./environment";
import { sourceOf, type Source } from "./credential-source";
import { classify, Ec2Error } from "./errors";
import type { RequestHandler } from "./http";

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
    const sdk = await import("@aws-sdk/credential-providers");
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
    const { STSClient: _, ...clients } = await import("@aws-sdk/client-sts");
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

function noCredentials({ name, namedBy }: Profile, cause?: unknown): ConfigError {
    const key = namedBy ?? "aws:profile";
    const reason = cause instanceof Error ? ` (${cause.message})` : "";
    return new ConfigError(
        key,
        "no AWS credentials were found in the configuration, the environment, " +
            `the profile "${name}", a container role or an instance role${reason}. ` +
            "Run `aws configure` or `aws sso login`, export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, " +
            "or name a profile with `pulumi config set aws:profile <profile>`" +
            storedNote(key),
    );
}

/** Describes credentials in messages, and how to renew them. */
export interface CredentialAccount {
    description: string;
    remedy: string;
}

const roleRemedy = "Check the role's ARN and its trust policy.";

/** Describes the credentials of an identity for messages. */
export async function describeCredentials(identity: AwsConfig): Promise<CredentialAccount> {
    const role = identity.assumeRoles.at(-1);
    const source = sourceOf(identity);
    const profile = source.from === "profile" ? await loadProfile(identity) : undefined;
    const account = accountOf(source, profile);
    return role === undefined
        ? account
        : { ...account, description: `the role ${role.roleArn}, assumed with ${account.description}` };
}

function accountOf(source: Source, { name = "", entry = {} }: Partial<Profile> = {}): CredentialAccount {
    switch (source.from) {
        case "keys":
            return source.key.startsWith("aws:")
                ? {
                      description: "the keys in aws:accessKey and aws:secretKey",
                      remedy: `Set new ones with \`pulumi config set --secret\`${storedNote(source.key)}`,
                  }
                : {
                      description: `the keys in ${source.key} and its secret`,
                      remedy: "Export new AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.",
                  };
        case "webIdentity":
            return {
                description: `the web identity of ${source.key}`,
                remedy: "Check the token file, the role's ARN and its trust policy.",
            };
        case "profile": {
            const { namedBy = "" } = source.named;
            const command = Object.keys(entry).some((key) => key.startsWith("sso_"))
                ? `aws sso login --profile ${name}`
                : entry["login_session"] === undefined
                  ? `aws configure --profile ${name}`
                  : `aws login --profile ${name}`;
            return {
                description: `the profile "${name}"${namedBy === "" ? "" : ` (${namedBy})`}`,
                remedy: `Run \`${command}\`${storedNote(namedBy)}`,
            };
        }
    }
}

/** Reports credentials that AWS rejects or that cannot be obtained. */
export class CredentialsError extends Ec2Error {
    constructor(error: Ec2Error, explanation: string) {
        const { kind, code, awsMessage, action, message } = error;
        super(kind, code, awsMessage, action, { cause: error });
        this.message = `${message} ${explanation}`;
    }
}

const credentialCodes = [
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "CredentialsProviderError",
];

/** Reports whether AWS rejects the credentials themselves, and not the request. */
export function isRejectedCredentials({ code, action }: Ec2Error): boolean {
    // EC2 also sends AuthFailure if a resource belongs to another account, but not for calls that list resources.
    return credentialCodes.includes(code) || (code === "AuthFailure" && action.startsWith("Describe"));
}

/** Passes a transient failure through unchanged; a rejection reports which credentials could not be obtained. */
function rejectWith({ description, remedy }: CredentialAccount): (error: unknown) => never {
    return (error) => {
        if (error instanceof ConfigError || error instanceof CredentialsError) throw error;
        const classified = classify(error, "AssumeRole");
        if (["retryable", "indeterminate", "unreachable"].includes(classified.kind)) throw error;
        throw new CredentialsError(
            classified,
            `No credentials could be obtained from ${description}. ${remedy}`,
        );
    };
}

type Providers = typeof import("@aws-sdk/credential-providers");

function fromWebIdentity(sdk: Providers, { key, web }: Source & { from: "webIdentity" }, sts: object) {
    if (web.roleArn === undefined)
        throw new ConfigError(key, "roleArn is required: set it in the configuration, or set AWS_ROLE_ARN");
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

/** Converts the duration of a session, such as `"1h30m"` in the syntax of the `aws` provider, to seconds. */
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
