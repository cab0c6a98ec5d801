/**
 * Tags: what is wanted, what is there, and the difference. Pure functions, the same for every taggable resource.
 *
 * @module
 */
import type { Tag } from "@aws-sdk/client-ec2";
import { secretsOf } from "../internals";
import {
    flag,
    hasUnknown,
    isMap,
    mapOf,
    shown,
    textUpTo,
    unknown,
    type CheckFailure,
    type Pending,
    type Properties,
    type Rules,
} from "../rules";
import type { AwsConfig, Configuration } from "./config";

/** Tags: values by key. */
export type TagMap = Record<string, string>;

/** Tags that begin so are this package's own (claim.ts): never shown, never taken for drift. */
export const ownPrefix = "pulumi-ebs-snapshots:";
/** The stack that manages a resource, `organization/project/stack`; one paged Describe reads all of a stack. */
export const stackTag = `${ownPrefix}stack`;
/** Which attempt made a resource that no state is known to hold yet. */
export const claimTag = `${ownPrefix}claim`;

/** What is to be done about our own tags. */
export interface OwnTags {
    write: TagMap;
    remove: string[];
}

/**
 * The standard options of every resource that has tags.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
 */
export interface StandardOptions {
    /**
     * Written as the tag `Name`, or the one in `ebs-snapshots:tagKeys`; at most 256 characters. Default: the logical name
     * of the resource. A change updates the tag.
     */
    name?: string;
    /**
     * Written as the tag `Group`, or the one in `ebs-snapshots:tagKeys`; at most 256 characters. Default: none. A change
     * updates the tag.
     */
    group?: string;
    /**
     * Written as the tag `BillingCode`, or the one in `ebs-snapshots:tagKeys`; at most 256 characters. Default: none. A
     * change updates the tag.
     */
    billingCode?: string;
    /**
     * Further tags: keys of 1 to 128 characters that begin neither with `aws:` nor `pulumi-ebs-snapshots:`, values of at
     * most 256; at most 50 tags in all. They win over `aws:defaultTags` and copied tags. A key that `name`, `group` or
     * `billingCode` writes is refused. Default: none. A change updates, and sends only the difference; a tag is removed
     * only if this resource has written it.
     * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
     */
    tags?: TagMap;
}

export interface StandardOutputs {
    /** All tags on the resource as EC2 has them. Secret if any declared tag is. */
    tagsAll: TagMap;
}

const tagValue = textUpTo(256);

/** Keys as EC2 takes them: 1 to 128 characters, none of AWS's own. */
function tagKeys(value: unknown, path: string): CheckFailure[] {
    if (!isMap(value)) return [];
    return Object.keys(value)
        .filter(
            (key) => key.length < 1 || key.length > 128 || /^aws:/i.test(key) || key.startsWith(ownPrefix),
        )
        .map((key) => ({
            property: `${path}.${key}`,
            reason: 'must be a key of 1 to 128 characters that does not begin with "aws:" or "pulumi-ebs-snapshots:"',
        }));
}

export const standardRules = {
    name: { accepts: tagValue, onChange: "update" },
    group: { accepts: tagValue, onChange: "update" },
    billingCode: { accepts: tagValue, onChange: "update" },
    tags: {
        accepts: (value, path) => [...mapOf(tagValue)(value, path), ...tagKeys(value, path)],
        onChange: "update",
        same: (before, after) => sameTags(before, after),
    },
} satisfies Rules<StandardOptions>;

export const copyTagsRule = { accepts: flag, onChange: "nothing" } as const;

