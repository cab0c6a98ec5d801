import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Credentials } from "../../../schema/credentials";
import { connected, failure, fine, isolateEnvironment } from "./stub-client";
import { baseConfig } from "../host";
import { stsAnswer, stsRefusal, type Answering, type WireRequest } from "../wire";

let folder: string;

isolateEnvironment();

beforeAll(async () => {
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

describe("the caller's credentials", () => {
    const { "aws:accessKey": _key, "aws:secretKey": _secret, ...keyless } = baseConfig;
    const withFiles = () => ({
        ...keyless,
        "aws:sharedConfigFiles": JSON.stringify([join(folder, "config")]),
        "aws:sharedCredentialsFiles": JSON.stringify([join(folder, "credentials")]),
    });
    const roleArn = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
    const keyOf = ({ headers }: WireRequest) =>
        /Credential=([^/]+)/.exec(headers["authorization"] ?? "")?.[1];
    /** Returns keys that contain the role from STS, and a valid response from EC2. */
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

    test("are explicit keys with their token", async () => {
        const [request] = await acting({ ...baseConfig, "aws:token": "session" });
        expect(keyOf(request!)).toBe("AKIATEST123456789012");
        expect(request!.headers["x-amz-security-token"]).toBe("session");
    });

    test("reject an incomplete key pair instead of ignoring it", async () => {
        const { describeAll } = connected(fine, { ...keyless, "aws:accessKey": "AKIA" });
        expect((await failure(describeAll())).message).toBe(
            "configuration aws:secretKey: accessKey and secretKey must be set together; secretKey is missing. " +
                "Run `pulumi config set --secret aws:secretKey <value>`. `pulumi destroy` and `pulumi refresh` use the " +
                "configuration of the last `pulumi up`: after a change, run them with `--run-program`, or run `pulumi up` first.",
        );
    });

    test("are those of the configured profile, even if the environment contains keys", async () => {
        vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
        vi.stubEnv("AWS_SECRET_ACCESS_KEY", "s");
        // The SDK warns of two sources; the profile takes precedence intentionally.
        vi.spyOn(console, "warn").mockReturnValue();
        expect((await acting(withFiles())).map(keyOf)).toEqual(["AKIAENVIRONMENT"]);
        expect((await acting({ ...withFiles(), "aws:profile": "backup" })).map(keyOf)).toEqual([
            "AKIABACKUP",
        ]);
    });

    test("are those of the default profile if nothing else is set", async () => {
        expect((await acting(withFiles())).map(keyOf)).toEqual(["AKIADEFAULT"]);
    });

    test("assume a chain of roles, each with the keys of the previous one", async () => {
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

    test("assume the role of the older aws:assumeRole", async () => {
        const requests = await acting({
            ...baseConfig,
            "aws:assumeRole": JSON.stringify({ roleArn: roleArn("older") }),
        });
        expect(requests.map(keyOf)).toEqual(["AKIATEST123456789012", "KEY-older"]);
    });

    test("use a web identity, from a file or an explicit token", async () => {
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

    test("are those of the resource's profile alone, independently of the configuration", async () => {
        const config = {
            ...withFiles(),
            ...baseConfig,
            "aws:assumeRoles": JSON.stringify([{ roleArn: roleArn("configured") }]),
        };
        expect((await acting(config, { profile: "backup" })).map(keyOf)).toEqual(["AKIABACKUP"]);
    });

    test("use the resource's roles instead of the configured ones", async () => {
        const config = {
            ...baseConfig,
            "aws:assumeRoles": JSON.stringify([{ roleArn: roleArn("configured") }]),
        };
        const requests = await acting(config, { assumeRoles: [{ roleArn: roleArn("own") }] });
        expect(requests.map(keyOf)).toEqual(["AKIATEST123456789012", "KEY-own"]);
    });

    test("fail with the missing permission if a role cannot be assumed", async () => {
        const message =
            "User: arn:aws:iam::123456789012:user/me is not authorized to perform: sts:AssumeRole on resource: " +
            roleArn("x");
        const { wire, describeAll } = connected(() => stsRefusal("AccessDenied", message), {
            ...baseConfig,
            "aws:assumeRoles": JSON.stringify([{ roleArn: roleArn("x") }]),
        });
        const error = await failure(describeAll());
        expect(error.message).toBe(
            `AccessDenied: ${message}. The caller needs the IAM permission sts:AssumeRole. ` +
                `No credentials could be obtained from the role ${roleArn("x")}. Check the role's ARN and its trust policy.`,
        );
        expect(wire.requests.map(({ action }) => action)).toEqual(["AssumeRole"]);
    });

    test("reject an invalid session duration", async () => {
        const roles = JSON.stringify([{ roleArn: roleArn("x"), duration: "an hour" }]);
        const { describeAll } = connected(assuming, { ...baseConfig, "aws:assumeRoles": roles });
        expect((await failure(describeAll())).message).toBe(
            'configuration aws:assumeRoles: duration is an hour, but must be such as "1h" or "30m"',
        );
    });
});
