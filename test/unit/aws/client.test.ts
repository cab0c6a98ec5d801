import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { connect, type SendOptions } from "../../../provider/aws/client";
import { listAll } from "../../../provider/aws/list-all";
import { readConfiguration } from "../../../schema/configuration";
import type { Credentials } from "../../../schema/credentials";
import type { Ec2Error } from "../../../provider/aws/errors";
import { HandClock } from "../clock";
import { baseConfig } from "../host";
import {
    answer,
    refusal,
    socketError,
    stsAnswer,
    stsRefusal,
    Wire,
    type Answering,
    type WireAnswer,
    type WireRequest,
} from "../wire";

let folder: string;

beforeAll(async () => {
    // Loading takes real time, of which the clock knows nothing.
    await Promise.all([import("@aws-sdk/client-sts"), import("@aws-sdk/credential-providers")]);
    folder = await mkdtemp(join(tmpdir(), "ebs-client-"));
    await writeFile(
        join(folder, "credentials"),
        "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = s\n" +
            "[backup]\naws_access_key_id = AKIABACKUP\naws_secret_access_key = s\n",
    );
    await writeFile(join(folder, "config"), "[default]\nregion = eu-central-1\n");
    await writeFile(join(folder, "token"), "a-token-of-the-identity-provider");
});

afterAll(() => rm(folder, { recursive: true }));

// The settings of the machine that runs the tests must not count.
beforeEach(() => {
    for (const name of Object.keys(process.env).filter((name) => name.startsWith("AWS_")))
        if (!name.startsWith("AWS_SDK_JS")) vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
});

afterEach(() => vi.unstubAllEnvs().restoreAllMocks());

function connected(
    answering: Answering,
    config: Record<string, string> = baseConfig,
    { region = "us-east-1", credentials }: { region?: string; credentials?: Credentials } = {},
) {
    const clock = new HandClock();
    const began = clock.now();
    const wire = new Wire(answering);
    const { aws } = readConfiguration((key) => config[key]);
    let asked = 0;
    const beforeChange = async () => {
        asked++;
        await Promise.resolve();
    };
    const { requestHandler } = wire;
    const api = connect(aws, region, credentials, { clock, requestHandler, beforeChange });
    const describeAll = (options?: SendOptions<"DescribeSnapshots">) =>
        clock.until(api.send("DescribeSnapshots", {}, options));
    const create = (options?: SendOptions<"CreateSnapshot">) =>
        clock.until(api.send("CreateSnapshot", { VolumeId: "vol-1" }, options));
    return { api, clock, wire, describeAll, create, asked: () => asked, at: () => clock.now() - began };
}

const fine = () => answer("DescribeSnapshots", "<snapshotSet/>");
const whoever = (account: string) =>
    stsAnswer("GetCallerIdentity", `<Account>${account}</Account><Arn>arn:aws:iam::${account}:user/me</Arn>`);
const failsFirst =
    (times: number, failing: () => WireAnswer): Answering =>
    (request, count) =>
        count <= times ? failing() : answer(request.action, "<snapshotId>snap-1</snapshotId>");

async function failure(work: Promise<unknown>): Promise<Ec2Error> {
    return work.then(
        () => {
            throw new Error("this was to fail");
        },
        (error: unknown) => error as Ec2Error,
    );
}

