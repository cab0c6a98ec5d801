import { describe, expect, test } from "vitest";
import { connected, failure, fine, isolateEnvironment, whoever } from "./stub-client";
import { baseConfig } from "../host";
import { stsRefusal, type Answering } from "../wire";

isolateEnvironment();

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

    test("FIPS and dual stack use other hosts", async () => {
        expect(await hostOf({ "aws:useFipsEndpoint": "true" })).toBe("ec2-fips.us-east-1.amazonaws.com");
        expect(await hostOf({ "aws:useDualstackEndpoint": "true" })).toBe("ec2.us-east-1.api.aws");
    });

    test("a configured endpoint is used for its service only", async () => {
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

    test("aws:stsRegion sets the region of GetCallerIdentity", async () => {
        const { api, clock, wire } = connected(() => whoever("123456789012"), {
            ...baseConfig,
            "aws:stsRegion": "eu-west-1",
        });
        expect(await clock.until(api.account())).toBe("123456789012");
        await clock.until(api.account());
        expect(wire.requests.map(({ host }) => host)).toEqual(["sts.eu-west-1.amazonaws.com"]);
    });
});

describe("accounts", () => {
    const answering: Answering = ({ action }) =>
        action === "GetCallerIdentity" ? whoever("001234567890") : fine();

    test.each([
        ["allowed", { "aws:allowedAccountIds": '["001234567890"]' }, undefined],
        [
            "not in allowedAccountIds",
            { "aws:allowedAccountIds": "[210987654321]" },
            "which is not in the list",
        ],
        ["forbidden", { "aws:forbiddenAccountIds": '["001234567890"]' }, "which is forbidden"],
        ["not in forbiddenAccountIds", { "aws:forbiddenAccountIds": '["210987654321"]' }, undefined],
    ])("an account that is %s", async (_what, config, refused) => {
        const { api, clock, wire, describeAll } = connected(answering, { ...baseConfig, ...config });
        if (refused === undefined) await describeAll();
        else {
            // A preview verifies the credentials, and may make no other call.
            expect((await failure(clock.until(api.verifyCredentials()))).message).toContain(refused);
            const { message } = await failure(describeAll());
            expect(message).toContain(`the credentials belong to account 001234567890, ${refused}`);
            expect(message).toContain(
                "`pulumi destroy` and `pulumi refresh` use the configuration of the last `pulumi up`: " +
                    "after a change, run them with `--run-program`, or run `pulumi up` first.",
            );
        }
        expect(wire.count("DescribeSnapshots")).toBe(refused === undefined ? 1 : 0);
    });

    test("without account rules, the account is not read", async () => {
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
