/**
 * From configuration to a client of EC2 that retries what passes, and to who the caller is.
 *
 * @module
 */
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { Clock } from "../clock";
import { ConfigError, defined, type AwsConfig, type Credentials } from "./config";
import { credentialsFor, identityOf } from "./credentials";
import { judge, type Ec2Error } from "./errors";
import { httpHandler, type RequestHandler } from "./http";
import { allPages } from "./pages";

export interface Surroundings {
    clock: Clock;
    /** Replaces HTTP and nothing else; unit tests answer on the wire with it. */
    requestHandler?: RequestHandler;
}

/** The EC2 and STS of one region, as one identity. */
export interface Api {
    readonly region: string;
    /** Where the answers come from: `true` if the configuration names an endpoint of EC2 but none of STS. */
    readonly identityUnknown: boolean;
    /** Does `request` with the client until it succeeds, fails for good, or `deadline` has passed. */
    call<Answer>(
        action: string,
        request: (ec2: EC2Client) => Promise<Answer>,
        patience?: Patience,
    ): Promise<Answer>;
    /** The account of the caller, asked once. */
    account(): Promise<string>;
    /** The ARN of a KMS key by its id, ARN or alias, asked once. */
    keyArn(key: string): Promise<string>;
    /** The policy of a KMS key as JSON, asked once. */
    keyPolicy(key: string): Promise<string>;
    /** The active accounts of the caller's organization. */
    organization(): Promise<OrganizationAccount[]>;
}

export interface OrganizationAccount {
    id: string;
    name?: string;
}

export interface Patience {
    /** How long refusals that pass are waited for (epoch milliseconds); default 2 minutes from now. */
    deadline?: number;
    /** Whether EC2 doing it twice is harmless. If not, a lost answer is not repeated. Default `true`. */
    repeatable?: boolean;
    /** Is told why it takes longer. */
    delayed?: (error: Ec2Error) => void;
    /** Further errors that pass, for this call alone. */
    passes?: (error: Ec2Error) => boolean;
}

const defaultPatience = 120_000;
const defaultAttempts = 5;
const longestBackoff = 15_000;