describe("refusals that pass", () => {
    test.each([
        "RequestLimitExceeded",
        "SnapshotCreationPerVolumeRateExceeded",
        "ConcurrentSnapshotLimitExceeded",
    ])("%s is waited for, however often, within patience", async (code) => {
        const { clock, wire, create } = connected(failsFirst(20, () => refusal(code, "later", 503)));
        const told: string[] = [];
        const answered = await create({
            deadline: clock.now() + 3_600_000,
            idempotent: false,
            onRetry: (error) => told.push(error.code),
        });
        expect(answered.SnapshotId).toBe("snap-1");
        expect(wire.count("CreateSnapshot")).toBe(21);
        expect(told).toEqual(Array.from({ length: 20 }, () => code));
    });

    test("pauses grow from half a second to at most 15, with chance in them", async () => {
        const times: number[] = [];
        const { api, clock } = connected(() => {
            times.push(clock.now());
            return times.length <= 12 ? refusal("Throttling", "slow down") : fine();
        });
        await clock.until(api.send("DescribeSnapshots", {}));
        const pauses = times.slice(1).map((time, index) => time - times[index]!);
        for (const [index, pause] of pauses.entries()) {
            const longest = Math.min(500 * 2 ** index, 15_000);
            expect(pause).toBeGreaterThanOrEqual(longest / 2);
            expect(pause).toBeLessThanOrEqual(longest);
        }
    });

    test("a call times out after 2 minutes unless it has a deadline", async () => {
        const { describeAll, at } = connected(() => refusal("RequestLimitExceeded", "slow down", 503));
        const error = await failure(describeAll());
        expect(error).toMatchObject({ kind: "retryable", code: "RequestLimitExceeded" });
        expect(at()).toBeGreaterThan(100_000);
        expect(at()).toBeLessThanOrEqual(120_000);
    });

    test("what passes for one call alone is waited for in that call", async () => {
        const creating = failsFirst(3, () => refusal("IncorrectState", "the volume is creating"));
        const { wire, create } = connected(creating);
        await create({ idempotent: false, isRetryable: ({ code }) => code === "IncorrectState" });
        expect(wire.count("CreateSnapshot")).toBe(4);
        const other = connected(creating);
        expect(await failure(other.create())).toMatchObject({ kind: "rejected" });
        expect(other.wire.count("CreateSnapshot")).toBe(1);
    });
});

describe("answers that are lost", () => {
    const lostAnswers: [string, () => WireAnswer][] = [
        ["a connection that breaks", () => thrown(socketError("ECONNRESET"))],
        ["a time-out", () => thrown(Object.assign(new Error("timed out"), { name: "TimeoutError" }))],
        ["an error of the server", () => refusal("InternalError", "an internal error has occurred", 500)],
        ["an answer that is cut off", () => ({ body: "<CreateSnapshotResponse><snapsh" })],
        ["a page of a proxy", () => ({ status: 502, body: "<html/>" })],
    ];

    test.each(lostAnswers)("%s: what must not happen twice is not repeated", async (_what, lost) => {
        const { wire, create } = connected(failsFirst(1, lost));
        expect(await failure(create({ idempotent: false }))).toMatchObject({ kind: "indeterminate" });
        expect(wire.count("CreateSnapshot")).toBe(1);
    });

    test.each(lostAnswers)("%s: a read is repeated", async (_what, lost) => {
        const { wire, describeAll } = connected(failsFirst(1, lost));
        await describeAll();
        expect(wire.count("DescribeSnapshots")).toBe(2);
    });

    test("after the configured retries it is given up", async () => {
        for (const [config, requests] of [
            [{}, 5],
            [{ "aws:maxRetries": "2" }, 3],
            [{ "aws:maxRetries": "0" }, 1],
        ] as const) {
            const { wire, describeAll } = connected(() => thrown(socketError("ECONNRESET")), {
                ...baseConfig,
                ...config,
            });
            expect(await failure(describeAll())).toMatchObject({ kind: "indeterminate" });
            expect(wire.count("DescribeSnapshots")).toBe(requests);
        }
    });

    test("a host that is not reached has not acted: even a CreateSnapshot is repeated, up to the retries", async () => {
        const once = connected(failsFirst(1, () => thrown(socketError("ECONNREFUSED"))));
        await once.create({ idempotent: false });
        expect(once.wire.count("CreateSnapshot")).toBe(2);
        const never = connected(() => thrown(socketError("ENOTFOUND")), {
            ...baseConfig,
            "aws:maxRetries": "3",
        });
        expect(await failure(never.create({ idempotent: false }))).toMatchObject({ kind: "unreachable" });
        expect(never.wire.count("CreateSnapshot")).toBe(4);
    });
});

