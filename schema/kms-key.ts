import { text } from "./validators";

const id = "(mrk-)?[0-9a-f-]{32,36}";
const alias = "alias/[\\w/-]+";

export const kmsKey = text(
    'a KMS key: its id, its ARN, or an alias such as "alias/backup"',
    new RegExp(`^(${id}|${alias}|arn:[\\w-]+:kms:[\\w-]+:\\d{12}:(key/${id}|${alias}))$`),
);

/** Data Lifecycle Manager takes the ARN of a key, not of its alias. */
export const kmsKeyArn = text("the ARN of a KMS key", /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/./);

/** Checks whether two names refer to the same key, as far as the text shows it. */
export function isSameKeyName(before: unknown, after: unknown): boolean {
    if (before === after) return true;
    if (typeof before !== "string" || typeof after !== "string") return false;
    if (before.startsWith("arn:") && after.startsWith("arn:")) return false;
    return shortName(before) === shortName(after);
}

export function shortName(key: string): string {
    return key.slice(key.lastIndexOf(":") + 1).replace(/^key\//, "");
}
