import { expect, onTestFinished, test, vi } from "vitest";
import { UNKNOWN } from "../../../schema/values";
import { Host, baseConfig } from "../host";
import { answer } from "../wire";

const volumeId = "vol-0123456789abcdef0";
const host = new Host(baseConfig, ({ action }) => answer(action));

test("contradictory properties are rejected at the invalid property", async () => {
    expect(await host.failures({ volumeId, storageTier: "archive", temporaryRestoreDays: 3 })).toEqual([]);
    expect(await host.failures({ volumeId, storageTier: "archive", permanentRestore: true })).toEqual([
        'permanentRestore cannot be combined with storageTier: "archive", which keeps the snapshot there. Remove one of them.',
    ]);
    expect(await host.failures({ volumeId, storageTier: "archive", temporaryRestoreDays: 0 })).toEqual([
        "temporaryRestoreDays is 0, but must be a positive integer",
    ]);
    const fastRestore = { availabilityZones: ["us-east-1a"] };
    expect(await host.failures({ volumeId, storageTier: "archive", fastRestore })).toEqual([
        "fastRestore cannot be combined with the archive, where fast snapshot restore ends. Remove one of them.",
    ]);
    expect(await host.failures({ volumeId, waitForCompletion: false, fastRestore })).toEqual([
        "fastRestore requires a completed snapshot, for which waitForCompletion: false does not wait. Remove one of them.",
    ]);
});

test("all failures are reported, not only the first one", async () => {
    const failures = await host.failures({ description: 5, timeout: "2h", tags: { a: 1, b: 2 } });
    expect(failures.map((failure) => failure.split(" ")[0]).sort()).toEqual([
        "description",
        "tags.a",
        "tags.b",
        "timeout",
        "volumeId",
    ]);
});

test("a long value is shown truncated", async () => {
    const [failure] = await host.failures({ volumeId: "x".repeat(10_000) });
    expect(failure!.length).toBeLessThan(200);
});

test("a tag key that two options write is rejected at the invalid property", async () => {
    expect(await host.failures({ volumeId, group: "a", tags: { Group: "b" } })).toEqual([
        "tags.Group specifies a tag that group writes too. Specify it once.",
    ]);
    const same = new Host({
        ...baseConfig,
        "ebs-snapshots:tagKeys": '{"group":"Team","billingCode":"Team"}',
    });
    expect(await same.failures({ volumeId, group: "a", billingCode: "b" })).toEqual([
        'billingCode writes the tag "Team", as group does. Specify one of them, or change ebs-snapshots:tagKeys.',
    ]);
    expect(await same.failures({ volumeId, group: "a" })).toEqual([]);
});

test("an equivalent value keeps its previous form, an unknown one does not", async () => {
    const { inputs } = await host.check({ volumeId, timeout: "24 hours" });
    const timeout = async (value: unknown) =>
        (await host.check({ volumeId, timeout: value }, inputs)).inputs["timeout"];
    expect(await timeout("1 day")).toBe("24 hours");
    expect(await timeout("2 days")).toBe("2 days");
    expect(await timeout(UNKNOWN)).toBe(UNKNOWN);
});

test("the name defaults to the resource's name, and is kept on a rename with an alias", async () => {
    const { inputs } = await host.check({ volumeId });
    expect(inputs).toMatchObject({ name: "nightly", region: "us-east-1" });
    const renamed = await host.check({ volumeId, __urn: "urn:pulumi:test::project::x::weekly" }, inputs);
    expect(renamed.inputs).toMatchObject({ name: "nightly" });
    const named = await host.check({ volumeId, name: "given" }, inputs);
    expect(named.inputs).toMatchObject({ name: "given" });
});

test("an unknown region is accepted; a missing one is a failure", async () => {
    const { "aws:region": _, ...nowhere } = baseConfig;
    const files = {
        "aws:sharedConfigFiles": '["/nonexistent"]',
        "aws:sharedCredentialsFiles": '["/nonexistent"]',
    };
    for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) vi.stubEnv(name, undefined);
    onTestFinished(() => void vi.unstubAllEnvs());
    const lost = new Host({ ...nowhere, ...files });
    expect(await lost.failures({ volumeId, credentials: { profile: UNKNOWN } })).toEqual([]);
    expect(await lost.failures({ volumeId, credentials: UNKNOWN })).toEqual([]);
    expect(await lost.failures({ volumeId })).toEqual([
        "configuration aws:region: no AWS region is configured. Run `pulumi config set aws:region <region>`, set AWS_REGION, or set the `region` argument.",
    ]);
});

test("an invalid region is reported where it was specified: in the configuration, or on the property", async () => {
    const zone = "us-east-1a";
    const reason = `is "${zone}", but must be a region such as "us-east-1"`;
    const configured = new Host({ ...baseConfig, "aws:region": zone });
    expect(await configured.failures({ volumeId })).toEqual([`configuration aws:region: ${reason}`]);
    expect(await host.failures({ volumeId, region: zone })).toEqual([`region ${reason}`]);
});

test("a changed aws:region moves no resource, not even on replacement", async () => {
    const moved = new Host({ ...baseConfig, "aws:region": "eu-west-1" });
    const state = { volumeId, region: "us-east-1" };
    expect((await moved.check({ volumeId }, state)).inputs).toMatchObject({ region: "us-east-1" });
    expect((await moved.check({ volumeId }, {})).inputs).toMatchObject({ region: "us-east-1" });
    const other = { volumeId, __urn: "urn:pulumi:test::project::x::other" };
    expect((await moved.check(other)).inputs).toMatchObject({ region: "eu-west-1" });
});

test("a rejected secret is not shown", async () => {
    const failures = await new Host().failures({
        volumeId: "vol-1",
        tags: { Token: `hush${"!".repeat(300)}` },
        description: `hush${"!".repeat(300)}`,
        __secrets: ["tags", "description"],
    });
    expect(failures).toEqual([
        "tags.Token is [secret], but must be text of at most 256 characters",
        "description is [secret], but must be text of at most 255 characters",
    ]);
});
