/**
 * Classifies and formats errors of EC2. This is the only module that interprets error codes of EC2.
 *
 * @module
 */
import { serviceOf } from "./actions";

/**
 * Classifies an error by what the caller may conclude from it.
 * - `notFound`: the resource does not exist, or no longer exists.
 * - `retryable`: EC2 has not acted yet, and a later call can succeed: throttling, limits on pending operations.
 * - `indeterminate`: it is unknown whether EC2 has acted; the answer did not arrive or cannot be read.
 * - `unreachable`: the call did not reach EC2.
 * - `untrusted`: the call did not reach EC2, because the certificate of the server is not trusted.
 * - `forbidden`, `expired`: the caller has no permission, or its credentials have expired.
 * - `rejected`: any other error; another attempt changes nothing.
 */
export type ErrorKind =
    | "notFound"
    | "retryable"
    | "indeterminate"
    | "unreachable"
    | "untrusted"
    | "forbidden"
    | "expired"
    | "rejected";

const errorKinds: Record<string, ErrorKind> = {
    RequestLimitExceeded: "retryable",
    Throttling: "retryable",
    ThrottlingException: "retryable",
    ThrottledException: "retryable",
    RequestThrottled: "retryable",
    RequestThrottledException: "retryable",
    TooManyRequestsException: "retryable",
    BandwidthLimitExceeded: "retryable",
    SlowDown: "retryable",
    // EC2 allows about one snapshot of a volume in 15 seconds, and 5 pending ones of a volume (1 on sc1 and st1).
    SnapshotCreationPerVolumeRateExceeded: "retryable",
    ConcurrentSnapshotLimitExceeded: "retryable",
    PendingSnapshotLimitExceeded: "retryable",
    // EC2 copies a volume once at a time, until the copy is initialized, and 5 volumes of a region.
    ConcurrentCopyVolumeLimitExceeded: "retryable",
    CopyVolumesLimitExceeded: "retryable",
    ConcurrentTagAccess: "retryable",
    // The messages of these codes request a retry, but EC2 does not document that it created nothing.
    InternalError: "indeterminate",
    InternalFailure: "indeterminate",
    InternalServerException: "indeterminate",
    ServerInternal: "indeterminate",
    ServiceUnavailable: "indeterminate",
    Unavailable: "indeterminate",
    RequestTimeout: "indeterminate",
    RequestTimeoutException: "indeterminate",
    TimeoutError: "indeterminate",
    ECONNRESET: "indeterminate",
    EPIPE: "indeterminate",
    ETIMEDOUT: "indeterminate",
    ECONNREFUSED: "unreachable",
    ENOTFOUND: "unreachable",
    EAI_AGAIN: "unreachable",
    EHOSTUNREACH: "unreachable",
    ENETUNREACH: "unreachable",
    // https://nodejs.org/api/tls.html#x509-certificate-error-codes
    DEPTH_ZERO_SELF_SIGNED_CERT: "untrusted",
    SELF_SIGNED_CERT_IN_CHAIN: "untrusted",
    UNABLE_TO_GET_ISSUER_CERT: "untrusted",
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "untrusted",
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: "untrusted",
    CERT_UNTRUSTED: "untrusted",
    CERT_REJECTED: "untrusted",
    CERT_SIGNATURE_FAILURE: "untrusted",
    CERT_HAS_EXPIRED: "untrusted",
    CERT_NOT_YET_VALID: "untrusted",
    INVALID_CA: "untrusted",
    ERR_TLS_CERT_ALTNAME_INVALID: "untrusted",
    ResourceNotFoundException: "notFound",
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

/** Contains remedies for codes that EC2 does not explain well enough. */
const remediesByCode = new Map([
    ["InsufficientVolumeCapacity", "Choose another availability zone or volume type, or run again later."],
    ["VolumeTypeNotAvailableInZone", "Choose another availability zone or volume type."],
    ["CERT_HAS_EXPIRED", "The certificate of the server has expired, or the clock of this machine is wrong."],
    [
        "CERT_NOT_YET_VALID",
        "The certificate of the server is not valid yet, or the clock of this machine is wrong.",
    ],
    [
        "ERR_TLS_CERT_ALTNAME_INVALID",
        "The certificate is that of another host: check aws:endpoints and the proxy.",
    ],
]);

/** Contains remedies for kinds of errors; for `forbidden` the message names the missing permission instead. */
const remediesByKind: Partial<Record<ErrorKind, string>> = {
    expired: "The credentials have expired: renew them (for example `aws sso login`) and run again.",
    unreachable: "Check that the region exists and that its endpoint can be reached from here.",
    untrusted:
        "The certificate of the server is not trusted. If a proxy or a custom endpoint presents it, name the file with its CA: " +
        "`pulumi config set aws:customCaBundle <file>`, or AWS_CA_BUNDLE.",
    indeterminate: "The answer of EC2 did not arrive or could not be read; run again.",
    retryable: "EC2 still rejects the call; run again later.",
};

/**
 * Holds the options of an error. TypeScript has `ErrorOptions` since ES2022 only, and Pulumi's template compiles for ES2020,
 * where the declarations of this package must compile too.
 */
export interface ErrorCause {
    cause?: unknown;
}

/** Contains the facts of a classified error of EC2. */
interface Classified {
    readonly kind: ErrorKind;
    readonly code: string;
    /** Contains the message of EC2 unchanged. */
    readonly awsMessage: string;
    /** Names the action that failed, such as `CreateSnapshot`. */
    readonly action: string;
}

/** Represents a classified error of EC2. */
export class Ec2Error extends Error implements Classified {
    override readonly name = "Ec2Error";
    readonly kind: ErrorKind;
    readonly code: string;
    readonly awsMessage: string;
    readonly action: string;

    constructor(classified: Classified, options?: ErrorCause) {
        const { kind, code, awsMessage, action } = classified;
        super(joinSentences(`${code}: ${awsMessage}`, remedyFor(classified)), options);
        this.kind = kind;
        this.code = code;
        this.awsMessage = awsMessage;
        this.action = action;
    }
}

/** Reports an answer that lacks a required member of the action's output: it is unknown whether EC2 has acted. */
export function incompleteAnswer(action: string, missing?: string): Ec2Error {
    const awsMessage = `the answer of ${action} ${missing === undefined ? "is incomplete" : `has no ${missing}`}`;
    return new Ec2Error({ kind: "indeterminate", code: "IncompleteAnswer", awsMessage, action });
}

/** Reports a body that does not come from EC2, such as an empty one or the page of a proxy. */
export function foreignAnswer(action: string): Ec2Error {
    const awsMessage = `the answer of ${action} is not one of EC2, but empty or a page of a proxy`;
    return new Ec2Error({ kind: "indeterminate", code: "ForeignAnswer", awsMessage, action });
}

export function joinSentences(message: string, ...remedies: (string | undefined)[]): string {
    const given = remedies.filter((remedy) => remedy !== undefined);
    if (given.length === 0) return message;
    return [/[.!?]$/.test(message) ? message : `${message}.`, ...given].join(" ");
}

export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}

