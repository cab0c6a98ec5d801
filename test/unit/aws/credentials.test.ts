import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { connect } from "../../../provider/aws/client";
import { sourceOf } from "../../../provider/aws/credential-source";
import { expandPath, completeConfig } from "../../../provider/aws/environment";
import { readConfiguration } from "../../../schema/configuration";
import { HandClock } from "../clock";
import { answer, stsAnswer, stsRefusal, Wire, type Answering } from "../wire";

const folder = mkdtempSync(join(tmpdir(), "ebs-credentials-"));
writeFileSync(
    join(folder, "config"),
    [
        "[default]",
        "region = us-east-1",
        "[profile sso]",
        "sso_start_url = https://example.awsapps.com/start",
        "sso_region = eu-west-1",
        "sso_account_id = 123456789012",
        "sso_role_name = Reader",
        "[profile process]",
        "credential_process = exit 3",
        "[profile half]",
        "aws_access_key_id = AKIAHALF",
        "[profile empty]",
        "region = us-east-1",
        "[profile chain]",
        "role_arn = arn:aws:iam::123456789012:role/chained",
        "source_profile = prod",
        "region = eu-central-1",
    ].join("\n"),
);
const entry = (name: string) => `[${name}]\naws_access_key_id = KEY-${name}\naws_secret_access_key = s\n`;
writeFileSync(join(folder, "credentials"), ["default", "prod", "other"].map(entry).join("\n"));
writeFileSync(join(folder, "token"), "a-token");

afterAll(() => {
    rmSync(folder, { recursive: true });
});

beforeEach(() => {
    for (const name of Object.keys(process.env).filter((key) => key.startsWith("AWS_")))
        vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_CONFIG_FILE", join(folder, "config"));
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(folder, "credentials"));
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    return () => vi.unstubAllEnvs();
});

const read = (config: Record<string, string>) => readConfiguration((key) => config[key]).aws;

/** Returns keys that contain the role or the token from STS, and a valid response to other calls. */
const assuming: Answering = ({ action, params }) => {
    if (!action.startsWith("AssumeRole")) return answer(action, "<snapshotSet/>");
    const role = (params["RoleArn"] ?? "").split("/").pop() ?? "";
    const keys = `<AccessKeyId>KEY-${role}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`;
    return stsAnswer(
        action,
        `<Credentials>${keys}<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`,
    );
};

function connected(config: Record<string, string>, answering: Answering = assuming) {
    const wire = new Wire(answering);
    const clock = new HandClock();
    const api = connect(
        read(config),
        { region: "us-east-1", credentials: undefined },
        { clock, requestHandler: wire.requestHandler },
    );
    return { wire, clock, api };
}

async function signer(config: Record<string, string> = {}): Promise<string | undefined> {
    const { wire, api } = connected(config);
    await api.send("DescribeSnapshots", {});
    return /Credential=([^/]+)/.exec(wire.requests.at(-1)?.headers["authorization"] ?? "")?.[1];
}

const keys = { AWS_ACCESS_KEY_ID: "KEY-environment", AWS_SECRET_ACCESS_KEY: "s" };
const older = { AWS_ACCESS_KEY: "KEY-older", AWS_SECRET_KEY: "s" };
const web = {
    AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, "token"),
    AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/web",
};

