import { describe, expect, test } from "vitest";
import { unknown, type Properties } from "../../provider/rules";
import type { Host } from "./host";

/** One row a property: what it accepts, what it refuses and with which words, and what its change does. */
export type Table = Record<
    string,
    {
        accepts: unknown[];
        refuses: [unknown, string][];
        change: [unknown, unknown, "nothing" | "update" | "replace"][];
    }
>;

/** Tests each row; `base` are the inputs that are required. */
export function testRules(host: Host, base: Properties, table: Table): void {
    for (const [property, { accepts, refuses, change }] of Object.entries(table)) {
        const given = (value: unknown) => ({ ...base, [property]: value });

        describe(property, () => {
            test.each(accepts.map((value) => [value]))("accepts what is one: %#", async (value) => {
                expect(await host.failures(given(value))).toEqual([]);
            });

            test.each(refuses)("refuses what is no such value: %#", async (value, words) => {
                expect(await host.failures(given(value))).toEqual([words]);
            });

            test.each(change)("changed from %j to %j", async (before, after, effect) => {
                const expected = {
                    nothing: { changes: false },
                    update: { changes: true },
                    replace: { changes: true, replaces: [property] },
                };
                expect(await host.diff(given(before), given(after))).toEqual(expected[effect]);
            });

            test("not known yet, it is neither a failure nor a replacement", async () => {
                expect(await host.failures(given(unknown))).toEqual([]);
                for (const [before] of change) {
                    const { replaces = [] } = await host.diff(given(before), given(unknown));
                    expect(replaces).toEqual([]);
                }
            });
        });
    }
}
