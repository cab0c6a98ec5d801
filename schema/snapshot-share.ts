import type { OutputsOf, Rules } from "./property";
import { boolean, listOf, matching, resourceId } from "./validators";
import { equal, hasUnknown, union } from "./values";

export interface SnapshotShareInputs {
    /**
     * Id of the snapshot, of the caller's own account. A pending one is waited for, 24 hours at most; one that does not
     * exist, or that failed, is refused at preview. A change replaces the share, not the snapshot.
     */
    snapshotId: string;
    /**
     * Accounts that may use the snapshot: ids of 12 digits, or aliases of `ebs-snapshots:accounts`. The share owns this
     * access, even if others granted it first. Order and duplicates do not matter. The owner is refused, and so is any
     * account for a snapshot under the key `aws/ebs`. Default: nobody. A change updates: new accounts are added before
     * others are revoked.
     */
    accounts?: (string | number)[];
    /**
     * If `true`, everyone with an AWS account can use the snapshot. `true` is refused at the preview unless
     * `ebs-snapshots:allowPublicSharing` is `true`, and always for an encrypted snapshot and while block public
     * access is enabled. `false` means not public: if others make it public, the next `up` makes it private again.
     * Default: `false`. A change updates.
     */
    public?: boolean;
    /**
     * If `true`, only the declared accounts have access: all other access is revoked, whoever granted it, and the
     * preview names it; any other share of the snapshot in the program is refused. `false` leaves accounts unchanged
     * that this share does not declare. Default: `false`. A change updates.
     */
    exclusive?: boolean;
}

export interface SnapshotShareOutputs {
    /**
     * Ids of the accounts that the share owns, sorted: those that it declares, and those that a later update or
     * deletion revokes, even if an alias has another id by then. Secret if `accounts` is.
     */
    accountIds: string[];
    /** `true` if everyone can use the snapshot. */
    isPublic: boolean;
    /** All access to the snapshot as EC2 shows it: account ids, and `all` for everyone. Secret if `accounts` is. */
    grants: string[];
    /** Id of the account that owns the snapshot, 12 digits. */
    ownerId: string;
}

const account = matching(
    { valueType: "string", expected: "an account id or an alias" },
    (value) => typeof value === "string" || typeof value === "number",
);

export const snapshotShareRules = {
    snapshotId: { validate: resourceId("snap"), required: true, onChange: "replace" },
    accounts: {
        validate: listOf(account),
        onChange: "update",
        default: [],
        isEqual: (before, after) => !hasUnknown(after) && equal(asSet(before), asSet(after)),
    },
    public: { validate: boolean, onChange: "update", default: false },
    exclusive: { validate: boolean, onChange: "update", default: false },
} satisfies Rules<SnapshotShareInputs>;

function asSet(accounts: unknown): unknown {
    const isAccounts =
        Array.isArray(accounts) && accounts.every((one) => ["string", "number"].includes(typeof one));
    return isAccounts ? union(accounts.map(String), []) : accounts;
}

export const snapshotShareOutputs = {
    accountIds: { secretWith: ["accounts"] },
    isPublic: {},
    grants: { secretWith: ["accounts"] },
    ownerId: {},
} satisfies OutputsOf<SnapshotShareOutputs>;
