import { expectedTagKey, isTagKey, ownPrefix } from "./tag-key";
import { allOf, listOf, mapOf, matching, objectOf, textUpTo, validator } from "./validators";
import { hasUnknown, isMap, UNKNOWN, type Properties } from "./values";
import type { Configuration } from "./configuration";
import type { CheckFailure } from "./failure";
import type { OutputsOf, Rules } from "./property";

export { isReserved, ownPrefix } from "./tag-key";

/** Tags: values by key. */
export type TagMap = Record<string, string>;
/**
 * Tag with the stack that manages a resource, `organization/project/stack`; one paginated Describe reads all resources
 * of a stack.
 */
export const stackTag = `${ownPrefix}stack`;
/** Prefix of the stack's name in {@link stackTag} of a snapshot that a replacement retained in the account. */
export const retainedPrefix = "kept by ";
/** Tag with the attempt that created a resource, while no state is known to contain the resource. */
export const claimTag = `${ownPrefix}claim`;
/** Value of a claim that has ended, if the tag could not be removed. */
export const endedClaim = "ended";
/** Tag with the token of the owner that adopts a resource, while no state is known to contain it. */
export const adoptingTag = `${ownPrefix}adopting`;
/** Tag on a replaced resource with the id of its replacement, which was not complete when its run ended. */
export const successorTag = `${ownPrefix}successor`;
/** Tag with the multi-volume set that a snapshot belongs to. */
export const setTag = `${ownPrefix}set`;
/**
 * Prefix of the tag keys that contain the token of an owner, a resource in a state; see
 * provider/lifecycle/ownership.ts.
 */
export const ownerPrefix = `${ownPrefix}owner:`;

/**
 * The standard options of every resource that has tags.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
 */
export interface StandardOptions {
    /**
     * Written as the tag `Name`, or the one in `ebs-snapshots:tagKeys`; at most 256 characters. Default: the logical
     * name of the resource. A change updates the tag.
     */
    name?: string;
    /**
     * Written as the tag `Group`, or the one in `ebs-snapshots:tagKeys`; at most 256 characters. Default: none. A
     * change updates the tag.
     */
    group?: string;
    /**
     * Written as the tag `BillingCode`, or the one in `ebs-snapshots:tagKeys`; at most 256 characters. Default: none. A
     * change updates the tag.
     */
    billingCode?: string;
    /**
     * Further tags: keys of 1 to 128 characters that begin neither with `aws:` nor `pulumi-ebs-snapshots:`, values of
     * at most 256. EC2 allows 50 tags in all, of which this package writes 3, and 4 on a set. They win over
     * `aws:defaultTags` and copied tags. A key that `name`, `group` or `billingCode` writes is refused. Default: none. A
     * change updates, and sends only the difference; a tag is removed only if this resource has written it.
     * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
     */
    tags?: TagMap;
}

export interface StandardOutputs {
    /** All tags on the resource as EC2 has them. Secret if any declared tag is. */
    tagsAll: TagMap;
}

/** Selects the tags of a source that are copied. Tags that begin with `aws:` never are, nor those of this package. */
export interface CopiedTags {
    /** The keys of the tags that are copied. Default: none; specify exactly one of this and `except`. */
    only?: string[];
    /** The keys of the tags that are not copied. Default: none; specify exactly one of this and `only`. */
    except?: string[];
}

const tagValue = textUpTo(256);
const tagKey = matching(
    { valueType: "string", expected: expectedTagKey },
    (key) => typeof key === "string" && isTagKey(key),
);

function tagKeys(value: unknown, path: string): CheckFailure[] {
    if (!isMap(value)) return [];
    return Object.keys(value)
        .filter((key) => !isTagKey(key))
        .map((key) => ({ property: `${path}.${key}`, expected: expectedTagKey }));
}

export const standardRules = {
    name: { validate: tagValue, onChange: "update" },
    group: { validate: tagValue, onChange: "update" },
    billingCode: { validate: tagValue, onChange: "update" },
    tags: {
        validate: validator(mapOf(tagValue), (value, path) => [
            ...mapOf(tagValue)(value, path),
            ...tagKeys(value, path),
        ]),
        onChange: "update",
        default: {},
    },
} satisfies Rules<StandardOptions>;

export const standardOutputs = {
    tagsAll: { secretWith: Object.keys(standardRules) },
} satisfies OutputsOf<StandardOutputs>;

const tagKeyList = listOf(tagKey, { atLeast: 1 });
const copiedTags = allOf(
    objectOf({ only: { validate: tagKeyList }, except: { validate: tagKeyList } }),
    (value, property) => {
        const { only, except } = value as CopiedTags;
        if ((only === undefined) !== (except === undefined)) return [];
        return [{ property, reason: "specify exactly one of only and except." }];
    },
);
const copyTags = validator(
    { ...copiedTags, expected: "true, false, or an object with only or except" },
    (value, path) => {
        if (typeof value === "boolean") return [];
        return isMap(value)
            ? copiedTags(value, path)
            : [{ property: path, value, expected: copyTags.expected }];
    },
);

