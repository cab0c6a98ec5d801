import { expect, test } from "vitest";
import { schedulePlan } from "../../../provider/resources/schedule-record";
import type { Properties } from "../../../schema/values";

function warning(before: unknown, after: unknown): unknown {
    const record = (recoveryVolumes: unknown): Properties =>
        recoveryVolumes === undefined ? {} : { recoveryVolumes };
    return schedulePlan.warning?.({ state: record(before), inputs: record(after) } as never);
}

test("a preview warns of fewer recovery volumes, in numbers, and of none from now on", () => {
    expect(warning(4, 1)).toBe(
        "up to 3 recovery volumes of each volume will be deleted, except volumes that were ever attached",
    );
    expect(warning(4, 0)).toBe(
        "the schedule will create no more recovery volumes. Those that exist, up to 4 of each volume, are kept or deleted, " +
            "as recoveryVolumes.onDestroy was set",
    );
});

test.each([
    [1, 4],
    [2, 2],
    [undefined, 2],
    [2, undefined],
])("from %j to %j recovery volumes, it warns of nothing", (before, after) => {
    expect(warning(before, after)).toBeUndefined();
});
