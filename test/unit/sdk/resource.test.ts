import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, describe, expect, expectTypeOf, test, vi } from "vitest";
import { Snapshot, SnapshotShare, type SnapshotArgs, type SnapshotState } from "../../../sdk";
import { snapshotShareRules } from "../../../schema/snapshot-share";
import { digestOf } from "../../../schema/seen-inputs";
import { snapshotRules } from "../../../schema/snapshot";
import { providerOptionRules } from "../../../schema/placement";
import { mockEngine, registrations, valueOf, type Registration } from "../pulumi-mocks";

beforeAll(() => mockEngine(() => ({ snapshotId: "snap-1", state: "completed" })));

/** Contains the registration of a resource. */
async function registrationOf(resource: pulumi.CustomResource): Promise<Registration> {
    const name = (await valueOf(resource.id)).replace(/-id$/, "");
    return registrations.find((other) => other.name === name)!;
}

describe("the registration with the engine contains", () => {
    test("the type, which is stored in users' states permanently", async () => {
        const { type } = await registrationOf(new Snapshot("a", { volumeId: "vol-1" }));
        expect(type).toBe("pulumi-nodejs:dynamic/ebs:Snapshot");
    });

    test("the provider's source text, which is stored in users' states permanently", async () => {
        const { inputs } = await registrationOf(new Snapshot("b", { volumeId: "vol-1" }));
        expect(inputs["__provider"]).toBe(
            'exports.handler = () => require("pulumi-ebs-snapshots/provider").Snapshot',
        );
        expect(String(inputs["__provider"]).length).toBeLessThanOrEqual(300);
    });

    test("exactly the given arguments", async () => {
        const args = {
            volumeId: "vol-1",
            description: "before",
            triggers: { release: "2.4.0" },
            keepReplaced: true,
            copyTagsFromVolume: true,
            waitForCompletion: false,
            timeout: "90 minutes",
            name: "n",
            group: "g",
            billingCode: "b",
            tags: { a: "1" },
            region: "eu-west-1",
            credentials: { profile: "backup" },
        } as const;
        const { inputs } = await registrationOf(new Snapshot("all", args));
        const { __provider, __urn, __organization, __seen, ...rest } = inputs;
        expect(rest).toEqual(args);
        expect(__organization).toBe("organization");
        expect(__provider).toBeTypeOf("string");
        expect(__organization).toBe("organization");
        expect(__urn).toBe("urn:pulumi:test::project::pulumi-nodejs:dynamic/ebs:Snapshot::all");
    });

    test("the parent's type in the URN of a child", async () => {
        const parent = new pulumi.ComponentResource("my:index:Backups", "parent");
        const { inputs } = await registrationOf(new Snapshot("child", { volumeId: "vol-1" }, { parent }));
        expect(inputs["__urn"]).toBe(
            "urn:pulumi:test::project::my:index:Backups$pulumi-nodejs:dynamic/ebs:Snapshot::child",
        );
    });

    test("several children of a component without dependencies on each other", async () => {
        const parent = new pulumi.ComponentResource("my:index:Backups", "of-two");
        const children = ["one", "two"].map((name) => new Snapshot(name, { volumeId: "vol-1" }, { parent }));
        for (const child of children)
            expect((await registrationOf(child)).inputs).toMatchObject({ volumeId: "vol-1" });
    });

    test("arguments that are outputs, at any depth", async () => {
        const { inputs } = await registrationOf(
            new Snapshot("later", {
                volumeId: pulumi.output("vol-1"),
                tags: { a: Promise.resolve("1") },
                triggers: { deep: { release: pulumi.output("2.4.0") } },
            }),
        );
        expect(inputs).toMatchObject({
            volumeId: "vol-1",
            tags: { a: "1" },
            triggers: { deep: { release: "2.4.0" } },
        });
    });

    test("replaceOnChanges, for the provider", async () => {
        const opts = { replaceOnChanges: ["group"] };
        const { inputs } = await registrationOf(new Snapshot("r", { volumeId: "vol-1", group: "g" }, opts));
        expect(inputs["__replaceOnChanges"]).toEqual(["group"]);
    });

    test("customTimeouts.delete has no effect, and causes one warning per program", async () => {
        const warn = vi.spyOn(pulumi.log, "warn");
        const customTimeouts = { delete: "1h" };
        for (const name of ["gone-1", "gone-2"]) {
            const { inputs } = await registrationOf(
                new Snapshot(name, { volumeId: "vol-1" }, { customTimeouts }),
            );
            expect(inputs["timeout"]).toBeUndefined();
        }
        const warnings = warn.mock.calls.map(([line]) => line);
        warn.mockRestore();
        expect(warnings).toEqual([
            expect.stringContaining("customTimeouts.delete has no effect on dynamic resources"),
        ]);
    });

    test.each([
        [{ create: "90m" }, "90 minutes"],
        [{ update: "1h30m" }, "90 minutes"],
        [{ create: "1.5s", update: "2h" }, "2 seconds"],
        [{ delete: "5m" }, undefined],
    ])("customTimeouts %j, if no timeout is given", async (customTimeouts, timeout) => {
        const name = `timeouts-${JSON.stringify(customTimeouts)}`;
        const { inputs } = await registrationOf(
            new Snapshot(name, { volumeId: "vol-1" }, { customTimeouts }),
        );
        expect(inputs["timeout"]).toBe(timeout);
        const explicit = new Snapshot(
            `${name}-2`,
            { volumeId: "vol-1", timeout: "1 day" },
            { customTimeouts },
        );
        expect((await registrationOf(explicit)).inputs["timeout"]).toBe("1 day");
    });

    test("no timeout from customTimeouts for a resource without one", async () => {
        const share = new SnapshotShare("s", { snapshotId: "snap-1" }, { customTimeouts: { create: "1m" } });
        const has = "timeout" in snapshotShareRules;
        expect((await registrationOf(share)).inputs["timeout"]).toBe(has ? "1 minutes" : undefined);
    });

    test("the arguments that a transformation of the stack or a parent makes secret", async () => {
        const hide: pulumi.ResourceTransformation = ({ props, opts }) => ({
            props: { ...(props as object), tags: { token: pulumi.secret("s") } },
            opts,
        });
        const parent = new pulumi.ComponentResource("a:b:C", "hiding", {}, { transformations: [hide] });
        const { inputs } = await registrationOf(new Snapshot("hidden", { volumeId: "vol-1" }, { parent }));
        expect(inputs["__secrets"]).toEqual(["tags"]);
        const own = new Snapshot("own", { volumeId: "vol-1" }, { transformations: [hide] });
        expect((await registrationOf(own)).inputs["__secrets"]).toEqual(["tags"]);
    });

    test("digests of the original arguments, so that the provider detects changes by a transform", async () => {
        const inputsOf = async (name: string, args: object, opts: pulumi.CustomResourceOptions = {}) =>
            (await registrationOf(new Snapshot(name, { volumeId: "vol-1", ...args }, opts))).inputs;
        const tags = { a: Promise.resolve("1"), b: undefined, c: "2" };
        const { __seen: digests } = await inputsOf("seen", { tags, group: Promise.resolve("g") });
        expect(digests).toEqual({
            volumeId: digestOf("vol-1"),
            tags: digestOf({ a: "1", c: "2" }),
            group: digestOf("g"),
        });
        // A digest of a secret is a secret, and mocks show a map with a secret as a secret.
        const { __seen: hidden } = await inputsOf("hidden-digest", { group: pulumi.secret("g") });
        expect(JSON.stringify(hidden)).toContain(digestOf("g"));
        expect(JSON.stringify(hidden)).toContain("1b47061264138c4ac30d75fd1eb44270");
        const ignoreChanges = ['tags["a"]', "other"];
        expect((await inputsOf("ignoring", { tags }, { ignoreChanges }))["__ignoreChanges"]).toEqual([
            "tags",
        ]);
    });

    test("the secret arguments, if any", async () => {
        const tags = { token: pulumi.secret("s") };
        const secret = await registrationOf(new Snapshot("secret", { volumeId: "vol-1", tags }));
        expect(secret.inputs["__secrets"]).toEqual(["tags"]);
        const named = await registrationOf(
            new Snapshot("named", { volumeId: "vol-1", group: pulumi.secret("s") }),
        );
        expect(named.inputs["__secrets"]).toEqual(["group"]);
        const plain = await registrationOf(new Snapshot("plain", { volumeId: "vol-1", tags: { a: "1" } }));
        expect(plain.inputs).not.toHaveProperty("__secrets");
        pulumi.runtime.setAllConfig({ "aws:defaultTags": '{"tags":{"Token":"s"}}' }, ["aws:defaultTags"]);
        const defaulted = await registrationOf(new Snapshot("defaulted", { volumeId: "vol-1" }));
        pulumi.runtime.setAllConfig({});
        expect(defaulted.inputs["__secrets"]).toEqual(["tags"]);
    });
});

