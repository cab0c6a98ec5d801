// Tests the selection of dynamic provider or plugin by the options, the parent's options, and the configuration.

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Provider, Snapshot } from "../../../sdk";
import { mockEngine, registrations, valueOf, waitForRPCs } from "../pulumi-mocks";

/** The function is public at run time, but not in the types. */
const { setAllConfig } = pulumi.runtime as unknown as {
    setAllConfig: (config: Record<string, string>) => void;
};

const dynamic = "pulumi-nodejs:dynamic/ebs:Snapshot";
const plugin = "ebs-snapshots:index:Snapshot";

beforeEach(async () => {
    await mockEngine();
    setAllConfig({});
});
afterEach(() => waitForRPCs());

async function typeOf(snapshot: Snapshot): Promise<string | undefined> {
    const urn = await valueOf(snapshot.urn);
    return [dynamic, plugin].find((type) => urn.includes(type));
}

const args = { volumeId: "vol-1" };

test("without a Provider a resource is dynamic; with an explicit or inherited one, the plugin manages it", async () => {
    const provider = new Provider("west", { region: "us-west-2" });
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent", {}, { providers: [provider] });
    expect(await typeOf(new Snapshot("a", args))).toBe(dynamic);
    expect(await typeOf(new Snapshot("b", args, { provider }))).toBe(plugin);
    expect(await typeOf(new Snapshot("c", args, { parent }))).toBe(plugin);
    const inputs = registrations.find(({ name }) => name === "b")?.inputs ?? {};
    expect(Object.keys(inputs).filter((key) => key.startsWith("__"))).toEqual([]);
});

test("ebs-snapshots:plugin assigns every resource to one instance with the configuration of aws", async () => {
    const keys = {
        region: "eu-west-1",
        profile: "prod",
        assumeRole: JSON.stringify({ roleArn: "arn:aws:iam::111122223333:role/backup" }),
        skipCredentialsValidation: "true",
        skipRegionValidation: "true",
        skipRequestingAccountId: "true",
        ec2MetadataServiceEndpoint: "http://localhost:1338",
        ec2MetadataServiceEndpointMode: "IPv6",
    };
    setAllConfig({ "ebs-snapshots:plugin": "true" });
    for (const [key, value] of Object.entries(keys)) pulumi.runtime.setConfig(`aws:${key}`, value);
    expect(await typeOf(new Snapshot("a", args))).toBe(plugin);
    expect(await typeOf(new Snapshot("b", args))).toBe(plugin);
    const instances = registrations.filter(({ type }) => type === "pulumi:providers:ebs-snapshots");
    expect(instances).toHaveLength(1);
    expect(instances[0]?.inputs).toMatchObject(keys);
});

test("a misspelled configuration key is rejected with a suggestion", () => {
    setAllConfig({ "ebs-snapshots:acounts": "{}" });
    expect(() => new Snapshot("a", args)).toThrow(
        "configuration ebs-snapshots:acounts: is not a supported key. Did you mean `ebs-snapshots:accounts`?",
    );
});

test("an explicit aws.Provider is rejected unless the program uses a Provider of this package", () => {
    const other = new aws.Provider("aws", { region: "eu-west-1" });
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent", {}, { providers: [other] });
    expect(() => new Snapshot("a", args, { parent })).toThrow(/explicit aws\.Provider.*new Provider/s);
    const provider = new Provider("west", { region: "us-west-2" });
    expect(() => new Snapshot("b", args, { parent, provider })).not.toThrow();
});

test("with ebs-snapshots:plugin, all resources of an aws.Provider share one instance with its arguments", async () => {
    setAllConfig({ "ebs-snapshots:plugin": "true", "aws:region": "us-east-1", "aws:profile": "stack" });
    const assumeRoles = [{ roleArn: "arn:aws:iam::111122223333:role/backup" }];
    const other = new aws.Provider("far", {
        region: "eu-west-1",
        assumeRoles,
        endpoints: [{ ec2: "https://ec2.example.com" }],
        secretKey: pulumi.secret("hidden"),
        skipRequestingAccountId: true,
        ec2MetadataServiceEndpoint: "http://localhost:1338",
    });
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent", {}, { providers: [other] });
    expect(await typeOf(new Snapshot("a", args, { provider: other }))).toBe(plugin);
    expect(await typeOf(new Snapshot("b", args, { parent }))).toBe(plugin);
    const instances = registrations.filter(({ type }) => type === "pulumi:providers:ebs-snapshots");
    expect(instances).toHaveLength(1);
    const { inputs = {} } = instances[0] ?? {};
    const secretKey = {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        value: "hidden",
    };
    expect(inputs).toMatchObject({ region: "eu-west-1", secretKey, organization: "organization" });
    expect(JSON.parse(String(inputs["assumeRoles"]))).toEqual(assumeRoles);
    expect(JSON.parse(String(inputs["endpoints"]))).toEqual([{ ec2: "https://ec2.example.com" }]);
    expect(inputs).toMatchObject({
        skipRequestingAccountId: "true",
        ec2MetadataServiceEndpoint: "http://localhost:1338",
    });
    expect(inputs).not.toHaveProperty("profile");
});

test("get and import without the plugin fail with a message", () => {
    expect(() => Snapshot.get("a", "snap-1")).toThrow(/cannot be read with `get`; specify a Provider/);
    const provider = new Provider("west", { region: "us-west-2" });
    expect(() => Snapshot.get("b", "snap-1", { provider })).not.toThrow();
    expect(() => new Snapshot("c", args, { provider, import: "snap-1" })).not.toThrow();
});

test("keys that the program passes to a Provider as plain text are secret in the state", async () => {
    new Provider("keys", { region: "us-west-2", accessKey: "AKIA", secretKey: "plain", token: "session" });
    await waitForRPCs();
    const { inputs = {} } = registrations.find(({ name }) => name === "keys") ?? {};
    // Mocks show the SDK's mark of a secret.
    for (const key of ["accessKey", "secretKey", "token"])
        expect(JSON.stringify(inputs[key])).toContain("1b47061264138c4ac30d75fd1eb44270");
    expect(inputs["region"]).toBe("us-west-2");
});