/** Loads the SDK (about 190 ms, 116 MB) with the first call, not before. */
export function connect(
    aws: AwsConfig,
    region: string,
    credentials: Credentials | undefined,
    { clock, requestHandler }: Surroundings,
): Api {
    const identity = identityOf(aws, credentials);
    let client: Promise<EC2Client> | undefined;
    let account: Promise<string> | undefined;

    const api: Api = {
        region,
        identityUnknown: aws.endpoints.ec2 !== undefined && aws.endpoints.sts === undefined,

        async call(action, request, patience = {}) {
            const ask = async () => {
                const used = (client ??= opened());
                try {
                    return await request(await used);
                } catch (thrown) {
                    const { nature } = judge(thrown, action);
                    const unsigned = nature === "expired" || nature === "forbidden";
                    // The SDK has learnt from the refusal how far this machine's clock is off, and signs anew.
                    if (unsigned && isClockCorrected(thrown)) return request(await used);
                    // Credentials that were renewed outside (a login, a file) are found by a new client, once.
                    if (nature !== "expired") throw thrown;
                    if (client === used) client = opened();
                    return request(await client);
                }
            };
            return persist(action, ask, patience, clock, aws.maxRetries ?? defaultAttempts - 1);
        },

        account() {
            return (account ??= whoAmI().catch((error: unknown) => {
                account = undefined;
                throw error;
            }));
        },

        keyArn: askedOnce(describeKey),
        keyPolicy: askedOnce(getKeyPolicy),

        organization: listAccounts,
    };
    return api;

    /** One that could not be opened is not kept: the next call may find the credentials. */
    function opened(): Promise<EC2Client> {
        return open().catch((error: unknown) => {
            client = undefined;
            throw error;
        });
    }

    async function open(): Promise<EC2Client> {
        const [sdk, common] = await Promise.all([import("@aws-sdk/client-ec2"), settings()]);
        await admit();
        return new sdk.EC2Client({
            ...common,
            region,
            ...(aws.endpoints.ec2 === undefined ? {} : { endpoint: aws.endpoints.ec2 }),
        });
    }

    /** Refuses an account that the configuration does not allow, before anything is asked of it. */
    async function admit() {
        if (aws.allowedAccountIds.length === 0 && aws.forbiddenAccountIds.length === 0) return;
        const id = await api.account();
        if (aws.allowedAccountIds.length > 0 && !aws.allowedAccountIds.includes(id)) {
            throw new ConfigError(
                "aws:allowedAccountIds",
                `the credentials are of account ${id}, not allowed here`,
            );
        }
        if (aws.forbiddenAccountIds.includes(id)) {
            throw new ConfigError(
                "aws:forbiddenAccountIds",
                `the credentials are of account ${id}, forbidden here`,
            );
        }
    }

    async function whoAmI(): Promise<string> {
        const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
        const { Account } = await ask("sts", "GetCallerIdentity", (common) =>
            new STSClient({ ...common, region: aws.stsRegion ?? region }).send(
                new GetCallerIdentityCommand({}),
            ),
        );
        if (Account === undefined) throw new Error("GetCallerIdentity did not name an account");
        return Account;
    }

    async function describeKey(KeyId: string): Promise<string> {
        const { DescribeKeyCommand, KMSClient } = await import("@aws-sdk/client-kms");
        const { KeyMetadata } = await ask("kms", "DescribeKey", (common) =>
            new KMSClient(common).send(new DescribeKeyCommand({ KeyId })),
        );
        if (KeyMetadata?.Arn === undefined) throw new Error(`DescribeKey did not name the key ${KeyId}`);
        return KeyMetadata.Arn;
    }

    async function getKeyPolicy(KeyId: string): Promise<string> {
        const { GetKeyPolicyCommand, KMSClient } = await import("@aws-sdk/client-kms");
        const { Policy } = await ask("kms", "GetKeyPolicy", (common) =>
            new KMSClient(common).send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" })),
        );
        if (Policy === undefined) throw new Error(`GetKeyPolicy did not give the policy of ${KeyId}`);
        return Policy;
    }

    async function listAccounts(): Promise<OrganizationAccount[]> {
        const { ListAccountsCommand, OrganizationsClient } = await import("@aws-sdk/client-organizations");
        const pages = await allPages((NextToken) =>
            ask("organizations", "ListAccounts", (common) =>
                new OrganizationsClient(common).send(new ListAccountsCommand({ NextToken })),
            ),
        );
        return pages
            .flatMap(({ Accounts = [] }) => Accounts)
            .filter(({ State, Status }) => (State ?? Status) === "ACTIVE")
            .flatMap(({ Id, Name }) => (Id === undefined ? [] : [{ id: Id, ...defined({ name: Name }) }]));
    }

    /** Asks another service than EC2, as the same identity. */
    async function ask<Answer>(
        service: keyof AwsConfig["endpoints"],
        action: string,
        request: (common: Awaited<ReturnType<typeof settings>> & { region: string }) => Promise<Answer>,
    ): Promise<Answer> {
        const endpoint =
            aws.endpoints[service] ?? (service === "sts" ? undefined : beside(aws.endpoints.ec2));
        const common = { ...(await settings()), region, ...(endpoint === undefined ? {} : { endpoint }) };
        return persist(action, () => request(common), {}, clock, defaultAttempts - 1);
    }

    /** An EC2 that is not AWS's own is emulated, and its resources are known to no other service of AWS. */
    function beside(ec2: string | undefined): string | undefined {
        if (ec2 === undefined) return undefined;
        return /\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/.test(new URL(ec2).hostname)
            ? undefined
            : ec2;
    }

    async function settings() {
        // Else every run on Node 20 ends with nine lines about the SDK's future beside the user's resources.
        process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
        const handler = requestHandler ?? (await httpHandler(aws));
        return {
            credentials: await credentialsFor(identity, region, handler),
            requestHandler: handler,
            // The SDK repeats every call whose answer was lost; a CreateSnapshot must not be. We retry ourselves.
            maxAttempts: 1,
            ...(aws.retryMode === undefined ? {} : { retryMode: aws.retryMode }),
            useFipsEndpoint: aws.useFipsEndpoint,
            useDualstackEndpoint: aws.useDualstackEndpoint,
        };
    }
}

/** The answer of the first call with an argument serves all that come after. */
function askedOnce<Answer>(ask: (about: string) => Promise<Answer>): (about: string) => Promise<Answer> {
    const answers = new Map<string, Promise<Answer>>();
    return (about) => {
        const answer = answers.get(about) ?? ask(about);
        answers.set(about, answer);
        return answer;
    };
}

function isClockCorrected(thrown: unknown): boolean {
    return (thrown as { $metadata?: { clockSkewCorrected?: true } }).$metadata?.clockSkewCorrected === true;
}

/** Tries until it succeeds, fails for good, or patience runs out. */
async function persist<Answer>(
    action: string,
    request: () => Promise<Answer>,
    { deadline, repeatable = true, delayed, passes }: Patience,
    clock: Clock,
    retries: number,
): Promise<Answer> {
    const end = deadline ?? clock.now() + defaultPatience;
    for (let attempt = 0, failures = 0; ; attempt++) {
        try {
            return await request();
        } catch (thrown) {
            if (thrown instanceof ConfigError) throw thrown;
            const error = judge(thrown, action);
            const passing = error.nature === "passing" || passes?.(error) === true;
            const again = error.nature === "unreachable" || (error.nature === "lost" && repeatable);
            if (!passing && !(again && failures++ < retries)) throw error;
            const pause = Math.min(500 * 2 ** attempt, longestBackoff) * (0.5 + Math.random() / 2);
            if (clock.now() + pause > end) throw error;
            delayed?.(error);
            await clock.sleep(pause);
        }
    }
}
