import { expect, test } from "vitest";
import { creationTags, tagsThatFit } from "../../../provider/lifecycle/tags/creation";
import { readConfiguration } from "../../../schema/configuration";
import { baseConfig, Host } from "../host";
import { answer, type Answering } from "../wire";

const configured = { ...baseConfig, "aws:defaultTags": '{"tags":{"Owner":"default","Site":"x"}}' };
const configuration = readConfiguration((key) => (configured as Record<string, string>)[key]);
const warnings: string[] = [];
const ctx = { configuration, defaultName: "nightly", warn: (line: string) => void warnings.push(line) };
const internal = { "pulumi-ebs-snapshots:stack": "s" };
const from = (tags: Record<string, string>) => ({
    source: { id: "vol-1", tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
    internal,
});

test("copied tags override default tags and a default name, and declared tags override them", () => {
    const copied = { Name: "db-1", Owner: "copied", Group: "copied", Role: "data" };
    const inputs = { name: "nightly", group: "declared", copyTagsFromVolume: true };
    expect(creationTags(ctx, inputs, from(copied))).toEqual({
        Name: "db-1",
        Owner: "copied",
        Site: "x",
        Group: "declared",
        Role: "data",
        ...internal,
    });
    expect(creationTags(ctx, { ...inputs, name: "mine" }, from(copied))).toMatchObject({ Name: "mine" });
    expect(creationTags(ctx, inputs, from({}))).toMatchObject({ Name: "nightly" });
    expect(creationTags(ctx, { ...inputs, copyTagsFromVolume: false }, from(copied))).not.toHaveProperty(
        "Role",
    );
});

test("copied tags leave room for required tags, and omitted ones are reported", () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${String(index)}`, "v"]));
    const { included: fitting, omitted: left } = tagsThatFit(many, { a: "1", b: "2", k0: "mine" });
    expect(Object.keys(fitting)).toHaveLength(47);
    expect(left).toEqual(["k48", "k49"]);
    const inputs = { name: "n", copyTagsFromVolume: true };
    expect(Object.keys(creationTags(ctx, inputs, from(many)))).toHaveLength(50);
    const crowded = creationTags(
        ctx,
        { ...inputs, name: "nightly" },
        from({ ...many, z: "z", Name: "db-1" }),
    );
    expect(crowded).toMatchObject({ Name: "db-1" });
    expect(warnings.slice(0, 1)).toEqual([
        "copies only 46 of the tags of vol-1, because EC2 allows 50 on a resource. Omitted: k6, k7, k8, k9. " +
            "To choose, set copyTagsFromVolume: { except: [...] }.",
    ]);
});

test("copies only the keys of `only` or all except those of `except`, and never reserved tags", () => {
    const tags = { Name: "db-1", Role: "data", Team: "a", "aws:backup": "x", "AWS:x": "y" };
    const copied = (copyTagsFromSource: unknown) => {
        const all = creationTags(ctx, { name: "mine", copyTagsFromSource }, from(tags));
        return Object.keys(all).filter((key) => key in tags && key !== "Name");
    };
    expect(copied(true)).toEqual(["Role", "Team"]);
    expect(copied({ only: ["Team", "Missing", "Name"] })).toEqual(["Team"]);
    expect(copied({ except: ["Team"] })).toEqual(["Role"]);
    // Only a copied Name overrides a default name.
    const named = (copyTagsFromSource: unknown) =>
        creationTags(ctx, { name: "nightly", copyTagsFromSource }, from(tags))["Name"];
    expect([named({ only: ["Name"] }), named({ except: ["Name"] })]).toEqual(["db-1", "nightly"]);
});

test("the preview lists tags that will not be copied, and rejects keys above the limit", async () => {
    const many = Object.fromEntries(Array.from({ length: 48 }, (_, index) => [`k${String(index)}`, "v"]));
    const answering: Answering = ({ action }) =>
        answer(action, `<volumeSet>${volume("vol-1", many)}</volumeSet>`);
    const host = new Host(baseConfig, answering, "Snapshot");
    expect(await host.failures({ volumeId: "vol-1", copyTagsFromVolume: true })).toEqual([]);
    expect(host.messages).toEqual([
        "warn: copies only 46 of the tags of vol-1, because EC2 allows 50 on a resource. Omitted: k8, k9. " +
            "To choose, set copyTagsFromVolume: { except: [...] }.",
    ]);
    expect(
        await host.failures({ volumeId: "vol-1", copyTagsFromVolume: { only: Object.keys(many) } }),
    ).toEqual([
        "copyTagsFromVolume.only results in 49 tags, together with the declared ones. The maximum is 47: EC2 allows 50 " +
            "on a resource, and this package writes 3 of its own. Remove 2.",
    ]);
});

const sent = (params: Record<string, string>) =>
    Object.fromEntries(
        Object.entries(params)
            .filter(([key]) => /Tag\.\d+\.Key$/.test(key))
            .map(([key, name]) => [name, params[key.replace(/Key$/, "Value")]]),
    );
const tagSet = (tags: Record<string, string>) =>
    Object.entries(tags)
        .map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`)
        .join("");
const volume = (id: string, tags: Record<string, string>) =>
    `<item><volumeId>${id}</volumeId><tagSet>${tagSet(tags)}</tagSet></item>`;
const member = (id: string, volumeId: string) =>
    `<item><snapshotId>${id}</snapshotId><volumeId>${volumeId}</volumeId><state>completed</state></item>`;
const ec2: Answering = ({ action }) =>
    action === "DescribeVolumes"
        ? answer(
              action,
              `<volumeSet>${volume("vol-1", { Name: "boot", Team: "a", Ignored: "x" })}${volume("vol-2", {})}</volumeSet>`,
          )
        : action === "CreateSnapshots"
          ? answer(
                action,
                `<snapshotSet>${member("snap-1", "vol-1")}${member("snap-2", "vol-2")}</snapshotSet>`,
            )
          : answer(action, "<snapshotSet/>");

test("multi-volume snapshots copy each volume's tags except aws:ignoreTags; a copied Name overrides the default", async () => {
    const config = { ...baseConfig, "aws:ignoreTags": '{"keys":["Ignored"]}' };
    const host = new Host(config, ec2, "InstanceSnapshots");
    const { inputs } = await host.check({ instanceId: "i-1", copyTagsFromVolume: true });
    const { outs } = await host.clock.until(host.lifecycle.create(inputs));
    const [creation] = host.wire.requests.filter(({ action }) => action === "CreateSnapshots");
    expect(creation?.params).not.toHaveProperty("CopyTagsFromSource");
    const written = host.wire.requests.filter(({ action }) => action === "CreateTags");
    expect(written.length).toBeGreaterThan(0);
    const first = written.find(({ params }) => params["ResourceId.1"] === "snap-1");
    expect(first && sent(first.params)).toMatchObject({ Name: "boot", Team: "a" });
    expect(JSON.stringify(written)).not.toContain("Ignored");
    expect(outs).toMatchObject({ name: "nightly", __copiedKeys: ["Name"] });
    const diff = await host.clock.until(host.lifecycle.diff("set-1", outs, inputs));
    expect(diff).toEqual({ changes: false });
});

test("48 tags and a name are rejected at preview with the number that is available", async () => {
    const tags = Object.fromEntries(Array.from({ length: 46 }, (_, index) => [`k${String(index)}`, "v"]));
    const host = new Host(baseConfig, ec2, "InstanceSnapshots");
    expect(await host.failures({ instanceId: "i-1", tags })).toEqual([
        "tags result in 47 tags, together with name, group, billingCode and aws:defaultTags. The maximum is 46: " +
            "EC2 allows 50 on a resource, and this package writes 4 of its own. Remove 1.",
    ]);
    const single = new Host(baseConfig, ec2, "Snapshot");
    expect(await single.failures({ volumeId: "vol-1", tags })).toEqual([]);
});

test("foreign tags count to the limit: an update that adds too many is rejected, one that exchanges tags is not", async () => {
    const others = Object.fromEntries(Array.from({ length: 44 }, (_, index) => [`k${String(index)}`, "v"]));
    const state = { tagsAll: { ...others, Name: "nightly", a: "1", "aws:x": "1" }, __tagKeys: ["Name", "a"] };
    const declare = (tags: Record<string, string>) => ({ volumeId: "vol-1", tags });
    const host = new Host(baseConfig, ec2, "Snapshot");
    await expect(host.diff(declare({ a: "1" }), declare({ a: "1", b: "2", c: "3" }), state)).rejects.toThrow(
        "tags result in 48 tags, together with those on snap-1. The maximum is 47: EC2 allows 50 on a resource, and this " +
            "package writes 3 of its own. Remove 1.",
    );
    expect(await host.diff(declare({ a: "1" }), declare({ b: "2", c: "3" }), state)).toMatchObject({
        changes: true,
    });
    const replaced = { ...declare({ a: "1", b: "2", c: "3" }), description: "new" };
    expect(await host.diff(declare({ a: "1" }), replaced, state)).toMatchObject({
        replaces: ["description"],
    });
});
