import { expect, test } from "vitest";
import { formatSlots, Slots } from "../../../provider/lifecycle/slots";

/** Simulates that the first eight of this many new resources wait. */
function firstEightWaiting(count: number): Slots {
    const slots = new Slots();
    for (let index = 0; index < count; index++) slots.declare(String(index));
    for (let index = 0; index < 8; index++) slots.begin(String(index));
    return slots;
}

test("if eight resources wait and as many have not started, the end of a long wait reports it once", () => {
    const slots = firstEightWaiting(100);
    expect(slots.end("0", 30_000)).toEqual({ waiting: 8, queued: 92 });
    slots.begin("8");
    expect(slots.end("1", 30_000)).toBeUndefined();
});

test.each([
    ["a short wait", 100, 1_000],
    ["the last round of waits", 15, 30_000],
])("the end of %s causes no message", (_what, count, durationMs) => {
    expect(firstEightWaiting(count).end("0", durationMs)).toBeUndefined();
});

test("consecutive waits, as with --parallel 1, cause no message", () => {
    const slots = new Slots();
    for (const urn of ["a", "b", "c"]) slots.declare(urn);
    slots.begin("a");
    expect(slots.end("a", 30_000)).toBeUndefined();
});

test("the message contains the command to run", () => {
    expect(formatSlots({ waiting: 8, queued: 92 }, { hasBarrier: true })).toBe(
        "the engine waits for 8 resources at a time, and 92 more have not started. To wait for all at the same time, run " +
            "`pulumi up --parallel 100`, or set `waitForCompletion: false` and declare one CompletedSnapshots for all of them.",
    );
    expect(formatSlots({ waiting: 8, queued: 192 }, { hasBarrier: false })).toMatch(
        /run `pulumi up --parallel 200`\.$/,
    );
});