describe("the credentials that sign, in the order of the aws provider", () => {
    test.each<[string, Record<string, string>, Record<string, string>, string]>([
        ["AWS_PROFILE and keys: the keys", { AWS_PROFILE: "prod", ...keys }, {}, "KEY-environment"],
        ["AWS_DEFAULT_PROFILE: that profile", { AWS_DEFAULT_PROFILE: "prod" }, {}, "KEY-prod"],
        ["AWS_ACCESS_KEY and AWS_SECRET_KEY: these keys", older, {}, "KEY-older"],
        ["a web identity and a default profile: the web identity", web, {}, "KEY-web"],
        [
            "AWS_PROFILE before AWS_DEFAULT_PROFILE",
            { AWS_PROFILE: "prod", AWS_DEFAULT_PROFILE: "other" },
            {},
            "KEY-prod",
        ],
        ["AWS_ACCESS_KEY_ID before AWS_ACCESS_KEY", { ...older, ...keys }, {}, "KEY-environment"],
        ["a web identity before AWS_PROFILE", { ...web, AWS_PROFILE: "prod" }, {}, "KEY-web"],
        ["keys before a web identity", { ...web, ...keys }, {}, "KEY-environment"],
        ["nothing: the default profile", {}, {}, "KEY-default"],
        ["aws:profile before keys in the environment", keys, { "aws:profile": "prod" }, "KEY-prod"],
        ["aws:profile before AWS_PROFILE", { AWS_PROFILE: "other" }, { "aws:profile": "prod" }, "KEY-prod"],
        [
            "aws:accessKey before aws:profile",
            keys,
            { "aws:accessKey": "KEY-configured", "aws:secretKey": "s", "aws:profile": "prod" },
            "KEY-configured",
        ],
        ["a role of a profile", { AWS_PROFILE: "chain" }, {}, "KEY-chained"],
        [
            "aws:assumeRoleWithWebIdentity, with the token file of the environment",
            { AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, "token") },
            { "aws:assumeRoleWithWebIdentity": '{"roleArn":"arn:aws:iam::123456789012:role/configured"}' },
            "KEY-configured",
        ],
    ])("%s", async (_row, environment, config, expected) => {
        for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
        expect(await signer(config)).toBe(expected);
    });

    test("a container role comes after the default profile, an instance role last", () => {
        const source = (env: Record<string, string>) => sourceOf(read({}), env);
        expect(source({ AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1/" })).toMatchObject({
            from: "profile",
        });
        expect(source({})).toEqual({ from: "profile", named: { name: "default" } });
    });

    test("the role of a profile is assumed at aws:stsRegion, not in the profile's region", async () => {
        vi.stubEnv("AWS_PROFILE", "chain");
        const { wire, api } = connected({ "aws:stsRegion": "us-west-2" });
        await api.send("DescribeSnapshots", {});
        expect(wire.requests[0]).toMatchObject({ action: "AssumeRole", host: "sts.us-west-2.amazonaws.com" });
    });
});

