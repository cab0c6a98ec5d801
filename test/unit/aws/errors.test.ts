import { DescribeSnapshotsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { Ec2Error, classify, type ErrorKind } from "../../../provider/aws/errors";
import { refusal, socketError, Wire, type WireAnswer } from "../wire";

/** Returns the error of one call of the real SDK with this response. */
async function classifiedError(answering: () => WireAnswer, action = "DescribeSnapshots"): Promise<Ec2Error> {
    const client = new EC2Client({
        region: "us-east-1",
        credentials: { accessKeyId: "AKIATEST", secretAccessKey: "test" },
        maxAttempts: 1,
        requestHandler: new Wire(answering).requestHandler,
    });
    const thrown: unknown = await client.send(new DescribeSnapshotsCommand({})).then(
        () => undefined,
        (error: unknown) => error,
    );
    expect(thrown).toBeInstanceOf(Error);
    return classify(thrown, action);
}

const later = "EC2 still rejects the call; run again later.";
const renew = "The credentials have expired: renew them (for example `aws sso login`) and run again.";
const lost = "The answer of EC2 did not arrive or could not be read; run again.";
const reach = "Check that the region exists and that its endpoint can be reached from here.";
const trust =
    "The certificate of the server is not trusted. If a proxy or a custom endpoint presents it, name the file with its CA: " +
    "`pulumi config set aws:customCaBundle <file>`, or AWS_CA_BUNDLE.";
const wrongClock = "the clock of this machine is wrong.";
const permission = "The caller needs the IAM permission ec2:DescribeSnapshots.";
const keys = "AWS did not accept the credentials for DescribeSnapshots: check profile, keys and region.";

type Row = [code: string, status: number, kind: ErrorKind, remedy: string];

/** Returns the rows of codes with the same kind; they are listed by HTTP status. */
const rows = (kind: ErrorKind, remedy: string, codes: Record<number, string>): Row[] =>
    Object.entries(codes).flatMap(([status, listed]) =>
        listed.split(" ").map((code): Row => [code, Number(status), kind, remedy]),
    );

const table: Row[] = [
    ...rows("retryable", later, {
        400:
            "Throttling ThrottlingException ThrottledException RequestThrottled " +
            "RequestThrottledException SnapshotCreationPerVolumeRateExceeded " +
            "ConcurrentSnapshotLimitExceeded PendingSnapshotLimitExceeded " +
            "ConcurrentCopyVolumeLimitExceeded CopyVolumesLimitExceeded ConcurrentTagAccess",
        429: "TooManyRequestsException",
        503: "RequestLimitExceeded BandwidthLimitExceeded SlowDown",
    }),
    ...rows("indeterminate", lost, {
        408: "RequestTimeout RequestTimeoutException",
        500: "InternalError InternalFailure InternalServerException ServerInternal",
        503: "ServiceUnavailable Unavailable",
    }),
    ...rows("rejected", "", {
        400:
            "InvalidSnapshot.InUse IncorrectState InvalidSnapshotID.Malformed " +
            "InvalidParameterValue VolumeModificationRateExceeded SnapshotLimitExceeded " +
            "TagLimitExceeded SomethingNew",
        // KMS's own, which says nothing of the resource; and a name that every object of JavaScript has.
        404: "NotFoundException constructor",
        412: "DryRunOperation",
        500: "SomethingNew",
    }),
    ...rows("rejected", "Choose another availability zone or volume type, or run again later.", {
        500: "InsufficientVolumeCapacity",
    }),
    ...rows("rejected", "Choose another availability zone or volume type.", {
        400: "VolumeTypeNotAvailableInZone",
    }),
    ...rows("forbidden", permission, {
        403: "UnauthorizedOperation AccessDenied AccessDeniedException",
    }),
    ...rows("forbidden", keys, {
        400: "PendingVerification",
        401: "AuthFailure OptInRequired",
        403:
            "Blocked InvalidClientTokenId UnrecognizedClientException SignatureDoesNotMatch " +
            "IncompleteSignature MissingAuthenticationToken",
    }),
    ...rows("expired", renew, {
        400: "ExpiredToken ExpiredTokenException RequestExpired",
    }),
    ...rows("notFound", "", {
        400: "InvalidSnapshot.NotFound InvalidVolume.NotFound",
        404: "ResourceNotFoundException",
    }),
];

describe("errors of EC2", () => {
    test.each(table)("classifies %s with status %i as %s", async (code, status, kind, remedy) => {
        const error = await classifiedError(() => refusal(code, "EC2's own words.", status));
        expect(error).toMatchObject({
            kind,
            code,
            awsMessage: "EC2's own words.",
            action: "DescribeSnapshots",
        });
        expect(error.message).toBe(`${code}: EC2's own words.${remedy === "" ? "" : ` ${remedy}`}`);
    });

    test("the table contains every classified code", async () => {
        const { readFile } = await import("node:fs/promises");
        const text = await readFile("provider/aws/errors.ts", "utf8");
        const sorted = /errorKinds: Record<string, ErrorKind> = \{([^}]*)\}/.exec(text)![1]!;
        const codes = [...sorted.matchAll(/^ {4}(\w+): "/gm)].map(([, code]) => code!);
        const network = Object.keys(sockets).concat("TimeoutError", "CredentialsProviderError");
        const here = new Set([...table.map(([code]) => code), ...network]);
        expect(codes.filter((code) => !here.has(code))).toEqual([]);
    });
});

test("the missing permission is the one in AWS's message, if it contains one", async () => {
    const messageOf = (action: string) =>
        "You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/me " +
        `is not authorized to perform: ${action} on resource: * because no identity-based policy allows it`;
    const tagging = await classifiedError(() =>
        refusal("UnauthorizedOperation", messageOf("ec2:CreateTags"), 403),
    );
    expect(tagging.message).toMatch(/The caller needs the IAM permission ec2:CreateTags\.$/);
    const assuming = await classifiedError(() => refusal("AccessDenied", messageOf("sts:AssumeRole"), 403));
    expect(assuming.message).toMatch(/The caller needs the IAM permission sts:AssumeRole\.$/);
});

test.each([
    ["GetCallerIdentity", "sts:GetCallerIdentity"],
    ["AssumeRole", "sts:AssumeRole"],
    ["CreateSnapshot", "ec2:CreateSnapshot"],
])("the permission of %s has the prefix of its service", async (action, permission) => {
    const error = await classifiedError(() => refusal("AccessDenied", "no", 403), action);
    expect(error.message).toBe(`AccessDenied: no. The caller needs the IAM permission ${permission}.`);
});

const sockets: Record<string, [ErrorKind, string]> = {
    ECONNRESET: ["indeterminate", lost],
    EPIPE: ["indeterminate", lost],
    ETIMEDOUT: ["indeterminate", lost],
    ECONNREFUSED: ["unreachable", reach],
    ENOTFOUND: ["unreachable", reach],
    EAI_AGAIN: ["unreachable", reach],
    EHOSTUNREACH: ["unreachable", reach],
    ENETUNREACH: ["unreachable", reach],
    ...Object.fromEntries(
        [
            "DEPTH_ZERO_SELF_SIGNED_CERT",
            "SELF_SIGNED_CERT_IN_CHAIN",
            "UNABLE_TO_GET_ISSUER_CERT",
            "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            "CERT_UNTRUSTED",
            "CERT_REJECTED",
            "CERT_SIGNATURE_FAILURE",
            "INVALID_CA",
        ].map((code) => [code, ["untrusted", trust]]),
    ),
    CERT_HAS_EXPIRED: ["untrusted", `The certificate of the server has expired, or ${wrongClock}`],
    CERT_NOT_YET_VALID: ["untrusted", `The certificate of the server is not valid yet, or ${wrongClock}`],
    ERR_TLS_CERT_ALTNAME_INVALID: [
        "untrusted",
        "The certificate is that of another host: check aws:endpoints and the proxy.",
    ],
};

describe("the network", () => {
    test.each(Object.entries(sockets))("%s", async (code, [kind, remedy]) => {
        const error = await classifiedError(() => {
            throw socketError(code);
        });
        expect(error).toMatchObject({ kind, code, awsMessage: `connect ${code} 192.0.2.1:443` });
        expect(error.message).toBe(`${code}: connect ${code} 192.0.2.1:443. ${remedy}`);
    });

    test("a host with several addresses fails with the error of each address", async () => {
        const error = await classifiedError(() => {
            throw new AggregateError([socketError("ECONNREFUSED"), socketError("ECONNREFUSED")]);
        });
        expect(error).toMatchObject({ kind: "unreachable", code: "ECONNREFUSED" });
    });

    test("a timeout of the SDK is indeterminate", async () => {
        const error = await classifiedError(() => {
            throw Object.assign(new Error("Connection timed out after 60000 ms"), { name: "TimeoutError" });
        });
        expect(error).toMatchObject({ kind: "indeterminate", code: "TimeoutError" });
    });
});

describe("unreadable responses", () => {
    test.each([
        ["truncated XML", 200, "<DescribeSnapshotsResponse><snapshotSet><item>"],
        ["text instead of XML", 200, "<<<"],
        ["an HTML page of a proxy", 502, "<html><body><h1>502 Bad Gateway</h1></body></html>"],
        ["nothing", 503, ""],
    ])("%s: is indeterminate", async (_what, status, body) => {
        const error = await classifiedError(() => ({ status, body }));
        expect(error.kind).toBe("indeterminate");
        expect(error.message).toMatch(/\S+: .+ run again\.$/);
    });

    test("a login page of a proxy is an error with a limited number of retries", async () => {
        const error = await classifiedError(() => ({ status: 407, body: "<html>login</html>" }));
        expect(error.kind).toBe("rejected");
    });
});

describe("any thrown value", () => {
    test("missing credentials", () => {
        const thrown = Object.assign(new Error("Could not load credentials from any providers"), {
            name: "CredentialsProviderError",
        });
        expect(classify(thrown, "DescribeSnapshots")).toMatchObject({ kind: "forbidden" });
        expect(classify(thrown, "DescribeSnapshots").message).toMatch(/check profile, keys and region\.$/);
    });

    test.each([undefined, null, "text", 5, {}, new Error()])("%j becomes a message", (thrown) => {
        const { message, awsMessage } = classify(thrown, "CreateSnapshot");
        expect(awsMessage).not.toBe("");
        expect(message).not.toMatch(/undefined:|\[object/);
    });

    test("a classified error is returned unchanged", () => {
        const error = new Ec2Error({
            kind: "notFound",
            code: "InvalidSnapshot.NotFound",
            awsMessage: "words",
            action: "DeleteSnapshot",
        });
        expect(classify(error, "DescribeSnapshots")).toBe(error);
    });
});