/** Waits for work, and adds the subject to the message if it fails. */
export async function withErrorContext<T>(subject: string, work: Promise<T>): Promise<T> {
    try {
        return await work;
    } catch (error) {
        throw plainError(`${subject}: ${messageOf(error)}`, { cause: error });
    }
}

/** Creates an error without a stack: the host prints the stack of errors from read and delete, which helps no user. */
export function plainError(message: string, options?: ErrorCause): Error {
    const error = new Error(message, options);
    error.stack = "";
    return error;
}

/** Maps the actions that `services.ts` calls to their service; `serviceOf` knows all others. */
const otherServices = new Map([
    ["AssumeRole", "sts"],
    ["GetCallerIdentity", "sts"],
    ["DescribeKey", "kms"],
    ["GetKeyPolicy", "kms"],
    ["ListAccounts", "organizations"],
]);

/** Ignores "not found": there is nothing left to do on a resource that does not exist. */
export async function ignoreNotFound(work: Promise<unknown>): Promise<"done" | "notFound"> {
    try {
        await work;
        return "done";
    } catch (error) {
        if (error instanceof Ec2Error && error.kind === "notFound") return "notFound";
        throw error;
    }
}

function remedyFor({ kind, code, awsMessage, action }: Classified): string | undefined {
    if (kind !== "forbidden") return remediesByCode.get(code) ?? remediesByKind[kind];
    if (code === "UnauthorizedOperation" || code.startsWith("AccessDenied")) {
        const service = otherServices.get(action) ?? serviceOf(action);
        // AWS often names another permission: CreateSnapshot needs ec2:CreateTags too, and a role needs sts:AssumeRole.
        const missing = /not authorized to perform: ([\w-]+:\w+)/.exec(awsMessage)?.[1];
        return `The caller needs the IAM permission ${missing ?? `${service}:${action}`}.`;
    }
    return `AWS did not accept the credentials for ${action}: check profile, keys and region.`;
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

/** Classifies any error that the SDK throws. */
export function classify(thrown: unknown, action: string): Ec2Error {
    if (thrown instanceof Ec2Error) return thrown;
    const error = (
        typeof thrown === "object" && thrown !== null ? thrown : { message: String(thrown) }
    ) as Thrown;
    // The connection to a host with several addresses fails with one error that contains all others.
    if (error.errors?.[0] !== undefined && error.code === undefined) return classify(error.errors[0], action);
    const status = error.$metadata?.httpStatusCode ?? error.$response?.statusCode;
    const socketCode = knownKind(error.code) === undefined ? undefined : error.code;
    const code = error.Code ?? socketCode ?? error.name ?? "Error";
    const kind = knownKind(code) ?? kindOf({ code, status, isOwnCode: error.Code !== undefined });
    // If a response has no code, the SDK sets "Unknown" without details.
    if (error.Code === undefined && code === "Unknown" && status !== undefined) {
        const message = "the answer is not one of AWS, but perhaps of a proxy";
        return new Ec2Error(
            { kind, code: `HTTP ${String(status)}`, awsMessage: message, action },
            { cause: thrown },
        );
    }
    const awsMessage = error.message?.trim() || "no details given";
    return new Ec2Error({ kind, code, awsMessage, action }, { cause: thrown });
}

function knownKind(code = ""): ErrorKind | undefined {
    return Object.hasOwn(errorKinds, code) ? errorKinds[code] : undefined;
}

/** Returns the kind of an error. `isOwnCode` means that AWS sent the code; otherwise the SDK chose it. */
function kindOf({
    code,
    status,
    isOwnCode,
}: {
    code: string;
    status: number | undefined;
    isOwnCode: boolean;
}): ErrorKind {
    if (code.endsWith(".NotFound")) return "notFound";
    if (status !== undefined && status >= 400 && status < 500) return "rejected";
    // AWS has processed the call and rejects it whatever the status is, for example because of missing capacity.
    if (status !== undefined && isOwnCode) return "rejected";
    // The answer cannot be read, or it is a server failure without a code: EC2 may have acted.
    return "indeterminate";
}
