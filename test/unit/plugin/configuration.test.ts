/**
 * Tests the configuration of a provider instance, which has its own names and accepts objects and JSON text.
 *
 * @module
 */
import { afterEach, expect, test, vi } from "vitest";
import {
    configurationReader,
    stackConfiguration,
    withPluginKeys,
} from "../../../provider/plugin/configuration";
import { serviceError } from "../../../provider/plugin/errors";
import { ProviderInstance } from "../../../provider/plugin/provider";
import { readConfiguration } from "../../../schema/configuration";
import { warningLog } from "../../warning-log";

afterEach(() => vi.unstubAllEnvs());

test("values can be objects or JSON text, with the same meaning as in the aws provider", () => {
    const structure = {
        region: "eu-west-1",
        endpoints: { ec2: "http://localhost:1" },
        defaultTags: { tags: { Team: "x" } },
        insecure: true,
        maxRetries: 3,
    };
    const text = {
        ...structure,
        endpoints: '[{"ec2":"http://localhost:1"}]',
        defaultTags: '{"tags":{"Team":"x"}}',
        insecure: "true",
        maxRetries: "3",
    };
    const read = (args: Record<string, unknown>) => readConfiguration(configurationReader(args, {})).aws;
    expect(read(structure)).toEqual(read(text));
    expect(read(text)).toMatchObject({ region: "eu-west-1", maxRetries: 3, insecure: true });
});

test("an explicit instance uses the stack's aliases and tag keys, but not its region or credentials", () => {
    const stack = stackConfiguration({
        PULUMI_CONFIG: JSON.stringify({
            "ebs-snapshots:accounts": '{"audit":"111122223333"}',
            "ebs-snapshots:region": "eu-west-1",
            "project:accounts": "{}",
        }),
    });
    const configuration = readConfiguration(configurationReader({}, stack));
    expect(configuration.accounts).toEqual({ audit: "111122223333" });
    expect(configuration.aws.region).toBeUndefined();
});

test("an error is reported on the argument; unknown arguments are not validated", () => {
    const instance = new ProviderInstance();
    expect(instance.checkConfig({ insecure: "perhaps" })).toEqual([
        { property: "insecure", reason: "must be true or false" },
    ]);
    expect(instance.checkConfig({ acounts: { prod: "123456789012" } })).toEqual([
        { property: "acounts", reason: "is not a supported key. Did you mean `ebs-snapshots:accounts`?" },
    ]);
    expect(instance.checkConfig({ insecure: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" })).toEqual([]);
});

test("a missing region fails the check with the configuration key of the plugin", async () => {
    for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
        vi.stubEnv(name, "");
    for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/dev/null");
    const instance = new ProviderInstance();
    instance.configure({});
    const type = "ebs-snapshots:index:Snapshot";
    const urn = `urn:pulumi:test::project::${type}::nightly`;
    const { failures } = await instance.check({ urn, type }, { olds: {}, news: { volumeId: "vol-1" } });
    expect(failures.map(({ reason }) => reason)).toEqual([
        expect.stringContaining("configuration ebs-snapshots:region: "),
    ]);
});

test("the remedy for half a key pair names the key that the plugin reads", async () => {
    const instance = new ProviderInstance();
    instance.configure({ region: "us-east-1", accessKey: "AKIATEST" });
    const type = "ebs-snapshots:index:Snapshot";
    const urn = `urn:pulumi:test::project::${type}::nightly`;
    const news = { volumeId: "vol-0123456789abcdef0" };
    const { failures } = await instance.check({ urn, type }, { olds: {}, news });
    const reasons = failures.map(({ reason }) => reason);
    expect(reasons).toEqual([
        expect.stringContaining("Run `pulumi config set --secret ebs-snapshots:secretKey <value>`"),
    ]);
    expect(reasons.join("\n")).not.toContain("aws:");
});

test("messages name keys as the stack has them, and leave tags and other names as they are", () => {
    const given = 'set aws:endpoints, aws:dlm:schedule, tags.aws:region, "aws:region", arn:aws:ec2:us-east-1';
    expect(withPluginKeys(given, {})).toBe(given.replace("aws:endpoints", "ebs-snapshots:endpoints"));
    // This program passes on the stack's own keys.
    const environment = { PULUMI_CONFIG: '{"ebs-snapshots:config:plugin":"true"}' };
    expect(withPluginKeys(given, environment)).toBe(given);
});

test("a failed operation names the keys of the plugin", () => {
    expect(serviceError(new Error("check aws:endpoints")).details).toBe("check ebs-snapshots:endpoints");
});

test("a change of the region is warned of once it is known, and only if there was a region before", () => {
    const warnings: string[] = [];
    const instance = new ProviderInstance({}, {}, { log: warningLog(warnings) });
    const west = { region: "us-west-2" };
    expect(instance.diffConfig("urn", { before: {}, after: west })).toBe(true);
    expect(instance.diffConfig("urn", { before: west, after: west })).toBe(false);
    const unknown = { region: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
    expect(instance.diffConfig("urn", { before: west, after: unknown })).toBe(true);
    expect(warnings).toEqual([]);
    expect(instance.diffConfig("urn", { before: west, after: { region: "us-east-1" } })).toBe(true);
    expect(warnings).toEqual([
        "the region changes from us-west-2 to us-east-1; existing resources stay in their Regions.",
    ]);
});
