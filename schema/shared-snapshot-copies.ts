/**
 * Defines the arguments of the component that copies shared snapshots, as plain data, and validates them.
 * https://docs.aws.amazon.com/ebs/latest/userguide/event-policy.html
 *
 * @module
 */
import {
    account,
    checkArguments,
    copyTargets,
    fail,
    failWith,
    permissionsBoundary,
    refuse,
} from "./component-arguments";
import type { Credentials } from "./credentials";
import { policyDescription } from "./dlm/policy-values";
import type { Duration } from "./duration";
import type { CheckFailure } from "./failure";
import { providerOptionRules, roleArn } from "./placement";
import type { Property } from "./property";
import { boolean, listOf, validator } from "./validators";
import { ownValue } from "./values";

/**
 * Arguments of the component that copies shared snapshots. `Text` is the type of values that may become known later: in a
 * program, an output of another resource.
 */
export interface SharedSnapshotCopiesInputs<Text = string> {
    /**
     * Accounts whose shared snapshots are copied: ids of 12 digits, or aliases of `ebs-snapshots:accounts`, at most 50. A
     * change updates; the preview warns of accounts whose snapshots are no longer copied.
     */
    fromAccounts: Text[];
    /**
     * Copies in one to three Regions. A change updates, and applies to snapshots that are shared afterwards; the preview
     * warns of removed Regions.
     */
    copyTo: SharedSnapshotCopy<Text>[];
    /**
     * Regular expression of at most 1,000 characters; only snapshots whose description matches are copied. DLM's examples
     * match the whole description: write `.*production.*` for those that contain the word. Default: `.*`, all snapshots. A
     * change updates, and the preview warns.
     */
    descriptionMatches?: string;
    /**
     * ARN of the role that DLM assumes. It needs the rights that the component would give it; the page of the component
     * lists them. Default: a role is created, with these rights alone. A change updates.
     */
    role?: Text;
    /**
     * ARN of the policy that bounds the permissions of the created role; not with `role`. Default: none. A change updates
     * the role.
     */
    permissionsBoundary?: Text;
    /**
     * The identity for the DLM policy, as of every resource of this package: an explicit `aws.Provider` applies to the
     * resources of `@pulumi/aws` only. Default: the roles (`assumeRoles`) of an explicit `aws.Provider`, otherwise its
     * profile, otherwise the configured identity. A change updates the state alone.
     */
    credentials?: Credentials;
    /**
     * Description of the DLM policy: at most 500 letters, digits, spaces, `_` and `-`. Default: the name of the component. A
     * change updates.
     */
    description?: string;
    /**
     * With `false`, DLM neither copies snapshots nor deletes copies, whatever their age. Default: `true`. A change
     * updates; the preview warns.
     */
    enabled?: boolean;
}

/** Copies of shared snapshots in a Region. */
export interface SharedSnapshotCopy<Text = string> {
    /** Destination Region, each once. */
    region: string;
    /** Age at which each copy is deleted, in whole days, at most `"36500 days"`. A change applies to new copies. */
    keep: Duration;
    /**
     * If `true`, copies of unencrypted snapshots are encrypted. Copies of encrypted snapshots always are. Default:
     * `false`.
     */
    encrypted?: boolean;
    /** ARN of a KMS key in that Region. Requires `encrypted`. Default: that Region's default key. */
    kmsKeyId?: Text;
}

/** Returns all failures of the arguments, given the configured account ids by alias; unknown values are not validated. */
export function checkSharedSnapshotCopies(
    args: SharedSnapshotCopiesInputs<unknown>,
    accounts: Record<string, string> = {},
): CheckFailure[] {
    const failures = checkArguments(propertiesOf(accounts), args);
    // Only well-formed arguments can be compared with each other.
    return failures.length > 0 ? failures : checkTogether(args, accounts);
}

function propertiesOf(accounts: Record<string, string>): Record<keyof SharedSnapshotCopiesInputs, Property> {
    return {
        fromAccounts: { validate: listOf(account(accounts), { atLeast: 1, atMost: 50 }), required: true },
        copyTo: { validate: copyTargets({ atLeast: 1 }), required: true },
        descriptionMatches: { validate: regularExpression },
        role: { validate: roleArn },
        permissionsBoundary: { validate: permissionsBoundary },
        credentials: providerOptionRules.credentials,
        description: { validate: policyDescription },
        enabled: { validate: boolean },
    };
}

function checkTogether(
    { fromAccounts, role, permissionsBoundary: bound }: SharedSnapshotCopiesInputs<unknown>,
    accounts: Record<string, string>,
): CheckFailure[] {
    const ids = fromAccounts.map((one) => (typeof one === "string" ? (ownValue(accounts, one) ?? one) : one));
    return [
        ...ids.flatMap((id, index) =>
            ids.indexOf(id) < index
                ? failWith(
                      `fromAccounts[${String(index)}]`,
                      fromAccounts[index],
                      "which another entry names too",
                  )
                : [],
        ),
        ...(role !== undefined && bound !== undefined
            ? fail(
                  "permissionsBoundary",
                  "is for the role that is created without role. Remove one of the two",
              )
            : []),
    ];
}

const regularExpression = validator(
    { valueType: "string", expected: "a regular expression of 1 to 1,000 characters" },
    (value, path) => {
        const expected = 'a regular expression of 1 to 1,000 characters such as ".*production.*"';
        if (typeof value !== "string" || value.length === 0 || value.length > 1_000)
            return refuse(path, value, expected);
        try {
            new RegExp(asJavaScript(value));
            return [];
        } catch (error) {
            const [, cause = ""] = /: ([^:]+)$/.exec((error as Error).message) ?? [];
            return refuse(path, value, `${expected}: ${cause}`);
        }
    },
);

/**
 * Rewrites what other dialects have besides JavaScript's, because AWS does not name the dialect of DLM: flags such as
 * `(?i)`, atomic groups, possessive quantifiers.
 */
function asJavaScript(expression: string): string {
    return expression
        .replaceAll(/\(\?[a-zA-Z-]+\)/g, "")
        .replaceAll(/\(\?(?:[a-zA-Z-]*:|>)/g, "(?:")
        .replaceAll(/(?<!\\)([*+?}])\+/g, "$1");
}
