/**
 * What an error of EC2 means, and how it is told. The only place where codes of EC2 are sorted.
 *
 * @module
 */

/**
 * - `gone`: the resource does not exist (any more).
 * - `passing`: EC2 has not acted and will later: throttling, limits on what is pending.
 * - `lost`: nobody knows whether EC2 has acted; the answer did not arrive or cannot be read.
 * - `unreachable`: EC2 was not reached at all.
 * - `forbidden`, `expired`: the caller may not, or no longer.
 * - `refused`: everything else; trying again changes nothing.
 */
export type Nature = "gone" | "passing" | "lost" | "unreachable" | "forbidden" | "expired" | "refused";

const natures: Record<string, Nature> = {
    RequestLimitExceeded: "passing",
    Throttling: "passing",
    ThrottlingException: "passing",
    ThrottledException: "passing",
    RequestThrottled: "passing",
    RequestThrottledException: "passing",
    TooManyRequestsException: "passing",
    BandwidthLimitExceeded: "passing",
    SlowDown: "passing",
    // One snapshot of a volume in about 15 seconds; 5 pending of one volume (1 on sc1 and st1).
    SnapshotCreationPerVolumeRateExceeded: "passing",
    ConcurrentSnapshotLimitExceeded: "passing",
    PendingSnapshotLimitExceeded: "passing",
    ConcurrentTagAccess: "passing",
    // EC2 says "try again" with these; nobody says that nothing was made.
    InternalError: "lost",
    InternalFailure: "lost",
    ServerInternal: "lost",
    ServiceUnavailable: "lost",
    Unavailable: "lost",
    RequestTimeout: "lost",
    RequestTimeoutException: "lost",
    TimeoutError: "lost",
    ECONNRESET: "lost",
    EPIPE: "lost",
    ETIMEDOUT: "lost",
    ECONNREFUSED: "unreachable",
    ENOTFOUND: "unreachable",
    EAI_AGAIN: "unreachable",
    EHOSTUNREACH: "unreachable",
    ENETUNREACH: "unreachable",
    UnauthorizedOperation: "forbidden",
    AccessDenied: "forbidden",
    AccessDeniedException: "forbidden",
    AuthFailure: "forbidden",
    Blocked: "forbidden",
    OptInRequired: "forbidden",
    PendingVerification: "forbidden",
    InvalidClientTokenId: "forbidden",
    UnrecognizedClientException: "forbidden",
    SignatureDoesNotMatch: "forbidden",
    IncompleteSignature: "forbidden",
    MissingAuthenticationToken: "forbidden",
    CredentialsProviderError: "forbidden",
    ExpiredToken: "expired",
    ExpiredTokenException: "expired",
    RequestExpired: "expired",
};

/** What the remedy is, by nature; for `forbidden` the permission is named instead. */
const remedies: Partial<Record<Nature, string>> = {
    expired: "The credentials have expired: renew them (for example `aws sso login`) and run again.",
    unreachable: "Check that the region exists and that its endpoint can be reached from here.",
    lost: "The answer of EC2 did not arrive or could not be read; run again.",
    passing: "EC2 still refuses for now; run again later.",
};

/** An error of EC2, sorted. */
export class Ec2Error extends Error {
    override readonly name = "Ec2Error";

    constructor(
        readonly nature: Nature,
        readonly code: string,
        /** EC2's own words. */
        readonly words: string,
        /** The action that failed, such as `CreateSnapshot`. */
        readonly action: string,
        options?: ErrorOptions,
    ) {
        super(`${code}: ${words}${tail(nature, code, words, action)}`, options);
    }
}

/** The service of an action that is not one of EC2. */
const services: Record<string, string> = {
    AssumeRole: "sts",
    GetCallerIdentity: "sts",
    DescribeKey: "kms",
    GetKeyPolicy: "kms",
    ListAccounts: "organizations",
};

/** Work on one that is gone has nothing left to do. */
export async function unlessGone(work: Promise<unknown>): Promise<"done" | "gone"> {
    try {
        await work;
        return "done";
    } catch (error) {
        if (error instanceof Ec2Error && error.nature === "gone") return "gone";
        throw error;
    }
}

function tail(nature: Nature, code: string, words: string, action: string): string {
    if (nature !== "forbidden") return remedies[nature] === undefined ? "" : ` ${remedies[nature]}`;
    if (code === "UnauthorizedOperation" || code.startsWith("AccessDenied")) {
        const service = services[action] ?? "ec2";
        // AWS often names another one: CreateSnapshot needs ec2:CreateTags too, and a role is assumed before anything.
        const missing = /not authorized to perform: ([\w-]+:\w+)/.exec(words)?.[1];
        return ` The caller needs the IAM permission ${missing ?? `${service}:${action}`}.`;
    }
    return ` AWS did not accept the credentials for ${action}: check profile, keys and region.`;
}

interface Thrown {
    name?: string;
    code?: string;
    Code?: string;
    message?: string;
    errors?: unknown[];
    $metadata?: { httpStatusCode?: number };
    $response?: { statusCode?: number };
}

/** Sorts whatever the SDK threw. */
export function judge(thrown: unknown, action: string): Ec2Error {
    if (thrown instanceof Ec2Error) return thrown;
    const error = (
        typeof thrown === "object" && thrown !== null ? thrown : { message: String(thrown) }
    ) as Thrown;
    // A host with several addresses fails with one error for all of them.
    if (error.errors?.[0] !== undefined && error.code === undefined) return judge(error.errors[0], action);
    const code = error.Code ?? (natures[error.code ?? ""] ? error.code : undefined) ?? error.name ?? "Error";
    const status = error.$metadata?.httpStatusCode ?? error.$response?.statusCode;
    return new Ec2Error(natureOf(code, status), code, error.message?.trim() || "no details given", action, {
        cause: thrown,
    });
}

function natureOf(code: string, status: number | undefined): Nature {
    const known = natures[code];
    if (known !== undefined) return known;
    if (code.endsWith(".NotFound")) return "gone";
    if (status !== undefined && status >= 400 && status < 500) return "refused";
    // An answer that cannot be read, and every failure of the server: EC2 may have acted.
    return "lost";
}
