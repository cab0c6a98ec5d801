/**
 * KMS keys and their names: id, ARN, alias, ARN of an alias.
 *
 * @module
 */
import { text, type Accepts } from "../rules";
import type { Cloud } from "./cloud";

const id = "(mrk-)?[0-9a-f-]{32,36}";
const alias = "alias/[\\w/-]+";

export const kmsKey: Accepts = text(
    'a KMS key: its id, its ARN, or an alias such as "alias/backup"',
    new RegExp(`^(${id}|${alias}|arn:[\\w-]+:kms:[\\w-]+:\\d{12}:(key/${id}|${alias}))$`),
);

/** As far as the text tells; a key that is left out is the one that is there. */
export function sameKeyName(before: unknown, after: unknown): boolean {
    if (after === undefined || before === after) return true;
    if (typeof before !== "string" || typeof after !== "string") return false;
    if (before.startsWith("arn:") && after.startsWith("arn:")) return false;
    return shortName(before) === shortName(after);
}

/** The same, with aliases looked up. */
export async function sameKey(cloud: Cloud, before: unknown, after: unknown): Promise<boolean> {
    const [one, other] = await Promise.all(
        [before, after].map((key) => (isAlias(key) ? cloud.keyArn(key) : key)),
    );
    return sameKeyName(one, other);
}

function isAlias(key: unknown): key is string {
    return typeof key === "string" && shortName(key).startsWith("alias/");
}

function shortName(key: string): string {
    return key.slice(key.lastIndexOf(":") + 1).replace(/^key\//, "");
}
