/**
 * Describes credentials that are missing or rejected, and how to renew them.
 *
 * @module
 */
import type { AwsConfig } from "../../schema/configuration";
import { ConfigError, MissingError } from "../../schema/configuration-values";
import { loadProfile, storedNote, type Profile } from "./environment";
import { sourceOf, type Source } from "./credential-source";
import { classify, Ec2Error } from "./errors";

export function noCredentials({ name, namedBy }: Profile, cause?: unknown): MissingError {
    const key = namedBy ?? "aws:profile";
    const reason = cause instanceof Error ? ` (${cause.message})` : "";
    return new MissingError(key, "credentials", {
        finding:
            "no AWS credentials were found in the configuration, the environment, " +
            `the profile "${name}", a container role or an instance role${reason}`,
        remedy:
            "Run `aws configure` or `aws sso login`, export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, " +
            "or name a profile with `pulumi config set aws:profile <profile>`" +
            storedNote(key),
    });
}

/** Describes credentials in messages, and how to renew them. */
export interface CredentialAccount {
    description: string;
    remedy: string;
}

export const roleRemedy = "Check the role's ARN and its trust policy.";

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

export function accountOf(
    source: Source,
    { name = "", entry = {} }: Partial<Profile> = {},
): CredentialAccount {
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
        super(error, { cause: error });
        this.message = `${error.message} ${explanation}`;
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
export function rejectWith({ description, remedy }: CredentialAccount): (error: unknown) => never {
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