/** The rule of every option that copies the tags of a source. */
export const copyTagsRule = { validate: copyTags, onChange: "nothing", default: false } as const;

/** The options that copy tags; a resource has one of them at most. */
const copyTagsOptions = ["copyTagsFromVolume", "copyTagsFromSource", "copyTagsFromSnapshot"] as const;

/** Returns the option by which a resource with these inputs copies tags; undefined if it copies none. */
export function copyTagsOption(
    inputs: Properties,
): { option: (typeof copyTagsOptions)[number]; selection: true | CopiedTags } | undefined {
    for (const option of copyTagsOptions) {
        const selection = inputs[option];
        if (selection === true || (isMap(selection) && !hasUnknown(selection))) return { option, selection };
    }
    return undefined;
}

export function isSelected(key: string, selection: true | CopiedTags): boolean {
    if (selection === true) return true;
    return selection.only?.includes(key) ?? selection.except?.includes(key) === false;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
export const maxTags = 50;
/** A new resource has this number of internal tags: stack, claim and owner. */
export const internalTags = 3;
/**
 * Rejects a key that is specified twice among `tags`, `name`, `group`, `billingCode`, because it is unclear which one
 * is intended.
 */
export function checkStandard(
    inputs: Properties,
    configuration: Configuration,
    reserved = internalTags,
): CheckFailure[] {
    const { tagKeys: keys } = configuration;
    const options = Object.entries(keys) as [keyof typeof keys, string][];
    const failures: CheckFailure[] = [];
    for (const [index, [option, key]] of options.entries()) {
        if (inputs[option] === undefined) continue;
        if (isMap(inputs.tags) && Object.hasOwn(inputs.tags, key)) {
            failures.push({
                property: `tags.${key}`,
                reason: `specifies a tag that ${option} writes too. Specify it once.`,
            });
        }
        const duplicate = options
            .slice(0, index)
            .find(([other, otherKey]) => otherKey === key && inputs[other] !== undefined);
        if (duplicate !== undefined) {
            failures.push({
                property: option,
                reason: `writes the tag "${key}", as ${duplicate[0]} does. Specify one of them, or change ebs-snapshots:tagKeys.`,
            });
        }
    }
    const count = inputs.tags === UNKNOWN ? 0 : Object.keys(declaredTags(inputs, configuration)).length;
    return [
        ...failures,
        ...checkTagCount(count, reserved, "together with name, group, billingCode and aws:defaultTags"),
        ...checkSelected(inputs, configuration, maxTags - reserved),
    ];
}

/** Rejects more tags than EC2 takes beside the internal ones. */
export function checkTagCount(count: number, internal: number, included: string): CheckFailure[] {
    const excess = describeExcess(count, maxTags - internal, included);
    return excess === undefined ? [] : [{ property: "tags", reason: `result in ${excess}` }];
}

/** Rejects keys to copy that do not fit beside the declared tags. */
function checkSelected(inputs: Properties, configuration: Configuration, room: number): CheckFailure[] {
    const { option, selection } = copyTagsOption(inputs) ?? {};
    if (selection === undefined || selection === true || !Array.isArray(selection.only)) return [];
    if (hasUnknown(inputs["tags"])) return [];
    const declared = Object.keys(declaredTags(inputs, configuration));
    if (declared.length > room) return [];
    const count = new Set([...declared, ...selection.only]).size;
    const excess = describeExcess(count, room, "together with the declared ones");
    return excess === undefined
        ? []
        : [{ property: `${String(option)}.only`, reason: `results in ${excess}` }];
}

/** Returns a text about a number of tags for which a resource has no room, and the remedy. */
function describeExcess(count: number, room: number, included: string): string | undefined {
    if (count <= room) return undefined;
    return (
        `${String(count)} tags, ${included}. The maximum is ${String(room)}: EC2 allows ${String(maxTags)} on a resource, ` +
        `and this package writes ${String(maxTags - room)} of its own. Remove ${String(count - room)}.`
    );
}

/** Returns the declared tags. `name`, `group` and `billingCode` override `tags`, which override the default tags. */
export function declaredTags(inputs: StandardOptions, { aws, tagKeys: keys }: Configuration): TagMap {
    const options = (Object.keys(keys) as (keyof typeof keys)[]).flatMap((option) => {
        const value = inputs[option];
        return value === undefined ? [] : [[keys[option], value] as const];
    });
    return { ...aws.defaultTags, ...inputs.tags, ...Object.fromEntries(options) };
}

export function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
    return a < b ? -1 : 1;
}