/** An empty map and none at all are the same. */
function sameTags(before: unknown, after: unknown): boolean {
    const entries = (value: unknown) => JSON.stringify(Object.entries(isMap(value) ? value : {}).sort(byKey));
    return entries(before) === entries(after);
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
const mostTags = 50;

/** One key given twice among `tags`, `name`, `group`, `billingCode` is refused: nobody can tell which one is meant. */
export function checkStandard(inputs: Properties, configuration: Configuration): CheckFailure[] {
    const { tagKeys: keys } = configuration;
    const options = Object.entries(keys) as [keyof typeof keys, string][];
    const failures: CheckFailure[] = [];
    for (const [index, [option, key]] of options.entries()) {
        if (inputs[option] === undefined) continue;
        if (isMap(inputs["tags"]) && Object.hasOwn(inputs["tags"], key)) {
            failures.push({
                property: `tags.${key}`,
                reason: `is given twice: ${option} writes the tag "${key}" too; give one of them`,
            });
        }
        const twin = options
            .slice(0, index)
            .find(([other, same]) => same === key && inputs[other] !== undefined);
        if (twin !== undefined) {
            failures.push({
                property: option,
                reason: `writes the tag "${key}" as ${twin[0]} does; give one, or change ebs-snapshots:tagKeys`,
            });
        }
    }
    const count = inputs["tags"] === unknown ? 0 : Object.keys(declaredTags(inputs, configuration)).length;
    if (count > mostTags) {
        failures.push({
            property: "tags",
            reason:
                `make ${String(count)} tags together with name, group, billingCode and aws:defaultTags, ` +
                `but EC2 takes ${String(mostTags)} on a resource`,
        });
    }
    return failures;
}

/** The tags that the declaration asks for; default tags < `tags`, `name`, `group`, `billingCode`. */
export function declaredTags(inputs: StandardOptions, { aws, tagKeys: keys }: Configuration): TagMap {
    const options = (Object.keys(keys) as (keyof typeof keys)[]).flatMap((option) => {
        const value = inputs[option];
        return value === undefined ? [] : [[keys[option], value] as const];
    });
    return { ...aws.defaultTags, ...inputs.tags, ...Object.fromEntries(options) };
}

export function tagOf(seen: { Tags?: Tag[] | undefined } | undefined, key: string): string | undefined {
    return seen?.Tags?.find(({ Key }) => Key === key)?.Value;
}

/** Tags as people see them: without this package's own and those that the configuration ignores. */
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

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
    return a < b ? -1 : 1;
}

/** Tags that may be copied to another resource: AWS's own cannot be written. */
export function copiableTags(tags: Tag[] | undefined, configuration: Configuration): TagMap {
    return Object.fromEntries(
        Object.entries(visibleTags(tags, configuration)).filter(([key]) => !key.startsWith("aws:")),
    );
}

function isIgnored(key: string, { keys, keyPrefixes }: AwsConfig["ignoreTags"]): boolean {
    return keys.includes(key) || keyPrefixes.some((prefix) => key.startsWith(prefix));
}

/**
 * What must be written and removed so that `there` becomes what is declared. Removed is only what was declared before
 * (`managed`); what others wrote is left alone.
 */
export function tagChanges(
    there: TagMap,
    wanted: TagMap,
    managed: string[],
    ignore: AwsConfig["ignoreTags"],
) {
    const write = Object.entries(wanted).filter(
        ([key, value]) => !isIgnored(key, ignore) && there[key] !== value,
    );
    const remove = managed.filter(
        (key) => !isIgnored(key, ignore) && !Object.hasOwn(wanted, key) && Object.hasOwn(there, key),
    );
    return { write: Object.fromEntries(write), remove };
}

/** The inputs with the declared options as the tags that are there show them: drift comes back in the inputs. */
export function observedTags(
    inputs: Properties,
    there: TagMap,
    { aws, tagKeys: keys }: Configuration,
): Properties {
    const seen = (key: string, declared: unknown) => (isIgnored(key, aws.ignoreTags) ? declared : there[key]);
    const observed = { ...inputs };
    for (const [option, key] of Object.entries(keys) as [string, string][]) {
        if (inputs[option] !== undefined) observed[option] = seen(key, inputs[option]);
    }
    if (isMap(inputs["tags"])) {
        const tags = Object.entries(inputs["tags"]).map(
            ([key, declared]) => [key, seen(key, declared)] as const,
        );
        observed["tags"] = Object.fromEntries(tags.filter(([, value]) => value !== undefined));
    }
    return Object.fromEntries(Object.entries(observed).filter(([, value]) => value !== undefined));
}

/** What a default tag of the configuration that is missing, or one that is no longer wanted, asks for. */
export function pendingTags(
    inputs: Properties,
    state: Properties,
    configuration: Configuration,
): Pending | undefined {
    const { name, group, billingCode, tags } = inputs;
    if (hasUnknown([name, group, billingCode, tags]) || !isMap(state["tagsAll"])) return undefined;
    const { write, remove } = tagChanges(
        state["tagsAll"] as TagMap,
        declaredTags(inputs, configuration),
        managedKeys(state),
        configuration.aws.ignoreTags,
    );
    const told = [
        ...Object.keys(write).map((key) => `writes the tag ${shown(key)}`),
        ...remove.map((key) => `removes the tag ${shown(key)}`),
    ];
    if (told.length === 0) return undefined;
    const secret = secretsOf(inputs).includes("tags");
    return { effect: "update", why: secret ? "its tags are not as declared" : told.join(", ") };
}

/** The keys that this resource has written, as its state tells. */
export function managedKeys(state: Properties): string[] {
    const keys = state["__tagKeys"];
    return Array.isArray(keys) ? keys.filter((key): key is string => typeof key === "string") : [];
}
