/**
 * Declares who may share snapshots and with which accounts, and rejects principals and accounts that would match others.
 *
 * @module
 */
import { isAccountId, isShortAccountId, quoteAccountId } from "../../schema/account-id";

/**
 * Principals: names or ARNs. A name applies in every account that the document is attached to. `*` and `?` are refused in
 * names, because the guardrail would except other principals too.
 */
export interface Sharers {
    /**
     * Groups. IAM conditions cannot match groups, so the guardrail cannot except them. Default: none.
     */
    groups?: string[];
    /** Roles. Default: none. */
    roles?: string[];
    /** Users. Default: none. */
    users?: string[];
}

/** The principals that may share snapshots, and the accounts that they may share with. */
export interface SharingPolicyInputs {
    /**
     * Ids of the accounts, 12 digits each, that snapshots may be shared with; in `SnapshotSharingPolicy` also aliases of
     * `ebs-snapshots:accounts`. A change updates.
     */
    accounts: string[];
    /** Principals that may share with these accounts. Default: none. A change updates. */
    privateSharers?: Sharers;
    /** Principals that may make snapshots public. Default: none. A change updates. */
    publicSharers?: Sharers;
    /**
     * Further principals that run Pulumi with this package, or copy its tags as AWS Backup does. Except them, the
     * sharers and the roles that schedules create, the guardrail lets nobody write tags that begin with
     * `pulumi-ebs-snapshots:`. Default: none. A change updates.
     */
    deployers?: Sharers;
    /** Only snapshots whose tag `Group` has this value may be shared. Default: all. A change updates. */
    group?: string;
}

/** Rejects wildcards in names, which would except others, and ARNs of another kind, which would except no principal. */
export function checkPrincipals(property: string, principals: Sharers = {}): void {
    for (const [kind, list] of Object.entries(principals) as [keyof Sharers, string[] | undefined][]) {
        for (const principal of list ?? []) {
            const arn = new RegExp(`^arn:[^:]+:iam::[^:]*:${kind.slice(0, -1)}/(?:.*/)?[\\w+=,.@-]+$`);
            if (arn.test(principal) || /^(?:[^*?:]+\/)?[\w+=,.@-]+$/.test(principal)) continue;
            throw new Error(
                `${property}.${kind}: "${principal}" is neither the name nor the ARN of a ${kind.slice(0, -1)}; ` +
                    "wildcards are not supported in names",
            );
        }
    }
}

export function validateAccounts(accounts: string[]): string[] {
    const invalid = accounts.find((id) => !isAccountId(id));
    if (invalid === undefined) return [...new Set(accounts.map(String))].sort();
    const reason = `accounts: "${invalid}" is not an account id of 12 digits`;
    throw new Error(isShortAccountId(invalid) ? `${reason}: ${quoteAccountId}` : reason);
}

/** Returns the name in an ARN with any path. */
export function nameOf(principal: string): string {
    return principal.slice(principal.lastIndexOf("/") + 1);
}

/** Returns the name of a principal that a policy is attached to; fails if it is of another account than the policy. */
export function nameIn(policyArn: string, principal: string): string {
    const [theirs, own] = [principal, policyArn].map((arn) => /^arn:[^:]+:iam::(\d{12}):/.exec(arn)?.[1]);
    if (theirs === undefined || own === undefined || theirs === own) return nameOf(principal);
    throw new Error(
        `${principal} is of account ${theirs}, but this component attaches policies in account ${own}. ` +
            "Declare it in a program of that account, or attach the documents of sharingPolicyDocuments there",
    );
}
