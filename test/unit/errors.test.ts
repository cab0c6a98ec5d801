import { DescribeSnapshotsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { Ec2Error, judge, type Nature } from "../../provider/ec2/errors";
import { refusal, socketError, Wire, type WireAnswer } from "./wire";

/** What comes of one call of the real SDK that is answered so. */
async function judged(answering: () => WireAnswer, action = "DescribeSnapshots"): Promise<Ec2Error> {
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
    return judge(thrown, action);
}

const later = "EC2 still refuses for now; run again later.";
const renew = "The credentials have expired: renew them (for example `aws sso login`) and run again.";
const lost = "The answer of EC2 did not arrive or could not be read; run again.";
const reach = "Check that the region exists and that its endpoint can be reached from here.";
const permission = "The caller needs the IAM permission ec2:DescribeSnapshots.";
const keys = "AWS did not accept the credentials for DescribeSnapshots: check profile, keys and region.";

const table: [code: string, status: number, nature: Nature, remedy: string][] = [
    ["RequestLimitExceeded", 503, "passing", later],
    ["Throttling", 400, "passing", later],
    ["ThrottlingException", 400, "passing", later],
    ["ThrottledException", 400, "passing", later],
    ["RequestThrottled", 400, "passing", later],
    ["RequestThrottledException", 400, "passing", later],
    ["TooManyRequestsException", 429, "passing", later],
    ["BandwidthLimitExceeded", 503, "passing", later],
    ["SlowDown", 503, "passing", later],
    ["SnapshotCreationPerVolumeRateExceeded", 400, "passing", later],
    ["ConcurrentSnapshotLimitExceeded", 400, "passing", later],
    ["PendingSnapshotLimitExceeded", 400, "passing", later],
    ["ConcurrentTagAccess", 400, "passing", later],
    ["InternalError", 500, "lost", lost],
    ["InternalFailure", 500, "lost", lost],
    ["ServerInternal", 500, "lost", lost],
    ["ServiceUnavailable", 503, "lost", lost],
    ["Unavailable", 503, "lost", lost],
    ["RequestTimeout", 408, "lost", lost],
    ["RequestTimeoutException", 408, "lost", lost],
    ["SomethingNew", 500, "lost", lost],
    ["UnauthorizedOperation", 403, "forbidden", permission],
    ["AccessDenied", 403, "forbidden", permission],
    ["AccessDeniedException", 403, "forbidden", permission],
    ["AuthFailure", 401, "forbidden", keys],
    ["Blocked", 403, "forbidden", keys],
    ["OptInRequired", 401, "forbidden", keys],
    ["PendingVerification", 400, "forbidden", keys],
    ["InvalidClientTokenId", 403, "forbidden", keys],
    ["UnrecognizedClientException", 403, "forbidden", keys],
    ["SignatureDoesNotMatch", 403, "forbidden", keys],
    ["IncompleteSignature", 403, "forbidden", keys],
    ["MissingAuthenticationToken", 403, "forbidden", keys],
    ["ExpiredToken", 400, "expired", renew],
    ["ExpiredTokenException", 400, "expired", renew],
    ["RequestExpired", 400, "expired", renew],
    ["InvalidSnapshot.NotFound", 400, "gone", ""],
    ["InvalidVolume.NotFound", 400, "gone", ""],
    ["InvalidSnapshot.InUse", 400, "refused", ""],
    ["IncorrectState", 400, "refused", ""],
    ["InvalidSnapshotID.Malformed", 400, "refused", ""],
    ["InvalidParameterValue", 400, "refused", ""],
    ["VolumeModificationRateExceeded", 400, "refused", ""],
    ["SnapshotLimitExceeded", 400, "refused", ""],
    ["TagLimitExceeded", 400, "refused", ""],
    ["DryRunOperation", 412, "refused", ""],
    ["SomethingNew", 400, "refused", ""],
];

describe("errors of EC2", () => {
    test.each(table)("%s with status %i is %s", async (code, status, nature, remedy) => {
        const error = await judged(() => refusal(code, "EC2's own words.", status));
        expect(error).toMatchObject({ nature, code, words: "EC2's own words.", action: "DescribeSnapshots" });
        expect(error.message).toBe(`${code}: EC2's own words.${remedy === "" ? "" : ` ${remedy}`}`);
    });

    test("the table names every code that is sorted", async () => {
        const { readFile } = await import("node:fs/promises");
        const text = await readFile("provider/ec2/errors.ts", "utf8");
        const sorted = /natures: Record<string, Nature> = \{([^}]*)\}/.exec(text)![1]!;
        const codes = [...sorted.matchAll(/^ {4}(\w+): "/gm)].map(([, code]) => code!);
        const network = Object.keys(sockets).concat("TimeoutError", "CredentialsProviderError");
        const here = new Set([...table.map(([code]) => code), ...network]);
        expect(codes.filter((code) => !here.has(code))).toEqual([]);
    });
});

test("the permission that is missing is the one that AWS names, where it names one", async () => {
    const words = (action: string) =>
        "You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/me " +
        `is not authorized to perform: ${action} on resource: * because no identity-based policy allows it`;
    const tagging = await judged(() => refusal("UnauthorizedOperation", words("ec2:CreateTags"), 403));
    expect(tagging.message).toMatch(/The caller needs the IAM permission ec2:CreateTags\.$/);
    const assuming = await judged(() => refusal("AccessDenied", words("sts:AssumeRole"), 403));
    expect(assuming.message).toMatch(/The caller needs the IAM permission sts:AssumeRole\.$/);
});

test.each([
    ["GetCallerIdentity", "sts:GetCallerIdentity"],
    ["AssumeRole", "sts:AssumeRole"],
    ["CreateSnapshot", "ec2:CreateSnapshot"],
])("%s is a permission of its own service", async (action, permission) => {
    const error = await judged(() => refusal("AccessDenied", "no", 403), action);
    expect(error.message).toBe(`AccessDenied: no The caller needs the IAM permission ${permission}.`);
});

const sockets: Record<string, [Nature, string]> = {
    ECONNRESET: ["lost", lost],
    EPIPE: ["lost", lost],
    ETIMEDOUT: ["lost", lost],
    ECONNREFUSED: ["unreachable", reach],
    ENOTFOUND: ["unreachable", reach],
    EAI_AGAIN: ["unreachable", reach],
    EHOSTUNREACH: ["unreachable", reach],
    ENETUNREACH: ["unreachable", reach],
};

describe("the network", () => {
    test.each(Object.entries(sockets))("%s", async (code, [nature, remedy]) => {
        const error = await judged(() => {
            throw socketError(code);
        });
        expect(error).toMatchObject({ nature, code, words: `connect ${code} 192.0.2.1:443` });
        expect(error.message).toBe(`${code}: connect ${code} 192.0.2.1:443 ${remedy}`);
    });

    test("a host with several addresses fails with what each of them says", async () => {
        const error = await judged(() => {
            throw new AggregateError([socketError("ECONNREFUSED"), socketError("ECONNREFUSED")]);
        });
        expect(error).toMatchObject({ nature: "unreachable", code: "ECONNREFUSED" });
    });

    test("a time-out of the SDK may have come after EC2 acted", async () => {
        const error = await judged(() => {
            throw Object.assign(new Error("Connection timed out after 60000 ms"), { name: "TimeoutError" });
        });
        expect(error).toMatchObject({ nature: "lost", code: "TimeoutError" });
    });
});

describe("answers that cannot be read", () => {
    test.each([
        ["cut off", 200, "<DescribeSnapshotsResponse><snapshotSet><item>"],
        ["no XML at all", 200, "<<<"],
        ["a page of a proxy", 502, "<html><body><h1>502 Bad Gateway</h1></body></html>"],
        ["nothing", 503, ""],
    ])("%s: nobody knows whether EC2 has acted", async (_what, status, body) => {
        const error = await judged(() => ({ status, body }));
        expect(error.nature).toBe("lost");
        expect(error.message).toMatch(/\S+: .+ run again\.$/);
    });

    test("a page of a proxy that asks for a login is refused, not tried for ever", async () => {
        const error = await judged(() => ({ status: 407, body: "<html>login</html>" }));
        expect(error.nature).toBe("refused");
    });
});

describe("whatever is thrown", () => {
    test("credentials that cannot be had", () => {
        const thrown = Object.assign(new Error("Could not load credentials from any providers"), {
            name: "CredentialsProviderError",
        });
        expect(judge(thrown, "DescribeSnapshots")).toMatchObject({ nature: "forbidden" });
        expect(judge(thrown, "DescribeSnapshots").message).toMatch(/check profile, keys and region\.$/);
    });

    test.each([undefined, null, "text", 5, {}, new Error()])("%j is told in words", (thrown) => {
        const { message, words } = judge(thrown, "CreateSnapshot");
        expect(words).not.toBe("");
        expect(message).not.toMatch(/undefined:|\[object/);
    });

    test("what is sorted already stays as it is", () => {
        const error = new Ec2Error("gone", "InvalidSnapshot.NotFound", "words", "DeleteSnapshot");
        expect(judge(error, "DescribeSnapshots")).toBe(error);
    });
});
