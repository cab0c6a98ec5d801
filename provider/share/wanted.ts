/**
 * What shares declare, as EC2 names it.
 *
 * @module
 */
import { accountIdOf, type Configuration } from "../ec2/config";
import { everyone, union } from "../ec2/grants";
import { secretsOf } from "../internals";
import type { Act } from "../resource";

interface Declared {
    accounts?: unknown;
    public?: unknown;
}

/** What the shares of this snapshot in this run declare, all together. */
export function declaredOf(act: Act, id: string): string[] {
    const shares = act.declared().filter(({ snapshotId }) => snapshotId === id);
    return shares.flatMap((inputs) => wantedOf(inputs, act.configuration));
}

export function wantedOf(inputs: Declared, configuration: Configuration): string[] {
    return [...accountIds(inputs, configuration), ...(inputs.public === true ? [everyone] : [])];
}

/** Ids of the declared accounts, sorted, each once; what is none and is not configured is left out. */
export function accountIds({ accounts }: Declared, configuration: Configuration): string[] {
    if (!Array.isArray(accounts)) return [];
    const ids = (accounts as (string | number)[]).flatMap((entry) => accountIdOf(entry, configuration) ?? []);
    return union(ids, []);
}

/** Accounts as messages name them. */
export function told(grants: string[], inputs: object): string {
    if (secretsOf({ ...inputs }).includes("accounts")) return `${String(grants.length)} accounts`;
    return grants.map((grant) => (grant === everyone ? "everyone" : grant)).join(", ");
}
