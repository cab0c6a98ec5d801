import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { readConfiguration } from "../../../schema/configuration";
import { configuredRegion, requireRegion, snapshotArn } from "../../../provider/aws/region";

let folder: string;
let files: Record<string, string>;

beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ebs-region-"));
    await writeFile(
        join(folder, "config"),
        "[default]\nregion = eu-central-1\n[profile backup]\nregion = eu-west-1\n[profile none]\noutput = json\n",
    );
    await writeFile(join(folder, "credentials"), "[old]\nregion = ap-south-1\n");
    files = {
        "aws:sharedConfigFiles": JSON.stringify([join(folder, "config")]),
        "aws:sharedCredentialsFiles": JSON.stringify([join(folder, "credentials")]),
    };
});

afterAll(() => rm(folder, { recursive: true }));

beforeEach(() => {
    for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
        vi.stubEnv(name, undefined);
});

afterEach(() => vi.unstubAllEnvs());

const regionOf = (config: Record<string, string> = {}, profile?: string) =>
    configuredRegion(
        readConfiguration((key) => ({ ...files, ...config })[key]).aws,
        profile === undefined ? undefined : { profile },
    );

test("aws:region comes first, then the environment, then the profile", async () => {
    vi.stubEnv("AWS_REGION", "us-west-2");
    vi.stubEnv("AWS_DEFAULT_REGION", "us-west-1");
    expect(await regionOf({ "aws:region": "us-east-2", "aws:profile": "backup" })).toBe("us-east-2");
    expect(await regionOf({ "aws:profile": "backup" })).toBe("us-west-2");
    vi.stubEnv("AWS_REGION", "");
    expect(await regionOf({ "aws:profile": "backup" })).toBe("us-west-1");
    vi.stubEnv("AWS_DEFAULT_REGION", "");
    expect(await regionOf({ "aws:profile": "backup" })).toBe("eu-west-1");
});

test("the profile is that of the resource, the configuration, the environment, or the default, in this order", async () => {
    vi.stubEnv("AWS_PROFILE", "backup");
    expect(await regionOf({ "aws:profile": "backup" }, "old")).toBe("ap-south-1");
    expect(await regionOf({ "aws:profile": "old" })).toBe("ap-south-1");
    expect(await regionOf()).toBe("eu-west-1");
    vi.stubEnv("AWS_PROFILE", "");
    expect(await regionOf()).toBe("eu-central-1");
});

test("the region is undefined without any setting", async () => {
    expect(await regionOf({ "aws:profile": "none" })).toBeUndefined();
    expect(await regionOf({ "aws:sharedConfigFiles": '["/nonexistent/config"]' })).toBeUndefined();
});

test("an unknown profile is an error with its name, its source, the files and the command", async () => {
    const config = join(folder, "config");
    const credentials = join(folder, "credentials");
    await expect(regionOf({ "aws:profile": "unheard-of" })).rejects.toThrow(
        `configuration aws:profile: there is no profile "unheard-of" in ${config} or ${credentials}. Create it with ` +
            "`aws configure --profile unheard-of` or `aws configure sso --profile unheard-of`, or name another one. " +
            "`pulumi destroy` and `pulumi refresh` use the configuration of the last `pulumi up`",
    );
    await expect(regionOf({}, "other")).rejects.toThrow(
        "configuration credentials.profile: there is no profile",
    );
    vi.stubEnv("AWS_DEFAULT_PROFILE", "gone");
    await expect(regionOf()).rejects.toThrow('configuration AWS_DEFAULT_PROFILE: there is no profile "gone"');
});

describe("a region that does not exist", () => {
    const require = (region: string, config: Record<string, string> = {}) =>
        requireRegion(region, readConfiguration((key) => config[key]).aws, "aws:region");
    const emulator = { "aws:endpoints": '[{"ec2":"http://127.0.0.1:1"}]' };

    test.each(["us-east-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1"])(
        "%s exists",
        async (region) => {
            await expect(require(region)).resolves.toBeUndefined();
        },
    );

    test("is rejected with the configuration key and the option for emulators", async () => {
        await expect(require("us-esat-1", emulator)).rejects.toThrow(
            "configuration aws:region: there is no AWS region us-esat-1. Check the spelling",
        );
        const skip = { ...emulator, "aws:skipRegionValidation": "true" };
        await expect(require("us-esat-1", skip)).resolves.toBeUndefined();
    });
});

test.each([
    ["us-east-1", "aws"],
    ["eu-west-1", "aws"],
    ["us-gov-west-1", "aws-us-gov"],
    ["cn-north-1", "aws-cn"],
    ["us-iso-east-1", "aws-iso"],
])("an ARN in %s has the partition %s", async (region, partition) => {
    expect(await snapshotArn(region, "snap-1")).toBe(`arn:${partition}:ec2:${region}::snapshot/snap-1`);
});