test("all properties, including inputs, are outputs", async () => {
    const snapshot = new Snapshot("outputs", { volumeId: "vol-1", timeout: "1 hour" });
    const outputs = [
        ...["snapshotId", "arn", "ownerId", "state", "progress", "startTime", "completionTime"],
        ...["volumeSize", "fullSnapshotSizeInBytes", "encrypted", "kmsKeyId", "tagsAll"],
    ];
    for (const key of [...Object.keys({ ...snapshotRules, ...providerOptionRules }), ...outputs])
        expect(pulumi.Output.isInstance((snapshot as unknown as Record<string, unknown>)[key]), key).toBe(
            true,
        );
    expect(await valueOf(snapshot.snapshotId)).toBe("snap-1");
    expect(await valueOf(snapshot.state)).toBe("completed");
    expect(await valueOf(snapshot.timeout)).toBe("1 hour");
    expect(await valueOf(snapshot.description)).toBeUndefined();
});

test("types: arguments may be values, promises or outputs; outputs have exact types", () => {
    const volumeId = pulumi.output("vol-1");
    expectTypeOf({ volumeId: "vol-1" }).toExtend<SnapshotArgs>();
    expectTypeOf({ volumeId }).toExtend<SnapshotArgs>();
    expectTypeOf({ volumeId: Promise.resolve("vol-1") }).toExtend<SnapshotArgs>();
    expectTypeOf({ volumeId, tags: { a: volumeId }, group: undefined }).toExtend<SnapshotArgs>();
    expectTypeOf({ volumeId, tags: pulumi.output({ a: "1" }) }).toExtend<SnapshotArgs>();
    expectTypeOf({ volumeId, triggers: { any: [{ thing: 1 }] } }).toExtend<SnapshotArgs>();
    expectTypeOf({ volumeId, timeout: "90 minutes" as const }).toExtend<SnapshotArgs>();
    expectTypeOf({ volumeId, credentials: { profile: volumeId } }).toExtend<SnapshotArgs>();

    // @ts-expect-error -- volumeId is required
    expectTypeOf({ group: "g" }).toExtend<SnapshotArgs>();
    // @ts-expect-error -- an id is a string
    expectTypeOf({ volumeId: 1 }).toExtend<SnapshotArgs>();
    // @ts-expect-error -- a duration has a unit
    expectTypeOf({ volumeId, timeout: "90" as const }).toExtend<SnapshotArgs>();
    // @ts-expect-error -- tags are strings
    expectTypeOf({ volumeId, tags: { a: 1 } }).toExtend<SnapshotArgs>();
    // @ts-expect-error -- this argument does not exist
    const misspelt: SnapshotArgs = { volumeId, descripton: "x" };
    expect(misspelt).toHaveProperty("descripton");

    expectTypeOf<Snapshot["snapshotId"]>().toEqualTypeOf<pulumi.Output<string>>();
    expectTypeOf<Snapshot["volumeId"]>().toEqualTypeOf<pulumi.Output<string>>();
    expectTypeOf<Snapshot["volumeSize"]>().toEqualTypeOf<pulumi.Output<number>>();
    expectTypeOf<Snapshot["encrypted"]>().toEqualTypeOf<pulumi.Output<boolean>>();
    expectTypeOf<Snapshot["description"]>().toEqualTypeOf<pulumi.Output<string | undefined>>();
    expectTypeOf<Snapshot["tagsAll"]>().toEqualTypeOf<pulumi.Output<Record<string, string>>>();
    expectTypeOf<keyof SnapshotState>().toExtend<keyof Snapshot>();
});

