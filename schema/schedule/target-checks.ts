/**
 * Validates which volumes or instances a schedule backs up, and the tags whose values DLM determines.
 *
 * @module
 */
import { distinct, fail, failWith, refuse } from "../component-arguments";
import { expectedTagKey, isTagKey } from "../tag-key";
import { allOf, boolean, listOf, mapOf, objectOf, oneOf, resourceId, textUpTo } from "../validators";
import type { Property } from "../property";
import type { AllVolumes } from "./args";
import { volumeTypes } from "./value-checks";

export const variableTags = allOf(mapOf(oneOf("$(instance-id)", "$(timestamp)")), (value, path) => {
    const key = Object.keys(value as object).find((one) => !isTagKey(one));
    return key === undefined ? [] : [{ property: `${path}.${key}`, expected: expectedTagKey }];
});

const anyTag = allOf(mapOf(listOf(textUpTo(256), { atLeast: 1 })), (value, path) => {
    const tags = value as Record<string, string[]>;
    const keys = Object.keys(tags);
    if (keys.length === 0) return refuse(path, value, "at least one tag key with its values");
    for (const key of keys) {
        const values = tags[key] ?? [];
        if (!isTagKey(key))
            return [
                {
                    property: `${path}.${key}`,
                    expected: expectedTagKey,
                },
            ];
        if (new Set(values).size < values.length)
            return failWith(`${path}.${key}`, values, "which repeats a value");
        if (values.length > 1 && keys.length > 1)
            return fail(
                `${path}.${key}`,
                "has several values, each of which becomes a DLM policy. With a second key, a volume with both tags " +
                    `would be backed up twice in each run. Move ${keys.filter((other) => other !== key).join(", ")} to ` +
                    "a separate schedule",
            );
    }
    return [];
});

const instances = objectOf({
    anyTag: { validate: anyTag, required: true },
    excludeBootVolume: { validate: boolean },
    excludeVolumesTagged: { validate: mapOf(textUpTo(256)) },
});

/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_Exclusions.html */
const most = { tags: 50, types: 6 };

const exceptTagged = allOf(mapOf(listOf(textUpTo(256), { atLeast: 1 })), (value, path) => {
    const tags = Object.entries(value as Record<string, string[]>);
    const wrong = tags.find(([key]) => !isTagKey(key));
    if (wrong !== undefined) return [{ property: `${path}.${wrong[0]}`, expected: expectedTagKey }];
    const count = tags.flatMap(([, values]) => values).length;
    return count <= most.tags
        ? []
        : fail(path, `has ${String(count)} tags, but the maximum is ${String(most.tags)}`);
});

const allVolumes = objectOf({
    exceptTagged: { validate: exceptTagged },
    exceptTypes: { validate: allOf(listOf(oneOf(...volumeTypes), { atMost: most.types }), distinct) },
    exceptBootVolumes: { validate: boolean },
} satisfies Record<keyof Required<AllVolumes>, Property>);

export const targets = allOf(
    objectOf({
        anyTag: { validate: anyTag },
        volumeIds: { validate: listOf(resourceId("vol"), { atLeast: 1 }) },
        instances: { validate: instances },
        allVolumes: { validate: allVolumes },
    }),
    (value, path) => {
        const given = Object.values(value as object).filter((entry) => entry !== undefined).length;
        return given === 1
            ? []
            : fail(path, "must specify exactly one of anyTag, volumeIds, instances and allVolumes");
    },
);
