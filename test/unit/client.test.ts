import { CreateSnapshotCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { connect, type Patience } from "../../provider/ec2/client";
import { readConfiguration, type Credentials } from "../../provider/ec2/config";
import type { Ec2Error } from "../../provider/ec2/errors";
import { HandClock } from "./clock";
import { baseConfig } from "./host";
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
} from "./wire";

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

// What the machine that runs the tests has of its own must not count.
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
    const api = connect(aws, region, credentials, { clock, requestHandler: wire.requestHandler });
    const describeAll = (patience?: Patience) =>
        clock.until(
            api.call("DescribeSnapshots", (ec2) => ec2.send(new DescribeSnapshotsCommand({})), patience),
        );
    const create = (patience?: Patience) =>
        clock.until(
            api.call(
                "CreateSnapshot",
                (ec2) => ec2.send(new CreateSnapshotCommand({ VolumeId: "vol-1" })),
                patience,
            ),
        );
    return { api, clock, wire, describeAll, create, at: () => clock.now() - began };
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
            repeatable: false,
            delayed: (error) => told.push(error.code),
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
        const asking = api.call("DescribeSnapshots", (ec2) => ec2.send(new DescribeSnapshotsCommand({})));
        await clock.until(asking);
        const pauses = times.slice(1).map((time, index) => time - times[index]!);
        for (const [index, pause] of pauses.entries()) {
            const longest = Math.min(500 * 2 ** index, 15_000);
            expect(pause).toBeGreaterThanOrEqual(longest / 2);
            expect(pause).toBeLessThanOrEqual(longest);
        }
    });

    test("patience ends: 2 minutes unless said otherwise", async () => {
        const { describeAll, at } = connected(() => refusal("RequestLimitExceeded", "slow down", 503));
        const error = await failure(describeAll());
        expect(error).toMatchObject({ nature: "passing", code: "RequestLimitExceeded" });
        expect(at()).toBeGreaterThan(100_000);
        expect(at()).toBeLessThanOrEqual(120_000);
    });

    test("what passes for one call alone is waited for in that call", async () => {
        const creating = failsFirst(3, () => refusal("IncorrectState", "the volume is creating"));
        const { wire, create } = connected(creating);
        await create({ repeatable: false, passes: ({ code }) => code === "IncorrectState" });
        expect(wire.count("CreateSnapshot")).toBe(4);
        const other = connected(creating);
        expect(await failure(other.create())).toMatchObject({ nature: "refused" });
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
        expect(await failure(create({ repeatable: false }))).toMatchObject({ nature: "lost" });
        expect(wire.count("CreateSnapshot")).toBe(1);
    });

    test.each(lostAnswers)("%s: a question is asked again", async (_what, lost) => {
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
            expect(await failure(describeAll())).toMatchObject({ nature: "lost" });
            expect(wire.count("DescribeSnapshots")).toBe(requests);
        }
    });

    test("a host that is not reached has not acted: even a CreateSnapshot is repeated, up to the retries", async () => {
        const once = connected(failsFirst(1, () => thrown(socketError("ECONNREFUSED"))));
        await once.create({ repeatable: false });
        expect(once.wire.count("CreateSnapshot")).toBe(2);
        const never = connected(() => thrown(socketError("ENOTFOUND")), {
            ...baseConfig,
            "aws:maxRetries": "3",
        });
        expect(await failure(never.create({ repeatable: false }))).toMatchObject({ nature: "unreachable" });
        expect(never.wire.count("CreateSnapshot")).toBe(4);
    });
});

test.each([
    ["UnauthorizedOperation", "forbidden"],
    ["InvalidParameterValue", "refused"],
    ["InvalidSnapshot.NotFound", "gone"],
])("%s ends it at once", async (code, nature) => {
    const { wire, describeAll, at } = connected(() => refusal(code, "words"));
    expect(await failure(describeAll())).toMatchObject({ nature, code });
    expect(wire.count("DescribeSnapshots")).toBe(1);
    expect(at()).toBe(0);
});

