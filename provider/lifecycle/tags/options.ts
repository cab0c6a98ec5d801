/**
 * Translates observed tags to the options that declare them.
 *
 * @module
 */
import type { Configuration } from "../../../schema/configuration";
import { isIgnored } from "../../aws/tags";
import { isReserved, type TagMap } from "../../../schema/tags";
import { defined, type Properties, isMap, ownValue } from "../../../schema/values";

/** Returns the inputs with the declared options as the current tags show them, so that the inputs contain the drift. */
export function inputsFromTags(
    inputs: Properties,
    current: TagMap,
    { aws, tagKeys: keys }: Configuration,
): Properties {
    const valueOf = (key: string, declared: unknown) =>
        isIgnored(key, aws.ignoreTags) ? declared : ownValue(current, key);
    const observed = { ...inputs };
    for (const [option, key] of Object.entries(keys) as [string, string][]) {
        if (inputs[option] !== undefined) observed[option] = valueOf(key, inputs[option]);
    }
    if (isMap(inputs["tags"])) {
        const tags = Object.entries(inputs["tags"]).map(
            ([key, declared]) => [key, valueOf(key, declared)] as const,
        );
        observed["tags"] = Object.fromEntries(tags.filter(([, value]) => value !== undefined));
    }
    return Object.fromEntries(Object.entries(observed).filter(([, value]) => value !== undefined));
}

/** Returns the standard options that declare these tags; a default tag of the configuration needs no declaration. */
export function optionsFromTags(current: TagMap, { aws, tagKeys: keys }: Configuration): Properties {
    const options = Object.entries(keys) as [string, string][];
    const tags = Object.entries(current).filter(
        ([key, value]) =>
            !options.some(([, tag]) => tag === key) && aws.defaultTags[key] !== value && !isReserved(key),
    );
    return defined({
        ...Object.fromEntries(options.map(([option, tag]) => [option, current[tag]])),
        tags: tags.length === 0 ? undefined : Object.fromEntries(tags),
    });
}
