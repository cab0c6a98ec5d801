import { expect, test } from "vitest";
import { UNKNOWN, type Properties } from "../../../schema/values";
import { Host, baseConfig } from "../host";
import { answer } from "../wire";

const volumeId = "vol-0123456789abcdef0";
const host = new Host(baseConfig, ({ action }) => answer(action));

test("an unknown nested value is neither a failure nor a replacement", async () => {
    const after = {
        volumeId,
        triggers: { release: { version: UNKNOWN } },
        tags: { Team: UNKNOWN },
        credentials: { assumeRoles: [{ roleArn: UNKNOWN, policyArns: [UNKNOWN] }] },
    };
    expect(await host.failures(after)).toEqual([]);
    expect(await host.diff({ volumeId, triggers: { release: { version: 1 } } }, after)).toEqual({
        changes: true,
    });
    expect(await host.failures({ volumeId, credentials: { profile: UNKNOWN } })).toEqual([]);
    expect(await host.failures({ volumeId, credentials: { assumeRoles: UNKNOWN } })).toEqual([]);
    expect(await host.failures({ volumeId, credentials: UNKNOWN })).toEqual([]);
});

test("one value that is known to differ replaces, even if others are unknown", async () => {
    const before = { volumeId: "vol-1", description: "a" };
    expect(await host.diff(before, { volumeId: UNKNOWN, description: "b" })).toEqual({
        changes: true,
        replaces: ["description"],
    });
});

test("a snapshot in error is replaced; an unfinished job causes an update if it is awaited", async () => {
    const inputs = { volumeId };
    expect(await host.diff(inputs, inputs, { state: "error" })).toEqual({
        changes: true,
        replaces: ["state"],
    });
    expect(await host.diff(inputs, inputs, { state: "pending" })).toEqual({ changes: true });
    const unawaited = { volumeId, waitForCompletion: false };
    expect(await host.diff(unawaited, unawaited, { state: "pending" })).toEqual({ changes: false });
});

test("the preview of a replacement reports whether the existing copy is kept or deleted", async () => {
    const { messages, diff } = newHost();
    const facts = { startTime: "2026-01-01T00:00:00.000Z", volumeSize: 8 };
    await diff({ volumeId: "vol-1" }, { volumeId: "vol-2" }, facts);
    await diff({ volumeId: "vol-1", description: "a" }, { volumeId: "vol-1", description: "b" }, facts);
    expect(messages).toEqual([
        "warn: replacement will retain snapshot snap-1 (of volume vol-1, created 2026-01-01T00:00:00.000Z, 8 GiB) in the account; Pulumi will no longer manage it",
        "warn: replacement will delete snapshot snap-1 (of volume vol-1, created 2026-01-01T00:00:00.000Z, 8 GiB) after the new one completes. To keep it, set keepReplaced: true.",
    ]);
});

test("replaceOnChanges replaces; unknown values replace only in the engine; equivalent forms never do", async () => {
    const watched = (values: Properties, __replaceOnChanges = ["group"]) => ({
        volumeId,
        __replaceOnChanges,
        ...values,
    });
    const before = watched({ group: "a" });
    const replaced = { changes: true, replaces: ["group"] };
    expect(await host.diff(before, watched({ group: "b" }))).toEqual(replaced);
    expect(await host.diff({ volumeId, group: "a" }, watched({ group: "b" }))).toEqual(replaced);
    expect(await host.answer(before, watched({ group: UNKNOWN }))).toEqual({});
    const all = (timeout: string, name: string) => watched({ timeout, name }, ["timeout"]);
    expect(await host.answer(all("24 hours", "a"), all("1 day", "b"))).toEqual({ changes: true });
});

test("diff lists changed inputs only if the engine's own comparison finds none", async () => {
    const one = { volumeId, description: "a", group: "a" };
    expect(await host.answer(one, { ...one, group: "b" })).toEqual({});
    expect(await host.answer(one, { ...one, description: "b" })).toEqual({ replaces: ["description"] });
    expect(await host.answer(one, one)).toEqual({ changes: false });
    expect(await host.answer(one, one, { state: "error" })).toEqual({ changes: true, replaces: ["state"] });
    const secret = { ...one, description: "b", __secrets: ["group"] };
    expect(await host.answer(one, secret)).toEqual({ changes: true, replaces: ["description"] });
});

test("a refresh, which compares other inputs than the program's, returns the list of changed inputs", async () => {
    const { inputs } = await host.check({ volumeId, group: "a" });
    await host.check({ volumeId, group: "b" }, inputs);
    const observed = { ...inputs, group: "outside" };
    const answer = await host.clock.until(
        host.lifecycle.diff("snap-1", { ...observed, ...host.settledState }, inputs),
    );
    expect(answer).toEqual({ changes: true });
});

function newHost() {
    const fresh = new Host();
    return { messages: fresh.messages, diff: fresh.diff.bind(fresh) };
}
