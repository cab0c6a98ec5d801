/**
 * What the policy of a KMS key keeps from another account.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
 *
 * Evaluated here, since the libraries that evaluate policies are not for shipping (docs/design.md), and since the question
 * is another one than theirs: not whether one principal may, but whether surely nobody of an account may.
 *
 * @module
 */

/**
 * What an account needs of a key to use snapshots under it.
 * https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html
 */
export const neededOfKey = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:ReEncryptFrom"];

type Many<T> = T | T[];

interface Statement {
    Effect?: string;
    Principal?: "*" | Record<string, Many<string>>;
    Action?: Many<string>;
    NotAction?: Many<string>;
    Condition?: Record<string, Record<string, Many<string>>>;
}

/**
 * The needed actions that nobody of `account` gets from the policy. What cannot be told from here (a condition on the
 * caller's organization, a deny with a condition) counts for the account.
 */
export function keptFrom(account: string, policy: string, region: string): string[] {
    const { Statement = [] } = JSON.parse(policy) as { Statement?: Many<Statement> };
    const statements = list(Statement);
    const context: Record<string, string> = {
        "kms:calleraccount": account,
        "aws:principalaccount": account,
        "kms:viaservice": `ec2.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`,
    };
    const allowed = statements.filter(
        ({ Effect, Principal, Condition = {} }) =>
            Effect === "Allow" && namesAnyOf(account, Principal) && mayBeMet(Condition, context),
    );
    const denied = statements.filter(
        ({ Effect, Principal, Condition }) =>
            Effect === "Deny" && Condition === undefined && namesAllOf(account, Principal),
    );
    return neededOfKey.filter(
        (action) =>
            !allowed.some((statement) => covers(statement, action)) ||
            denied.some((statement) => covers(statement, action)),
    );
}

function covers({ Action, NotAction }: Statement, action: string): boolean {
    const named = (patterns: Many<string>) => list(patterns).some((pattern) => matches(pattern, action));
    return NotAction === undefined ? named(Action ?? []) : !named(NotAction);
}

/** A statement without `Principal` has a `NotPrincipal`, which names everybody else. */
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
    return principal === "*" ? [principal] : list(principal["AWS"] ?? []);
}

/** Of an account id, or of an ARN: `arn:aws:iam::111122223333:role/reader`. */
function accountOf(name: string): string | undefined {
    return /^\d{12}$/.test(name) ? name : name.split(":")[4];
}

/** The ARN by which a policy names an account as a whole, in the partition of `name`. */
function rootOf(account: string, name: string): string {
    return `arn:${name.split(":")[1] ?? "aws"}:iam::${account}:root`;
}

function mayBeMet(condition: NonNullable<Statement["Condition"]>, context: Record<string, string>): boolean {
    return Object.entries(condition).every(([operator, keys]) =>
        Object.entries(keys).every(([key, values]) => {
            const value = context[key.toLowerCase()];
            if (value === undefined || !/^String(Equals|Like)(IfExists)?$/.test(operator)) return true;
            return list(values).some((pattern) =>
                operator.startsWith("StringLike") ? matches(pattern, value) : pattern === value,
            );
        }),
    );
}

/** Whether a pattern of IAM stands for the text; actions have no case. */
function matches(pattern: string, text: string): boolean {
    const expression = pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".");
    return new RegExp(`^${expression}$`, "i").test(text);
}

function list<T>(many: Many<T>): T[] {
    return Array.isArray(many) ? many : [many];
}