test.each([
    ["UnauthorizedOperation", "forbidden"],
    ["InvalidParameterValue", "rejected"],
    ["InvalidSnapshot.NotFound", "notFound"],
])("%s ends it at once", async (code, kind) => {
    const { wire, describeAll, at } = connected(() => refusal(code, "words"));
    expect(await failure(describeAll())).toMatchObject({ kind, code });
    expect(wire.count("DescribeSnapshots")).toBe(1);
    expect(at()).toBe(0);
});

test("a clock that is an hour slow is corrected by the answer of EC2, and the call is signed again", async () => {
    const ahead = new Date(Date.now() + 3_600_000);
    const skewed = () => ({ ...refusal("RequestExpired", "words"), headers: { date: ahead.toUTCString() } });
    const { wire, create } = connected(failsFirst(1, skewed));
    await create({ idempotent: false });
    const signed = wire.requests.map(({ headers }) => headers["x-amz-date"] ?? "");
    expect(signed).toHaveLength(2);
    expect(signed[1]?.slice(0, 11)).toBe(ahead.toISOString().replace(/[-:]/g, "").slice(0, 11));
});

test("expired credentials are read again, once", async () => {
    const renewed = connected(failsFirst(1, () => refusal("ExpiredToken", "words")));
    await renewed.describeAll();
    expect(renewed.wire.count("DescribeSnapshots")).toBe(2);
    const never = connected(() => refusal("ExpiredToken", "words"));
    expect(await failure(never.describeAll())).toMatchObject({ kind: "expired", code: "ExpiredToken" });
    expect(never.wire.count("DescribeSnapshots")).toBe(2);
    expect(never.at()).toBe(0);
});

test("a retryMode of the SDK adds no attempts of its own", async () => {
    for (const retryMode of ["standard", "adaptive"]) {
        const { wire, create } = connected(() => thrown(socketError("ECONNRESET")), {
            ...baseConfig,
            "aws:retryMode": retryMode,
        });
        await failure(create({ idempotent: false }));
        expect(wire.count("CreateSnapshot")).toBe(1);
    }
});

describe("endpoints", () => {
    const hostOf = async (config: Record<string, string>, region = "us-east-1") => {
        const { wire, describeAll } = connected(fine, { ...baseConfig, ...config }, { region });
        await describeAll();
        return wire.requests[0]!.host;
    };

    test.each([
        ["us-east-1", "ec2.us-east-1.amazonaws.com"],
        ["us-gov-west-1", "ec2.us-gov-west-1.amazonaws.com"],
        ["cn-north-1", "ec2.cn-north-1.amazonaws.com.cn"],
    ])("of region %s to %s", async (region, host) => {
        expect(await hostOf({}, region)).toBe(host);
    });

    test("FIPS and dual stack are other hosts", async () => {
        expect(await hostOf({ "aws:useFipsEndpoint": "true" })).toBe("ec2-fips.us-east-1.amazonaws.com");
        expect(await hostOf({ "aws:useDualstackEndpoint": "true" })).toBe("ec2.us-east-1.api.aws");
    });

    test("a configured endpoint is used for its service alone", async () => {
        const endpoints = { "aws:endpoints": '[{"ec2":"http://localhost:4566"}]' };
        expect(await hostOf(endpoints)).toBe("localhost:4566");
        const { api, clock, wire } = connected(() => whoever("123456789012"), {
            ...baseConfig,
            ...endpoints,
        });
        await clock.until(api.account());
        expect(wire.requests[0]!.host).toBe("sts.us-east-1.amazonaws.com");
        expect(api.identityUnknown).toBe(true);
    });

    test("aws:stsRegion is the region of GetCallerIdentity", async () => {
        const { api, clock, wire } = connected(() => whoever("123456789012"), {
            ...baseConfig,
            "aws:stsRegion": "eu-west-1",
        });
        expect(await clock.until(api.account())).toBe("123456789012");
        await clock.until(api.account());
        expect(wire.requests.map(({ host }) => host)).toEqual(["sts.eu-west-1.amazonaws.com"]);
    });
});

