/**
 * `SchedulePlan` records how many recovery volumes a `SnapshotSchedule` has, so that a preview can warn of fewer. It exists
 * in the state only. Earlier versions recorded the whole plan there; DLM policies know their own by now.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Resource } from "../lifecycle/resource";
import type { SchedulePlanInputs } from "../../schema/schedule/record";

export const schedulePlan: Resource<SchedulePlanInputs, object, SchedulePlanInputs> = {
    describe: () => "plan",
    type: "SchedulePlan",

    warning({ state, inputs }) {
        const [before, after] = [state["recoveryVolumes"], inputs["recoveryVolumes"]];
        if (typeof before !== "number" || typeof after !== "number" || before <= after) return undefined;
        return after === 0
            ? `the schedule will create no more recovery volumes. Those that exist, up to ${String(before)} of each volume, are ` +
                  "kept or deleted, as recoveryVolumes.onDestroy was set"
            : `up to ${String(before - after)} recovery volumes of each volume will be deleted, except volumes that were ever attached`;
    },

    create: ({ inputs }) => Promise.resolve({ id: randomUUID(), observed: inputs }),
    read: ({ state }) => Promise.resolve(state as unknown as SchedulePlanInputs),
    update: ({ observed }) => Promise.resolve(observed),
    waitUntilReady: ({ observed }) => Promise.resolve(observed),
    delete: () => Promise.resolve("done"),
    owner: () => undefined,
    outputs: () => Promise.resolve({}),
};
