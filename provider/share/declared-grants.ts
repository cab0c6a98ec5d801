/**
 * Computes the grants that shares declare and own, as EC2 names them.
 *
 * @module
 */
import type { Configuration } from "../../schema/configuration";
import { accountIdOf } from "../../schema/account-id";
import { everyone } from "./grants";
import { formatCount, textsIn, union, UNKNOWN, without, type Properties } from "../../schema/values";
import type { ResourceContext } from "../lifecycle/resource-context";

interface Declared {
    accounts?: unknown;
    public?: unknown;
}

/**
 * Returns the grants that all shares of this snapshot declare in this run; among `grants`, also those that the shares of
 * other provider processes declare. They only ever keep a grant and never revoke one.
 */
export function declaredGrants(ctx: ResourceContext, id: string, grants: string[]): string[] {
    const shares = ctx.declarations().filter(({ inputs }) => inputs["snapshotId"] === id);
    const own = shares.flatMap(({ inputs }) => desiredGrants(inputs, ctx.configuration));
    const open = without(grants, own);
    const elsewhere = ctx.notedElsewhere(open.map((grant) => noteOf(id, grant)));
    return [...own, ...open.filter((grant) => elsewhere.includes(noteOf(id, grant)))];
}

/** Returns a note for each grant that a share declares, for the other provider processes of its run. */
export function notes({
    inputs,
    configuration,
}: {
    inputs: Properties;
    configuration: Configuration;
}): string[] {
    const { snapshotId } = inputs;
    if (typeof snapshotId !== "string" || snapshotId === UNKNOWN) return [];
    return desiredGrants(inputs, configuration).map((grant) => noteOf(snapshotId, grant));
}

function noteOf(id: string, grant: string): string {
    return `${id} ${grant}`;
}

export function desiredGrants(inputs: Declared, configuration: Configuration): string[] {
    return [...accountIds(inputs, configuration), ...(inputs.public === true ? [everyone] : [])];
}

/**
 * Returns the grants that a share in the state owns: the ids that its aliases had when they were granted, even if an
 * alias has another id now. States of earlier versions contain in `granted` the grants to revoke, and in `accountIds`
 * those that were declared and existed.
 */
export function ownedGrants(state: object, configuration: Configuration): string[] {
    const { accountIds: ids, granted, public: isPublic, accounts } = state as Record<string, unknown>;
    const given = Array.isArray(ids) ? textsIn(ids) : accountIds({ accounts }, configuration);
    return union([...given, ...(isPublic === true ? [everyone] : [])], textsIn(granted));
}

/**
 * Returns the ids of the declared accounts, sorted and without duplicates; an entry that is neither an id nor a
 * configured alias is omitted.
 */
export function accountIds({ accounts }: Declared, configuration: Configuration): string[] {
    if (!Array.isArray(accounts)) return [];
    return union(
        accounts.flatMap((entry: unknown) => idOf(entry, configuration) ?? []),
        [],
    );
}

function idOf(entry: unknown, configuration: Configuration): string | undefined {
    return typeof entry === "string" || typeof entry === "number"
        ? accountIdOf(entry, configuration)
        : undefined;
}

/** Formats grants for a message; `secrets` are the inputs that are secret now or were secret in the state. */
export function formatGrants(grants: string[], secrets: string[]): string {
    const count = without(grants, [everyone]).length;
    if (!secrets.includes("accounts")) return grants.map(formatGrant).join(", ");
    const accounts = count === 0 ? [] : [formatCount(count, "account")];
    return [...accounts, ...(grants.includes(everyone) ? [formatGrant(everyone)] : [])].join(", ");
}

/** Reports the grants that another share declares, so that the deletion of a share does not revoke them. */
export function describeKept(kept: string[], id: string, secrets: string[]): string {
    const verb = kept.length === 1 ? "keeps" : "keep";
    return `${formatGrants(kept, secrets)} ${verb} access to ${id}: another share declares it`;
}

/** Formats the declared grants for a message, each alias with its id; without any grant, the text is "nobody". */
export function formatDeclared(inputs: Declared, configuration: Configuration, secrets: string[]): string {
    const grants = desiredGrants(inputs, configuration);
    if (grants.length === 0) return "nobody";
    if (secrets.includes("accounts") || !Array.isArray(inputs.accounts)) return formatGrants(grants, secrets);
    const entries = inputs.accounts as unknown[];
    const aliasesOf = (id: string) =>
        union(entries.filter((entry) => idOf(entry, configuration) === id).map(String), []).filter(
            (entry) => entry !== id,
        );
    return grants
        .map((grant) => {
            const aliases = grant === everyone ? [] : aliasesOf(grant);
            return aliases.length === 0 ? formatGrant(grant) : `${aliases.join(", ")} (${grant})`;
        })
        .join(", ");
}

function formatGrant(grant: string): string {
    return grant === everyone ? "everyone" : grant;
}