describe("who acts", () => {
    const { "aws:accessKey": _key, "aws:secretKey": _secret, ...keyless } = baseConfig;
    const withFiles = () => ({
        ...keyless,
        "aws:sharedConfigFiles": JSON.stringify([join(folder, "config")]),
        "aws:sharedCredentialsFiles": JSON.stringify([join(folder, "credentials")]),
    });
    const roleArn = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
    const keyOf = ({ headers }: WireRequest) =>
        /Credential=([^/]+)/.exec(headers["authorization"] ?? "")?.[1];
    /** STS gives keys that name the role; EC2 answers. */
    const assuming: Answering = ({ action, params }) => {
        if (!action.startsWith("AssumeRole")) return fine();
        const name = (params["RoleArn"] ?? "").split("/").pop() ?? "";
        const keys = `<AccessKeyId>KEY-${name}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`;
        const rest = "<Expiration>2099-01-01T00:00:00Z</Expiration>";
        return stsAnswer(action, `<Credentials>${keys}${rest}</Credentials>`);
    };
    const acting = async (config: Record<string, string>, credentials?: Credentials) => {
        const options = credentials === undefined ? {} : { credentials };
        const { wire, describeAll } = connected(assuming, config, options);
        await describeAll();
        return wire.requests;
    };

    test("keys given outright, with their token", async () => {
        const [request] = await acting({ ...baseConfig, "aws:token": "session" });
        expect(keyOf(request!)).toBe("AKIATEST123456789012");
        expect(request!.headers["x-amz-security-token"]).toBe("session");
    });

    test("one key without the other is refused, not passed over", async () => {
        const { describeAll } = connected(fine, { ...keyless, "aws:accessKey": "AKIA" });
        expect((await failure(describeAll())).message).toBe(
            "configuration aws:secretKey: accessKey and secretKey must be set together; secretKey is missing. " +
                "Run `pulumi config set --secret aws:secretKey <value>`. `pulumi destroy` and `pulumi refresh` use the " +
                "configuration of the last `pulumi up`: after a change, run them with `--run-program`, or run `pulumi up` first.",
        );
    });

    test("the profile of shared files, even if the environment contains keys", async () => {
        vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
        vi.stubEnv("AWS_SECRET_ACCESS_KEY", "s");
        // The SDK says that there are two; that the profile wins is what is meant.
        vi.spyOn(console, "warn").mockReturnValue();
        expect((await acting(withFiles())).map(keyOf)).toEqual(["AKIAENVIRONMENT"]);
        expect((await acting({ ...withFiles(), "aws:profile": "backup" })).map(keyOf)).toEqual([
            "AKIABACKUP",
        ]);
    });

    test("without anything else the default profile", async () => {
        expect((await acting(withFiles())).map(keyOf)).toEqual(["AKIADEFAULT"]);
    });

    test("roles one after another, each with the keys of the one before", async () => {
        const roles = [
            {
                roleArn: roleArn("first"),
                externalId: "e",
                duration: "1h30m",
                policyArns: ["arn:aws:iam::aws:policy/P"],
            },
            { roleArn: roleArn("second"), sessionName: "mine", tags: { a: "b" }, transitiveTagKeys: ["a"] },
        ];
        const requests = await acting({ ...baseConfig, "aws:assumeRoles": JSON.stringify(roles) });
        expect(requests.map(({ action }) => action)).toEqual([
            "AssumeRole",
            "AssumeRole",
            "DescribeSnapshots",
        ]);
        expect(requests.map(keyOf)).toEqual(["AKIATEST123456789012", "KEY-first", "KEY-second"]);
        expect(requests[0]!.params).toMatchObject({
            RoleArn: roleArn("first"),
            RoleSessionName: "pulumi-ebs-snapshots",
            ExternalId: "e",
            DurationSeconds: "5400",
            "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/P",
        });
        expect(requests[1]!.params).toMatchObject({
            RoleSessionName: "mine",
            "Tags.member.1.Key": "a",
            "TransitiveTagKeys.member.1": "a",
        });
        expect(requests[0]!.host).toBe("sts.us-east-1.amazonaws.com");
    });

    test("the older aws:assumeRole is a role too", async () => {
        const requests = await acting({
            ...baseConfig,
            "aws:assumeRole": JSON.stringify({ roleArn: roleArn("older") }),
        });
        expect(requests.map(keyOf)).toEqual(["AKIATEST123456789012", "KEY-older"]);
    });

    test("a web identity, from a file or given outright", async () => {
        const web = { roleArn: roleArn("web"), duration: "30m" };
        const key = "aws:assumeRoleWithWebIdentity";
        for (const [token, sent] of [
            [{ webIdentityTokenFile: join(folder, "token") }, "a-token-of-the-identity-provider"],
            [{ webIdentityToken: "outright" }, "outright"],
        ] as const) {
            const requests = await acting({ ...keyless, [key]: JSON.stringify({ ...web, ...token }) });
            expect(requests.map(({ action }) => action)).toEqual([
                "AssumeRoleWithWebIdentity",
                "DescribeSnapshots",
            ]);
            expect(requests[0]!.params).toMatchObject({ WebIdentityToken: sent, DurationSeconds: "1800" });
            expect(keyOf(requests[1]!)).toBe("KEY-web");
        }
        for (const lacking of [{ roleArn: roleArn("web") }, { webIdentityToken: "t" }]) {
            const { describeAll } = connected(fine, { ...keyless, [key]: JSON.stringify(lacking) });
            expect((await failure(describeAll())).message).toMatch(
                /^configuration aws:assumeRoleWithWebIdentity: /,
            );
        }
    });

    test("a resource's own profile acts alone, whatever is configured", async () => {
        const config = {
            ...withFiles(),
            ...baseConfig,
            "aws:assumeRoles": JSON.stringify([{ roleArn: roleArn("configured") }]),
        };
        expect((await acting(config, { profile: "backup" })).map(keyOf)).toEqual(["AKIABACKUP"]);
    });

    test("a resource's own roles replace the configured ones", async () => {
        const config = {
            ...baseConfig,
            "aws:assumeRoles": JSON.stringify([{ roleArn: roleArn("configured") }]),
        };
        const requests = await acting(config, { assumeRoles: [{ roleArn: roleArn("own") }] });
        expect(requests.map(keyOf)).toEqual(["AKIATEST123456789012", "KEY-own"]);
    });

    test("a role that cannot be assumed fails with the missing permission", async () => {
        const words =
            "User: arn:aws:iam::123456789012:user/me is not authorized to perform: sts:AssumeRole on resource: " +
            roleArn("x");
        const { wire, describeAll } = connected(() => stsRefusal("AccessDenied", words), {
            ...baseConfig,
            "aws:assumeRoles": JSON.stringify([{ roleArn: roleArn("x") }]),
        });
        const error = await failure(describeAll());
        expect(error.message).toBe(
            `AccessDenied: ${words}. The caller needs the IAM permission sts:AssumeRole. ` +
                `No credentials could be obtained from the role ${roleArn("x")}. Check the role's ARN and its trust policy.`,
        );
        expect(wire.requests.map(({ action }) => action)).toEqual(["AssumeRole"]);
    });

    test("a session's length that is none is refused", async () => {
        const roles = JSON.stringify([{ roleArn: roleArn("x"), duration: "an hour" }]);
        const { describeAll } = connected(assuming, { ...baseConfig, "aws:assumeRoles": roles });
        expect((await failure(describeAll())).message).toBe(
            'configuration aws:assumeRoles: duration is an hour, but must be such as "1h" or "30m"',
        );
    });
});

