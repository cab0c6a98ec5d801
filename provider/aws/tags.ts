/**
 * Compares desired and current tags. The functions are pure, and the same for every taggable resource.
 *
 * @module
 */
import type { Tag } from "@aws-sdk/client-ec2";
import type { AwsConfig, Configuration } from "../../schema/configuration";
import { byKey, isReserved, ownPrefix, type TagMap } from "../../schema/tags";
import { ownValue } from "../../schema/values";

export function tagOf(observed: { Tags?: Tag[] | undefined } | undefined, key: string): string | undefined {
    return observed?.Tags?.find(({ Key }) => Key === key)?.Value;
}

/** Returns the tags for users: it omits this package's internal tags and the tags that the configuration ignores. */
export function visibleTags(
    tags: Tag[] | undefined,
    { aws }: { aws: Pick<AwsConfig, "ignoreTags"> },
): TagMap {
    return Object.fromEntries(
        (tags ?? [])
            .filter(({ Key = "" }) => !Key.startsWith(ownPrefix) && !isIgnored(Key, aws.ignoreTags))
            .map(({ Key = "", Value = "" }) => [Key, Value] as [string, string])
            .sort(byKey),
    );
}

/** Returns the tags that can be copied to another resource: AWS does not accept tags with its own prefix. */
export function copyableTags(tags: Tag[] | undefined, configuration: Configuration): TagMap {
    return Object.fromEntries(
        Object.entries(visibleTags(tags, configuration)).filter(([key]) => !isReserved(key)),
    );
}

export function isIgnored(key: string, { keys, keyPrefixes }: AwsConfig["ignoreTags"]): boolean {
    return keys.includes(key) || keyPrefixes.some((prefix) => key.startsWith(prefix));
}

/**
 * Returns the tags to write and to remove so that `current` becomes `desired`. It removes only tags that were declared
 * before (`managed`), and keeps the tags of other owners.
 */
export function tagChanges(
    current: TagMap,
    desired: TagMap,
    { managed, ignore }: { managed: string[]; ignore: AwsConfig["ignoreTags"] },
) {
    const write = Object.entries(desired).filter(
        ([key, value]) => !isIgnored(key, ignore) && ownValue(current, key) !== value,
    );
    const remove = managed.filter(
        (key) => !isIgnored(key, ignore) && !Object.hasOwn(desired, key) && Object.hasOwn(current, key),
    );
    return { write: Object.fromEntries(write), remove };
}
