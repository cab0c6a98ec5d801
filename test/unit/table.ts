import { describe, expect, test } from "vitest";
import { UNKNOWN, type Properties } from "../../schema/values";
import type { Host } from "./host";

/** Contains for each property accepted values, rejected values with their message, and the effect of changes. */
export type Table = Record<
    string,
    {
        accepts: unknown[];
        refuses: [unknown, string][];
        change: [unknown, unknown, "nothing" | "update" | "replace"][];
    }
>;

/** Returns the row of an option that copies the tags of a source. */
export function copyTagsRow(option: string): Table[string] {
    const key =
        'must be a key of 1 to 128 characters that does not begin with "aws:" or "pulumi-ebs-snapshots:"';
    return {
        accepts: [true, false, { only: ["Name", "Team"] }, { except: ["a/b"] }],
        refuses: [
            [1, `${option} is 1, but must be true, false, or an object with only or except`],
            [{}, `${option} specify exactly one of only and except.`],
            [{ only: ["a"], except: ["b"] }, `${option} specify exactly one of only and except.`],
            [{ only: [] }, `${option}.only is [], but must be a list of at least 1`],
            [{ only: "Name" }, `${option}.only is "Name", but must be a list`],
            [{ only: ["aws:x"] }, `${option}.only[0] is "aws:x", but ${key}`],
            [
                { exept: ["a"] },
                `${option}.exept is not a supported property. Did you mean \`except\`? Supported: except, only`,
            ],
        ],
        change: [
            [undefined, true, "nothing"],
            [true, { only: ["a"] }, "nothing"],
            [{ only: ["a"] }, { except: ["a"] }, "nothing"],
            [true, false, "nothing"],
        ],
    };
}

/** Tests each row; `base` contains the required inputs. */
export function testRules(host: Host, base: Properties, table: Table): void {
    for (const [property, { accepts, refuses, change }] of Object.entries(table)) {
        const inputsWith = (value: unknown) => ({ ...base, [property]: value });

        describe(property, () => {
            test.each(accepts.map((value) => [value]))("accepts a valid value: %#", async (value) => {
                expect(await host.failures(inputsWith(value))).toEqual([]);
            });

            test.each(refuses)("rejects an invalid value: %#", async (value, message) => {
                expect(await host.failures(inputsWith(value))).toEqual([message]);
            });

            test.each(change)("changed from %j to %j", async (before, after, effect) => {
                const expected = {
                    nothing: { changes: false },
                    update: { changes: true },
                    replace: { changes: true, replaces: [property] },
                };
                expect(await host.diff(inputsWith(before), inputsWith(after))).toEqual(expected[effect]);
            });

            test("an unknown value is neither a failure nor a replacement", async () => {
                expect(await host.failures(inputsWith(UNKNOWN))).toEqual([]);
                for (const [before] of change) {
                    const { replaces = [] } = await host.diff(inputsWith(before), inputsWith(UNKNOWN));
                    expect(replaces).toEqual([]);
                }
            });
        });
    }
}