describe("accounts", () => {
    const answering: Answering = ({ action }) =>
        action === "GetCallerIdentity" ? whoever("001234567890") : fine();

    test.each([
        ["allowed", { "aws:allowedAccountIds": '["001234567890"]' }, undefined],
        ["not among the allowed", { "aws:allowedAccountIds": "[210987654321]" }, "which is not in the list"],
        ["forbidden", { "aws:forbiddenAccountIds": '["001234567890"]' }, "which is forbidden"],
        ["not among the forbidden", { "aws:forbiddenAccountIds": '["210987654321"]' }, undefined],
    ])("an account that is %s", async (_what, config, refused) => {
        const { wire, describeAll } = connected(answering, { ...baseConfig, ...config });
        if (refused === undefined) await describeAll();
        else {
            const { message } = await failure(describeAll());
            expect(message).toContain(`the credentials belong to account 001234567890, ${refused}`);
        }
        expect(wire.count("DescribeSnapshots")).toBe(refused === undefined ? 1 : 0);
    });

    test("without such a rule, the account is not read", async () => {
        const { wire, describeAll } = connected(answering);
        await describeAll();
        expect(wire.count("GetCallerIdentity")).toBe(0);
    });

    test("an account that cannot be read is an error", async () => {
        const { describeAll } = connected(() => stsRefusal("InvalidClientTokenId", "The token is invalid"), {
            ...baseConfig,
            "aws:allowedAccountIds": '["001234567890"]',
        });
        expect(await failure(describeAll())).toMatchObject({
            kind: "forbidden",
            action: "GetCallerIdentity",
        });
    });
});