test("a clock that is an hour slow is corrected by what EC2 says, and the call is signed anew", async () => {
    const ahead = new Date(Date.now() + 3_600_000);
    const skewed = () => ({ ...refusal("RequestExpired", "words"), headers: { date: ahead.toUTCString() } });
    const { wire, create } = connected(failsFirst(1, skewed));
    await create({ repeatable: false });
    const signed = wire.requests.map(({ headers }) => headers["x-amz-date"] ?? "");
    expect(signed).toHaveLength(2);
    expect(signed[1]?.slice(0, 11)).toBe(ahead.toISOString().replace(/[-:]/g, "").slice(0, 11));
});

test("expired credentials are read anew, once", async () => {
    const renewed = connected(failsFirst(1, () => refusal("ExpiredToken", "words")));
    await renewed.describeAll();
    expect(renewed.wire.count("DescribeSnapshots")).toBe(2);
    const never = connected(() => refusal("ExpiredToken", "words"));
    expect(await failure(never.describeAll())).toMatchObject({ nature: "expired", code: "ExpiredToken" });
    expect(never.wire.count("DescribeSnapshots")).toBe(2);
    expect(never.at()).toBe(0);
});

test("a retryMode of the SDK adds no attempts of its own", async () => {
    for (const retryMode of ["standard", "adaptive"]) {
        const { wire, create } = connected(() => thrown(socketError("ECONNRESET")), {
            ...baseConfig,
            "aws:retryMode": retryMode,
        });
        await failure(create({ repeatable: false }));
        expect(wire.count("CreateSnapshot")).toBe(1);
    }
});

describe("where requests go", () => {
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

    test("aws:stsRegion is where the caller is asked for", async () => {
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
            "configuration aws:accessKey: accessKey and secretKey go together; one of them is missing",
        );
    });

    test("the profile of shared files, also where the environment holds keys", async () => {
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

    test("a resource's own roles stand in place of the configured ones", async () => {
        const config = {
            ...baseConfig,
            "aws:assumeRoles": JSON.stringify([{ roleArn: roleArn("configured") }]),
        };
        const requests = await acting(config, { assumeRoles: [{ roleArn: roleArn("own") }] });
        expect(requests.map(keyOf)).toEqual(["AKIATEST123456789012", "KEY-own"]);
    });

    test("a role that cannot be assumed says which permission is missing", async () => {
        const words =
            "User: arn:aws:iam::123456789012:user/me is not authorized to perform: sts:AssumeRole on resource: " +
            roleArn("x");
        const { wire, describeAll } = connected(() => stsRefusal("AccessDenied", words), {
            ...baseConfig,
            "aws:assumeRoles": JSON.stringify([{ roleArn: roleArn("x") }]),
        });
        const error = await failure(describeAll());
        expect(error.message).toBe(
            `AccessDenied: ${words} The caller needs the IAM permission sts:AssumeRole.`,
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
        ["allowed", { "aws:allowedAccountIds": "[1234567890]" }, undefined],
        ["not among the allowed", { "aws:allowedAccountIds": "[210987654321]" }, "not allowed here"],
        ["forbidden", { "aws:forbiddenAccountIds": "[1234567890]" }, "forbidden here"],
        ["not among the forbidden", { "aws:forbiddenAccountIds": '["210987654321"]' }, undefined],
    ])("an account that is %s", async (_what, config, refused) => {
        const { wire, describeAll } = connected(answering, { ...baseConfig, ...config });
        if (refused === undefined) await describeAll();
        else {
            const { message } = await failure(describeAll());
            expect(message).toContain(`the credentials are of account 001234567890, ${refused}`);
        }
        expect(wire.count("DescribeSnapshots")).toBe(refused === undefined ? 1 : 0);
    });

    test("without such a rule nobody asks who the caller is", async () => {
        const { wire, describeAll } = connected(answering);
        await describeAll();
        expect(wire.count("GetCallerIdentity")).toBe(0);
    });

    test("one who may not even ask is told so", async () => {
        const { describeAll } = connected(() => stsRefusal("InvalidClientTokenId", "The token is invalid"), {
            ...baseConfig,
            "aws:allowedAccountIds": "[1234567890]",
        });
        expect(await failure(describeAll())).toMatchObject({
            nature: "forbidden",
            action: "GetCallerIdentity",
        });
    });
});

function thrown(error: Error): never {
    throw error;
}
