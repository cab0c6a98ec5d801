/**
 * Connects to EC2, the EBS direct APIs and Data Lifecycle Manager (DLM) of one region, with one identity.
 *
 * @module
 */
import type { AwsConfig } from "../../schema/configuration";
import type { Credentials } from "../../schema/credentials";
import { callOnce, isRead, type Action, type Input, type Output } from "./actions";
import { requireAllowedAccount } from "./allowed-accounts";
import { createCache } from "./cache";
import type { Clock } from "./clock";
import { identityOf } from "./credentials";
import { CredentialsError, describeCredentials, isRejectedCredentials } from "./credential-errors";
import { endpointsOf } from "./environment";
import { Ec2Error, incompleteAnswer } from "./errors";
import type { RequestHandler } from "./http";
import { createKeyedQueue } from "./keyed-queue";
import { defaultMaxRetries, retry, visibilityTimeoutMs, type RetryOptions } from "./retry";
import { createServices, type OrganizationAccount } from "./services";
import { createSdkSettings } from "./sdk-settings";
import { createSdkClients } from "./sdk-clients";

export interface ClientDependencies {
    clock: Clock;
    /** Replaces only the HTTP layer; unit tests answer requests through it. */
    requestHandler?: RequestHandler;
    /** Runs before every attempt of a change; it ends the process or throws if no change is allowed. */
    beforeChange?: () => Promise<void>;
}

export interface SendOptions<A extends Action> extends RetryOptions {
    /** Serializes calls: calls with the same key run one after another, in the order of their arrival. */
    serializeBy?: string;
    /** Names the member that every answer contains. An answer without it counts as unreadable and proves nothing. */
    requires?: keyof Output<A>;
}

/** Provides EC2, the EBS direct APIs, DLM and STS of one region with one identity. */
export interface Api {
    readonly region: string;
    /** Is `true` if the configuration contains an endpoint of EC2 but none of STS, so that the account is unknown. */
    readonly identityUnknown: boolean;
    /** Calls an action until it succeeds, fails permanently, or `deadline` has passed. */
    send<A extends Action>(action: A, input: Input<A>, options?: SendOptions<A>): Promise<Output<A>>;
    /** Reports whether EC2 returned this id to this process within the last minute: reads may not show it yet. */
    isNew(id: string): boolean;
    /**
     * Fails if there are no credentials or AWS rejects them; the result is cached. An unreachable STS proves nothing.
     */
    verifyCredentials(): Promise<void>;
    /** Returns the account of the caller, and caches it. */
    account(): Promise<string>;
    /** Returns the ARN of a KMS key for its id, ARN or alias, and caches it. */
    keyArn(key: string): Promise<string>;
    /** Returns the policy of a KMS key as JSON, and caches it. */
    keyPolicy(key: string): Promise<string>;
    /** Returns the active accounts of the caller's organization. */
    organization(): Promise<OrganizationAccount[]>;
}

/** Creates the client of one region and identity; the SDK (about 190 ms, 116 MB) loads only with the first call. */
export function connect(
    aws: AwsConfig,
    { region, credentials }: { region: string; credentials: Credentials | undefined },
    { clock, requestHandler, beforeChange }: ClientDependencies,
): Api {
    const identity = identityOf(aws, credentials);
    const maxRetries = aws.maxRetries ?? defaultMaxRetries;
    const settings = createSdkSettings(identity, { region, requestHandler });
    const services = createServices(settings, { clock, maxRetries });
    const serialize = createKeyedQueue();
    const known = createCache<string>();
    const createdAt = new Map<string, number>();
    const endpoints = endpointsOf(aws, { entry: {}, services: {} });
    const identityUnknown =
        aws.skipRequestingAccountId || (endpoints.ec2 !== undefined && endpoints.sts === undefined);
    let verified: Promise<void> | undefined;
    const clients = createSdkClients(settings, {
        region,
        beforeOpen: requireAllowed,
    });

    const api: Api = {
        region,
        identityUnknown,

        send(action, input, { serializeBy, requires, ...options } = {}) {
            const attempt = async () => {
                const answer = await clients.withRenewal(action, async (client) => {
                    if (!isRead(action)) await beforeChange?.();
                    return callOnce(client, { action, input, signal: options.signal });
                });
                if (requires === undefined) return answer;
                const required: unknown = answer[requires];
                if (required === undefined) throw incompleteAnswer(action, String(requires));
                if (!isRead(action)) for (const id of newIds(required)) createdAt.set(id, clock.now());
                return answer;
            };
            const call = () => retry(attempt, options, { action, clock, maxRetries }).catch(withAccount);
            return serializeBy === undefined ? call() : serialize(serializeBy, call);
        },

        isNew: (id) => clock.now() - (createdAt.get(id) ?? -Infinity) < visibilityTimeoutMs,
        verifyCredentials: () => (verified ??= verify()),
        account: () => known("account", () => services.account({ maxRetries }).catch(withAccount)),
        keyArn: (key) => known(`ARN of ${key}`, () => services.keyArn(key).catch(withAccount)),
        keyPolicy: (key) => known(`policy of ${key}`, () => services.keyPolicy(key).catch(withAccount)),
        organization: () => services.organization().catch(withAccount),
    };
    return api;

    function requireAllowed(): Promise<void> {
        return requireAllowedAccount(aws, () => api.account());
    }

    /** A preview that makes no call must reject the account too, as the run would. */
    async function verify(): Promise<void> {
        await validateCredentials();
        await requireAllowed();
    }

    async function validateCredentials(): Promise<void> {
        if (aws.skipCredentialsValidation) {
            await describeCredentials(identity);
            return;
        }
        const { credentials: provider } = await settings.common();
        if (typeof provider === "function") await provider();
        if (identityUnknown) return;
        try {
            await known("account", () => services.account({ maxRetries: 0 }));
        } catch (error) {
            if (!(error instanceof Ec2Error)) throw error;
            if (error.kind === "untrusted") throw error;
            if (isRejectedCredentials(error)) await withAccount(error);
        }
    }

    /** Adds to rejected credentials which account they belong to and how to renew them. */
    async function withAccount(error: unknown): Promise<never> {
        const isRefused =
            error instanceof Ec2Error && !(error instanceof CredentialsError) && isRejectedCredentials(error);
        if (!isRefused) throw error;
        const { description, remedy } = await describeCredentials(identity);
        throw new CredentialsError(error, `AWS refused the credentials of ${description}. ${remedy}`);
    }
}

/** Returns the ids in the answer of a change: one id, or the ids in a list of snapshots or volumes. */
function newIds(required: unknown): string[] {
    if (Array.isArray(required))
        return (required as { SnapshotId?: string; VolumeId?: string }[]).flatMap(
            ({ SnapshotId, VolumeId }) => SnapshotId ?? VolumeId ?? [],
        );
    return typeof required === "string" ? [required] : [];
}