describe("ids that EC2 has given out a moment ago", () => {
    const unknownYet = () => refusal("InvalidVolume.NotFound", "The volume 'vol-1' does not exist.");

    test("are eventually consistent: NotFound is retried for a minute if a call may name a new one", async () => {
        const { wire, create } = connected(failsFirst(6, unknownYet));
        await create({ idempotent: false, mayBeNew: true });
        expect(wire.count("CreateSnapshot")).toBe(7);
    });

    test("are not found after about a minute, and immediately if no id may be new", async () => {
        const { create, at } = connected(unknownYet);
        expect(await failure(create({ idempotent: false, mayBeNew: true }))).toMatchObject({
            kind: "notFound",
        });
        expect(at()).toBeGreaterThan(59_000);
        expect(at()).toBeLessThan(90_000);
        const other = connected(unknownYet);
        expect(await failure(other.create({ idempotent: false }))).toMatchObject({ kind: "notFound" });
        expect(other.wire.count("CreateSnapshot")).toBe(1);
    });

    test("are remembered for a minute, that of the volume of a snapshot not among them", async () => {
        const { api, clock, create } = connected(({ action }) =>
            answer(action, "<snapshotId>snap-1</snapshotId><volumeId>vol-1</volumeId>"),
        );
        await create({ requires: "SnapshotId" });
        expect([api.isNew("snap-1"), api.isNew("vol-1")]).toEqual([true, false]);
        await clock.pass(60_000);
        expect(api.isNew("snap-1")).toBe(false);
    });
});

describe("answers that are none", () => {
    const none: [string, () => WireAnswer][] = [
        ["an empty body", () => ({ body: "" })],
        ["a page", () => ({ body: "<html><body>Please sign in</body></html>" })],
        ["an answer to another action", () => answer("DescribeVolumes", "<volumeSet/>")],
    ];

    test.each(none)("%s is retried, even if no member is required", async (_what, body) => {
        const { api, clock, wire } = connected(failsFirst(1, body));
        await clock.until(api.send("DeleteSnapshot", { SnapshotId: "snap-1" }));
        expect(wire.count("DeleteSnapshot")).toBe(2);
    });

    test.each([...none, ["an answer without the id", () => answer("CreateSnapshot")] as const])(
        "%s may hide that something was made",
        async (_what, body) => {
            const { wire, create } = connected(body);
            const error = await failure(create({ idempotent: false, requires: "SnapshotId" }));
            expect(error).toMatchObject({ kind: "indeterminate" });
            expect(wire.count("CreateSnapshot")).toBe(1);
        },
    );

    test("an answer without its set is retried, and an empty set is an answer", async () => {
        const { wire, describeAll } = connected(({ action }, count) =>
            answer(action, count < 3 ? "" : "<snapshotSet/>"),
        );
        expect((await describeAll({ requires: "Snapshots" })).Snapshots).toEqual([]);
        expect(wire.count("DescribeSnapshots")).toBe(3);
        const never = connected(({ action }) => answer(action));
        expect(await failure(never.describeAll({ requires: "Snapshots" }))).toMatchObject({
            kind: "indeterminate",
            awsMessage: "the answer of DescribeSnapshots has no Snapshots",
        });
    });

    test("a paging token that comes twice ends a listing with an error", async () => {
        const { api, clock, wire } = connected(({ action }) =>
            answer(action, "<nextToken>again</nextToken><snapshotSet/>"),
        );
        const listing = clock.until(listAll(api, "DescribeSnapshots", {}, "Snapshots"));
        expect(await failure(listing)).toMatchObject({ code: "RepeatedPagingToken", kind: "indeterminate" });
        expect(wire.count("DescribeSnapshots")).toBe(2);
    });
});

