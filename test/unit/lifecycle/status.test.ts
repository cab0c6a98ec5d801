// Tests the status line of an operation: the engine shows the last one beside the finished operation.

import { setImmediate } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { urn } from "../host";
import { hostOf, snapshotId } from "../share/share-host";

test("the id takes the place of the progress when an operation ends", async () => {
    const host = hostOf();
    const statuses = () => host.messages.filter((line) => line.startsWith("status: "));
    const { inputs } = await host.check({ snapshotId, accounts: ["prod"] });
    const { id, outs } = await host.clock.until(host.lifecycle.create(inputs));
    expect(statuses()).toEqual(["status: waiting until EC2 shows it", `status: ${snapshotId}`]);

    host.messages.length = 0;
    await host.clock.until(host.lifecycle.delete(id, { ...inputs, ...outs }));
    expect(statuses()).toEqual([`status: ${snapshotId}`]);
});

test("an operation ends after the engine has received its messages", async () => {
    const host = hostOf();
    const events: string[] = [];
    host.delivered = async () => {
        await setImmediate();
        events.push("delivered");
    };
    const ended = async <T>(operation: Promise<T>): Promise<T> => {
        const result = await host.clock.until(operation);
        events.push("ended");
        return result;
    };
    const { inputs } = await ended(host.lifecycle.check({}, { __urn: urn, snapshotId, accounts: ["prod"] }));
    const { id, outs } = await ended(host.lifecycle.create(inputs));
    const state = { ...inputs, ...outs };
    await ended(host.lifecycle.read(id, state));
    await ended(host.lifecycle.diff(id, state, inputs));
    await ended(host.lifecycle.update(id, state, inputs));
    await ended(host.lifecycle.delete(id, state));
    expect(events).toEqual(Array.from({ length: 6 }, () => ["delivered", "ended"]).flat());
});

// Other test files of this process must not find an engine.
afterEach(() => {
    vi.resetModules();
});

/** Loads the log of a process of its own, whose engine receives a message when `receive` is called. */
async function logOf(engine: { receive?: () => void }) {
    vi.resetModules();
    const { attachTo, engineLog } = await import("../../../provider/lifecycle/engine-log.js");
    attachTo("127.0.0.1:1", () => () => new Promise<void>((resolve) => (engine.receive = resolve)));
    return engineLog;
}

test("messages are delivered when the engine has received them", async () => {
    const engine: { receive?: () => void } = {};
    const log = await logOf(engine);
    await log.delivered();
    log.status("urn", "snapshot 94%");
    let isDelivered = false;
    const delivered = log.delivered().then(() => (isDelivered = true));
    await setImmediate();
    expect(isDelivered).toBe(false);
    engine.receive?.();
    await delivered;
});

test("an engine that does not answer ends no operation", async () => {
    const log = await logOf({});
    log.status("urn", "snapshot 94%");
    await log.delivered();
});
