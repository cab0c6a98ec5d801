/**
 * Translates declared roles and web identities to the parameters of a session of STS.
 *
 * @module
 */
import { ConfigError } from "../../schema/configuration-values";
import type { AssumeRole } from "../../schema/credentials";
import { defined } from "../../schema/values";
import type { Source } from "./credential-source";

export type Providers = typeof import("@aws-sdk/credential-providers");

export function fromWebIdentity(sdk: Providers, { key, web }: Source & { from: "webIdentity" }, sts: object) {
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

export function sessionOf(role: AssumeRole) {
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