test("no capacity is a refusal whatever its status: one call, EC2's words and what to choose", async () => {
    const words = "There is not enough capacity to fulfill your EBS volume provision request";
    const { api, clock, wire } = connected(() => refusal("InsufficientVolumeCapacity", words, 500));
    const error = await failure(clock.until(api.send("CreateVolume", { AvailabilityZone: "us-east-1a" })));
    expect(error).toMatchObject({ kind: "rejected" });
    expect(error.message).toBe(
        `InsufficientVolumeCapacity: ${words}. Choose another availability zone or volume type, or run again later.`,
    );
    expect(wire.count("CreateVolume")).toBe(1);
});

test("beforeChange runs before every attempt of a change, and before no read", async () => {
    const lost = failsFirst(2, () => thrown(socketError("ECONNREFUSED")));
    const { api, clock, wire, asked } = connected(lost);
    await clock.until(api.send("DescribeSnapshots", {}));
    expect(asked()).toBe(0);
    await clock.until(api.send("CreateSnapshot", { VolumeId: "vol-1" }, { idempotent: false }));
    expect([asked(), wire.count("CreateSnapshot")]).toEqual([3, 3]);
});

test("calls with the same key run one after another, in their order; others do not wait for them", async () => {
    const { api, clock, wire } = connected(({ action, params }, count) =>
        params["VolumeId"] === "vol-1" && count === 1 ? refusal("Throttling", "slow down") : answer(action),
    );
    const create = (VolumeId: string, Description: string) =>
        api.send("CreateSnapshot", { VolumeId, Description }, { serializeBy: VolumeId });
    await clock.until(Promise.all([create("vol-1", "a"), create("vol-1", "b"), create("vol-2", "c")]));
    const order = wire.requests.map(({ params }) => params["Description"]).join("");
    expect(order).toMatch(/^(ac|ca)ab$/);
});

test.each([
    ["who the caller is", "GetCallerIdentity"],
    ["the ARN of a key", "DescribeKey"],
    ["the policy of a key", "GetKeyPolicy"],
])("%s is asked for once where it is answered, and again where that failed", async (_what, action) => {
    const bodies: Record<string, WireAnswer> = {
        GetCallerIdentity: whoever("123456789012"),
        DescribeKey: { body: '{"KeyMetadata":{"Arn":"arn:key","KeyId":"1"}}' },
        GetKeyPolicy: { body: '{"Policy":"{}"}' },
    };
    const { api, clock, wire } = connected((_request, count) =>
        count === 1 ? { status: 400, body: '{"__type":"AccessDeniedException"}' } : bodies[action]!,
    );
    const asks: Record<string, () => Promise<string>> = {
        GetCallerIdentity: () => api.account(),
        DescribeKey: () => api.keyArn("alias/a"),
        GetKeyPolicy: () => api.keyPolicy("alias/a"),
    };
    const ask = () => clock.until(asks[action]!());
    await failure(ask());
    await ask();
    await ask();
    expect(wire.count(action)).toBe(2);
});

function thrown(error: Error): never {
    throw error;
}
