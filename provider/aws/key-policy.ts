/**
 * Determines which actions the policy of a KMS key denies to another account.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
 *
 * This module evaluates policies itself, because the libraries that do so are not suitable to ship (docs/design.md),
 * and because they answer another question: whether one principal is allowed. This module determines whether certainly
 * no principal of an account is allowed.
 *
 * @module
 */
import { isAccountId } from "../../schema/account-id";
import { isMap } from "../../schema/values";
import { viaEc2 } from "../../schema/via-ec2";

/**
 * An account needs these actions on a key to use snapshots that the key encrypts.
 * https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html
 */
export const requiredKeyActions = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:ReEncryptFrom"];

type Many<T> = T | T[];

interface Statement {
    Effect?: string;
    Principal?: string | Record<string, Many<string>>;
    Action?: Many<string>;
    NotAction?: Many<string>;
    Condition?: Record<string, Record<string, unknown>>;
}

/** Parses the statements of a policy; the result is `undefined` if the text is not a valid policy. */
export function parseKeyPolicy(text: string): Statement[] | undefined {
    let policy: unknown;
    try {
        policy = JSON.parse(text);
    } catch {
        return undefined;
    }
    if (!isMap(policy)) return undefined;
    const statements = list(policy["Statement"] ?? []);
    return statements.every(isStatement) ? statements : undefined;
}

function isStatement(value: unknown): value is Statement {
    if (!isMap(value)) return false;
    const { Effect, Principal, Action, NotAction, Condition } = value;
    return (
        (Effect === "Allow" || Effect === "Deny") &&
        (Principal === undefined || typeof Principal === "string" || isMapOf(Principal, isTexts)) &&
        (Action === undefined || isTexts(Action)) &&
        (NotAction === undefined || isTexts(NotAction)) &&
        (Condition === undefined || isMapOf(Condition, isMap))
    );
}

function isMapOf(value: unknown, isMember: (member: unknown) => boolean): boolean {
    return isMap(value) && Object.values(value).every(isMember);
}

function isTexts(value: unknown): value is Many<string> {
    return list(value).every((text) => typeof text === "string");
}

/**
 * Returns the needed actions that no principal of `account` gets from the statements. A statement that cannot be
 * evaluated here (a condition on the caller's organization, a deny with a condition) counts as permission.
 */
export function missingKeyActions(account: string, statements: Statement[], region: string): string[] {
    const contexts = viaEc2(region).map(
        (via) =>
            new Map([
                ["kms:calleraccount", account],
                ["aws:principalaccount", account],
                ["kms:viaservice", via],
            ]),
    );
    const allowed = statements.filter(
        ({ Effect, Principal, Condition = {} }) =>
            Effect === "Allow" &&
            namesAnyOf(account, Principal) &&
            contexts.some((context) => mayBeMet(Condition, context)),
    );
    const denied = statements.filter(
        ({ Effect, Principal, Condition }) =>
            Effect === "Deny" && Condition === undefined && namesAllOf(account, Principal),
    );
    return requiredKeyActions.filter(
        (action) =>
            !allowed.some((statement) => covers(statement, action)) ||
            denied.some((statement) => covers(statement, action)),
    );
}

function covers({ Action, NotAction }: Statement, action: string): boolean {
    const named = (patterns: Many<string>) => list(patterns).some((pattern) => matches(pattern, action));
    return NotAction === undefined ? named(Action ?? []) : !named(NotAction);
}

/**
 * Reports whether a statement applies to the account. A statement without `Principal` has a `NotPrincipal`, which
 * applies to all other principals.
 */
function namesAnyOf(account: string, principal: Statement["Principal"]): boolean {
    return (
        principal === undefined ||
        principals(principal).some((name) => name === "*" || accountOf(name) === account)
    );
}

function namesAllOf(account: string, principal: Statement["Principal"] = {}): boolean {
    return principals(principal).some((name) => ["*", account, rootOf(account, name)].includes(name));
}

function principals(principal: NonNullable<Statement["Principal"]>): string[] {
    return typeof principal === "string" ? [principal] : list(principal["AWS"] ?? []);
}

/** Returns the account of an account id or of an ARN, such as `arn:aws:iam::111122223333:role/reader`. */
function accountOf(name: string): string | undefined {
    return isAccountId(name) ? name : name.split(":")[4];
}

/** Returns the ARN by which a policy names an account as a whole, in the partition of `name`. */
function rootOf(account: string, name: string): string {
    return `arn:${name.split(":")[1] ?? "aws"}:iam::${account}:root`;
}

function mayBeMet(condition: NonNullable<Statement["Condition"]>, context: Map<string, string>): boolean {
    return Object.entries(condition).every(([operator, keys]) =>
        Object.entries(keys).every(([key, values]) => {
            const value = context.get(key.toLowerCase());
            if (value === undefined || !/^String(Equals|Like)(IfExists)?$/.test(operator)) return true;
            return list(values).some((pattern) =>
                operator.startsWith("StringLike") ? matches(String(pattern), value) : pattern === value,
            );
        }),
    );
}

/**
 * Reports whether an IAM pattern matches a text; actions ignore case. The match backtracks to the last `*` only, so
 * that its time is proportional to the length of the pattern for any number of wildcards in a policy of a third party.
 * A regular expression would try all their combinations.
 */
export function matches(pattern: string, text: string): boolean {
    const [lowerPattern, lowerText] = [pattern.toLowerCase(), text.toLowerCase()];
    let [at, star, retryFrom] = [0, -1, 0];
    for (let index = 0; index < lowerText.length;) {
        if (lowerPattern[at] === "*") {
            star = at++;
            retryFrom = index;
        } else if (lowerPattern[at] === "?" || lowerPattern[at] === lowerText[index]) {
            at++;
            index++;
        } else if (star >= 0) {
            at = star + 1;
            index = ++retryFrom;
        } else {
            return false;
        }
    }
    while (lowerPattern[at] === "*") at++;
    return at === lowerPattern.length;
}

function list<T>(many: Many<T>): T[] {
    return Array.isArray(many) ? many : [many];
}