describe("missing credentials are an error with the configuration key and the command", () => {
    test.each<[string, Record<string, string>, Record<string, string>, string]>([
        [
            "an incomplete key pair in the environment",
            { AWS_ACCESS_KEY_ID: "A" },
            {},
            "configuration AWS_SECRET_ACCESS_KEY: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set together; " +
                "AWS_SECRET_ACCESS_KEY is missing. Set AWS_SECRET_ACCESS_KEY too, or unset AWS_ACCESS_KEY_ID.",
        ],
        [
            "an incomplete key pair in a profile",
            { AWS_PROFILE: "half" },
            {},
            "configuration profile half: aws_secret_access_key is missing. Run `aws configure --profile half`.",
        ],
        [
            "a token without keys",
            {},
            { "aws:token": "t" },
            "configuration aws:token: requires accessKey and secretKey",
        ],
        [
            "no credentials",
            { AWS_PROFILE: "empty" },
            {},
            "configuration AWS_PROFILE: no AWS credentials were found in the configuration, the environment, " +
                'the profile "empty", a container role or an instance role. Run `aws configure` or `aws sso login`',
        ],
        [
            "an SSO session without a login",
            {},
            { "aws:profile": "sso" },
            'No credentials could be obtained from the profile "sso" (aws:profile). Run `aws sso login --profile sso`. ' +
                "`pulumi destroy` and `pulumi refresh` use the configuration of the last `pulumi up`",
        ],
        [
            "a failed credential process, without fallback to the instance role",
            { AWS_PROFILE: "process" },
            {},
            'No credentials could be obtained from the profile "process" (AWS_PROFILE).',
        ],
        [
            "an unknown profile",
            { AWS_PROFILE: "gone" },
            {},
            'configuration AWS_PROFILE: there is no profile "gone" in',
        ],
        [
            "a web identity without a role",
            { AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, "token") },
            {},
            "configuration AWS_WEB_IDENTITY_TOKEN_FILE: roleArn is required",
        ],
    ])("%s", async (_row, environment, config, message) => {
        for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
        const { api } = connected(config);
        await expect(api.verifyCredentials()).rejects.toThrow(message);
    });

    test("rejected credentials fail with their source after one call", async () => {
        const refusing = () => stsRefusal("InvalidClientTokenId", "The security token is invalid.");
        const { wire, api } = connected({ "aws:profile": "prod" }, refusing);
        const message =
            'AWS refused the credentials of the profile "prod" (aws:profile). Run `aws configure --profile prod`.';
        await expect(api.verifyCredentials()).rejects.toThrow(message);
        await expect(api.verifyCredentials()).rejects.toThrow(message);
        expect(wire.count("GetCallerIdentity")).toBe(1);
    });

    test("the validation reads the account, which is not read again", async () => {
        const { wire, api } = connected({}, () =>
            stsAnswer("GetCallerIdentity", "<Account>123456789012</Account>"),
        );
        await api.verifyCredentials();
        await expect(api.account()).resolves.toBe("123456789012");
        expect(wire.count("GetCallerIdentity")).toBe(1);
    });

    test("an untrusted server fails immediately, and the message contains the keys for its CA", async () => {
        const throwing = () => {
            throw Object.assign(new Error("self-signed certificate"), {
                code: "DEPTH_ZERO_SELF_SIGNED_CERT",
            });
        };
        const { wire, api } = connected({}, throwing);
        await expect(api.verifyCredentials()).rejects.toThrow(
            /^DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate\. .* aws:customCaBundle <file>`, or AWS_CA_BUNDLE\.$/,
        );
        expect(wire.count("GetCallerIdentity")).toBe(1);
    });

    test("validation is skipped if STS is unreachable or the configuration disables it", async () => {
        const throwing = () => {
            throw Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
        };
        await connected({}, throwing).api.verifyCredentials();
        const skipped = connected({ "aws:skipCredentialsValidation": "true" }, throwing);
        await skipped.api.verifyCredentials();
        expect(skipped.wire.requests).toEqual([]);
    });
});

describe("settings of the environment and the profile", () => {
    const profile = { name: "p", entry: {}, services: {} };

    test("FIPS, dual stack and CA: configuration, then environment, then profile", () => {
        const entry = { use_fips_endpoint: "true", use_dualstack_endpoint: "true", ca_bundle: "/p.pem" };
        const withEntry = { ...profile, entry };
        expect(completeConfig(read({}), withEntry, {})).toMatchObject({
            useFipsEndpoint: true,
            useDualstackEndpoint: true,
            customCaBundle: "/p.pem",
            caBundleKey: "ca_bundle of the profile p",
        });
        const env = {
            AWS_USE_FIPS_ENDPOINT: "false",
            AWS_USE_DUALSTACK_ENDPOINT: "FALSE",
            AWS_CA_BUNDLE: "/e.pem",
        };
        expect(completeConfig(read({}), withEntry, env)).toMatchObject({
            useFipsEndpoint: false,
            useDualstackEndpoint: false,
            customCaBundle: "/e.pem",
            caBundleKey: "AWS_CA_BUNDLE",
        });
        const config = {
            "aws:useFipsEndpoint": "true",
            "aws:useDualstackEndpoint": "true",
            "aws:customCaBundle": "/c.pem",
        };
        expect(completeConfig(read(config), withEntry, env)).toMatchObject({
            useFipsEndpoint: true,
            useDualstackEndpoint: true,
            customCaBundle: "/c.pem",
            caBundleKey: "aws:customCaBundle",
        });
    });

    test("endpoints: aws:endpoints, AWS_ENDPOINT_URL_EC2, AWS_ENDPOINT_URL, services, endpoint_url", () => {
        const ec2 = (env: Record<string, string>, config = {}, more = {}) =>
            completeConfig(read(config), { ...profile, ...more }, env).endpoints.ec2;
        const all = { AWS_ENDPOINT_URL_EC2: "http://one", AWS_ENDPOINT_URL: "http://all" };
        const more = {
            entry: { endpoint_url: "http://entry" },
            services: { "ec2.endpoint_url": "http://service" },
        };
        expect(ec2(all, { "aws:endpoints": '[{"ec2":"http://configured"}]' }, more)).toBe(
            "http://configured",
        );
        expect(ec2(all, {}, more)).toBe("http://one");
        expect(ec2({ AWS_ENDPOINT_URL: "http://all" }, {}, more)).toBe("http://all");
        expect(ec2({}, {}, more)).toBe("http://service");
        expect(ec2({}, {}, { entry: more.entry })).toBe("http://entry");
        expect(ec2({ ...all, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }, {}, more)).toBeUndefined();
    });

    test.each([
        ["~/.aws/config", "/home/me/.aws/config"],
        ["~", "/home/me"],
        ["$HOME/x", "/home/me/x"],
        ["${HOME}/${STAGE}.pem", "/home/me/test.pem"],
        ["/a/~/b", "/a/~/b"],
        ["~other/x", "~other/x"],
        ["/plain", "/plain"],
    ])("the path %s resolves to %s", (path, expanded) => {
        expect(expandPath(path, { HOME: "/home/me", STAGE: "test" })).toBe(expanded);
    });
});
