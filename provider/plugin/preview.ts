/**
 * Predicts the outputs of a resource for a preview, with pure functions.
 *
 * @module
 */
import { equal, UNKNOWN, type Properties } from "../../schema/values";

/** Lists the outputs that no update changes. */
const stableOutputs = [
    "arn",
    "createTime",
    "encrypted",
    "fullSnapshotSizeInBytes",
    "kmsKeyId",
    "ownerId",
    "snapshotId",
    "snapshotSize",
    "startTime",
    "volumeId",
    "volumeSize",
];

/** Returns the declared inputs; every other property is unknown. */
export function previewOfCreate(names: string[], inputs: Properties): Properties {
    return { ...Object.fromEntries(names.map((name) => [name, UNKNOWN])), ...inputs };
}

/** Returns the outputs that do not change and the declared inputs; all other outputs are unknown. */
export function previewOfUpdate(
    names: string[],
    { state, before, inputs }: { state: Properties; before: Properties; inputs: Properties },
): Properties {
    const values = names.map((name) => {
        const isKept =
            inputs[name] === undefined ? stableOutputs.includes(name) : equal(before[name], inputs[name]);
        return [name, isKept ? (state[name] ?? inputs[name]) : (inputs[name] ?? UNKNOWN)] as const;
    });
    return {
        ...Object.fromEntries(values.filter(([, value]) => value !== undefined)),
        ...inputsOnly(inputs, names),
    };
}

function inputsOnly(inputs: Properties, names: string[]): Properties {
    return Object.fromEntries(Object.entries(inputs).filter(([name]) => !names.includes(name)));
}
