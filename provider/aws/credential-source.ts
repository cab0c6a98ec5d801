/**
 * Determines the source of the credentials, in the order of the `aws` provider.
 *
 * @module
 */
import type { AwsConfig } from "../../schema/configuration";
import { ConfigError } from "../../schema/configuration-values";
import type { WebIdentityRole } from "../../schema/credentials";
import { defined } from "../../schema/values";
import { expandPath, profileName, storedNote, type Environment, type ProfileName } from "./environment";

interface Keys {
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
}

/** Describes the source of the credentials, before any role is assumed with them. */
export type Source =
    | { from: "keys"; key: string; keys: Keys }
    | { from: "webIdentity"; key: string; web: WebIdentityRole }
    | { from: "profile"; named: ProfileName };

const accessKeyVariables = ["AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"];
const secretKeyVariables = ["AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"];
const webKey = "aws:assumeRoleWithWebIdentity";

/**
 * Returns the source in the order of the `aws` provider: the configuration, keys in the environment, a web identity of
 * the environment, the profile that the environment names, the default profile. Another order would put a stack's
 * volumes and snapshots into two accounts.
 * https://docs.aws.amazon.com/sdk-for-go/v2/developer-guide/configure-gosdk.html
 */
export function sourceOf(identity: AwsConfig, env: Environment = process.env): Source {
    const { accessKey, secretKey, token, assumeRoleWithWebIdentity: web } = identity;
    const configured = completeKeys(["aws:accessKey", accessKey], ["aws:secretKey", secretKey], token);
    if (configured !== undefined) return { from: "keys", key: "aws:accessKey", keys: configured };
    if (token !== undefined)
        throw new ConfigError("aws:token", "requires accessKey and secretKey, which are missing");
    if (web !== undefined) return { from: "webIdentity", key: webKey, web: withEnvironment(web, env) };
    if (identity.profile === undefined) {
        const found = environmentSource(env);
        if (found !== undefined) return found;
    }
    return { from: "profile", named: profileName(identity, env) };
}

function environmentSource(env: Environment): Source | undefined {
    const first = ([standard = "", ...others]: string[]): [string, string | undefined] => {
        const name = [standard, ...others].find((variable) => env[variable]) ?? standard;
        return [name, env[name] || undefined];
    };
    const access = first(accessKeyVariables);
    const keys = completeKeys(access, first(secretKeyVariables), env["AWS_SESSION_TOKEN"] || undefined);
    if (keys !== undefined) return { from: "keys", key: access[0], keys };
    const key = "AWS_WEB_IDENTITY_TOKEN_FILE";
    return env[key] ? { from: "webIdentity", key, web: withEnvironment({}, env) } : undefined;
}

/** Completes a web identity block of the configuration with the environment variables of web identities. */
function withEnvironment(web: WebIdentityRole, env: Environment): WebIdentityRole {
    const file = env["AWS_WEB_IDENTITY_TOKEN_FILE"] || undefined;
    const { webIdentityToken, webIdentityTokenFile = webIdentityToken === undefined ? file : undefined } =
        web;
    return defined({
        ...web,
        roleArn: web.roleArn ?? (env["AWS_ROLE_ARN"] || undefined),
        sessionName: web.sessionName ?? (env["AWS_ROLE_SESSION_NAME"] || undefined),
        webIdentityTokenFile:
            webIdentityTokenFile === undefined ? undefined : expandPath(webIdentityTokenFile, env),
    });
}

type Named = [name: string, value: string | undefined];

/** Rejects half of a key pair: to ignore it would sign calls as a different identity. */
function completeKeys([name, id]: Named, [secretName, secret]: Named, token?: string): Keys | undefined {
    if (id === undefined && secret === undefined) return undefined;
    if (id !== undefined && secret !== undefined)
        return defined({ accessKeyId: id, secretAccessKey: secret, sessionToken: token });
    const [missing, given] = id === undefined ? [name, secretName] : [secretName, name];
    const withoutPrefix = (key: string) => key.replace(/^aws:/, "");
    const set = missing.startsWith("aws:")
        ? `Run \`pulumi config set --secret ${missing} <value>\`${storedNote(missing)}`
        : `Set ${missing} too, or unset ${given}.`;
    throw new ConfigError(
        missing,
        `${withoutPrefix(name)} and ${withoutPrefix(secretName)} must be set together; ${withoutPrefix(missing)} is missing. ${set}`,
    );
}
