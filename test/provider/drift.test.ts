// Tests that changes outside Pulumi and changed configuration are drift, which the next run reverts or applies.

import { expect } from "vitest";
import { emulator, test } from "../fixture";
import { snapshot } from "./declare";
import { Engine } from "./engine";
import { during, outside, snapshotIds, tagsOf, tagsSent } from "../engine/steps";

let volumeId: string;

let engine: Engine;

test.beforeEach(async () => {
    engine = new Engine(emulator);
    volumeId = await emulator.createVolume();
});

test("updating a snapshot deleted outside Pulumi fails with the remedy, and the state keeps it until refresh", async () => {
    engine.program = [snapshot("data", { volumeId })];
    await engine.up();
    const [id = ""] = await snapshotIds(emulator);
    await outside(emulator, id, { remove: true });
    engine.program = [snapshot("data", { volumeId, group: "payments" })];
    const failed = await during(emulator, () => engine.upFails());
    expect(failed.result.output).toContain(
        `updating snapshot ${id} of volume ${volumeId}: no longer exists in us-east-1 (account 123456789012). Run \`pulumi refresh\``,
    );
    expect(failed.actions).not.toContain("CreateSnapshot");
    expect(engine.live("data").id).toBe(id);
    await engine.refresh();
    expect((await engine.up()).steps).toMatchObject({ data: "create" });
});

test("aws:defaultTags update in place; aws:ignoreTags are neither shown nor changed; tagKeys sets the option keys", async () => {
    const config: Record<string, string> = {
        "aws:defaultTags": '{"tags":{"Owner":"ops","Tier":"default","Cost":"1"}}',
        "aws:ignoreTags": '{"keys":["Scanned"],"keyPrefixes":["audit:"]}',
    };
    engine.config = config;
    engine.program = [snapshot("data", { volumeId, group: "payments", tags: { Tier: "gold" } })];
    await engine.up();
    const [id = ""] = await snapshotIds(emulator);
    const tags = { Owner: "ops", Cost: "1", Tier: "gold", Name: "data", Group: "payments" };
    expect(await tagsOf(emulator, id)).toEqual(tags);
    expect(engine.live("data").outputs["tagsAll"]).toEqual(tags);

    await outside(emulator, id, { tag: { Scanned: "today", "audit:by": "bot", Owner: "thief" } });
    await engine.refresh();
    expect(engine.live("data").outputs["tagsAll"]).toEqual({ ...tags, Owner: "thief" });
    const drifted = await during(emulator, () => engine.preview());
    expect(drifted.result.steps).toMatchObject({ data: "update" });
    expect(drifted.all).toEqual([]);

    // One default tag is added, one changed, one removed; two options have other keys.
    Object.assign(engine.config, {
        "aws:defaultTags": '{"tags":{"Owner":"ops","Site":"x"}}',
        "ebs-snapshots:tagKeys": '{"name":"Title","group":"team"}',
    });
    const changed = await during(emulator, () => engine.up());
    const writes = changed.calls.filter(({ action }) => !action.startsWith("Describe"));
    expect(writes.map((call) => [call.action, tagsSent(call)])).toEqual([
        ["CreateTags", { Owner: "ops", Site: "x", Title: "data", team: "payments" }],
        ["DeleteTags", { Name: "", Group: "", Cost: "" }],
    ]);
    const shown = { Owner: "ops", Site: "x", Tier: "gold", Title: "data", team: "payments" };
    expect(engine.live("data").outputs["tagsAll"]).toEqual(shown);
    expect(await tagsOf(emulator, id)).toEqual({ ...shown, Scanned: "today", "audit:by": "bot" });

    const repeated = await during(emulator, () => engine.up());
    expect(repeated.result.steps).toEqual({ data: "same" });
    expect(repeated.all).toEqual([]);

    delete engine.config["aws:defaultTags"];
    const removed = await during(emulator, () => engine.up());
    expect(removed.calls.filter(({ action }) => action === "DeleteTags").map(tagsSent)).toEqual([
        { Owner: "", Site: "" },
    ]);
    expect(removed.actions).not.toContain("CreateTags");
});

test("copyTagsFromVolume copies at creation, declared tags override, and later changes of it have no effect", async () => {
    const tagged = await emulator.createVolume({ tags: { Name: "disk", App: "shop", Tier: "lead" } });
    await emulator.clearCalls();
    const args = { volumeId: tagged, tags: { Tier: "gold" } };
    engine.program = [snapshot("data", { ...args, copyTagsFromVolume: true })];
    await engine.up();
    const [id = ""] = await snapshotIds(emulator);
    // A copied name overrides the default one.
    const tags = { Name: "disk", App: "shop", Tier: "gold" };
    expect(await tagsOf(emulator, id)).toEqual(tags);
    expect(await emulator.count("CreateTags")).toBe(0);

    engine.program = [snapshot("data", args)];
    const repeated = await during(emulator, () => engine.up());
    expect(repeated.result.steps).toEqual({ data: "same" });
    expect(repeated.all).toEqual([]);
    expect(await tagsOf(emulator, id)).toEqual(tags);
});