describe("stack traces", () => {
    const limit = Error.stackTraceLimit;
    const errors: { prepareStackTrace?: (error: Error, sites: NodeJS.CallSite[]) => unknown } = Error;
    const format = errors.prepareStackTrace;
    afterEach(() => {
        errors.prepareStackTrace = format!;
    });

    test("name the line of a transformation that fails", () => {
        const fails: pulumi.ResourceTransformation = () => {
            throw new TypeError("no owner");
        };
        let trace = "";
        try {
            new Snapshot("failing", { volumeId: "vol-1" }, { transformations: [fails] });
        } catch (error) {
            trace = (error as Error).stack!;
        }
        expect(trace).toMatch(/^TypeError: no owner\n.*resource\.test\.ts:\d+/);
        expect(Error.stackTraceLimit).toBe(limit);
    });

    test("are recorded for the resource, and for none of its properties", () => {
        const recorded = vi.fn((error: Error) => String(error));
        errors.prepareStackTrace = recorded;
        new Snapshot("traced", { volumeId: "vol-1" });
        errors.prepareStackTrace = format!;
        expect(recorded.mock.calls.length).toBeGreaterThan(0);
        expect(recorded.mock.calls.length).toBeLessThan(Object.keys(snapshotRules).length);
        expect(Error.stackTraceLimit).toBe(limit);
    });
});
