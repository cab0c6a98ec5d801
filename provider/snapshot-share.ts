/**
 * `SnapshotShare`: who besides its owner may use a snapshot.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
 *
 * @module
 */
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { deadlineOf } from "./duration";
import { accountIdOf, defined } from "./ec2/config";
import { Ec2Error } from "./ec2/errors";
import {
    common,
    everyone,
    grantedBy,
    grantedTag,
    grantedText,
    grantsOf,
    grantsVisible,
    modifyGrants,
    mostChanges,
    union,
    without,
} from "./ec2/grants";
import { removeTags, writeTags } from "./ec2/tagging";
import { tagOf } from "./ec2/tags";
import type { Act, Resource } from "./resource";
import {
    equal,
    flag,
    hasUnknown,
    listOf,
    resourceId,
    shown,
    type Accepts,
    type Properties,
    type Rules,
} from "./rules";
import { check, lookUp, shareCopy } from "./share/check";
import { accountIds, declaredOf, told, wantedOf } from "./share/wanted";
import { completed } from "./completion";

export interface SnapshotShareInputs {
    /**
     * Id of the snapshot, of the caller's own account. A pending one is waited for, 24 hours at most. A change replaces
     * the share, not the snapshot.
     */
    snapshotId: string;
    /**
     * Who may use the snapshot: account ids of 12 digits, or aliases of `ebs-snapshots:accounts`. Order and duplicates
     * do not matter. The owner is refused, and so is any account for a snapshot under the key `aws/ebs`. Default: nobody.
     * A change updates: new accounts are added before others are revoked.
     */
    accounts?: (string | number)[];
    /**
     * Whether everyone with an AWS account may use the snapshot. `true` is refused at the preview unless
     * `ebs-snapshots:allowPublicSharing` is `true`, for an encrypted snapshot, and where block public access is on.
     * `false` means not public: made public by others, it is made private again by the next `up`. Default: `false`. A
     * change updates.
     */
    public?: boolean;
    /**
     * Whether access that no share of the program declares for this snapshot is revoked, whoever gave it; the preview
     * names it. `false` leaves it alone. Two exclusive shares of one snapshot are refused. Default: `false`. A change
     * updates.
     */
    exclusive?: boolean;
}

export interface SnapshotShareOutputs {
    /** The declared accounts that have access: ids, sorted. Secret if `accounts` is. */
    accountIds: string[];
    /** Whether everyone may use the snapshot. */
    isPublic: boolean;
    /** What this stack granted of what is declared here: account ids, and `all` for everyone. Secret if `accounts` is. */
    granted: string[];
    /** All access to the snapshot as EC2 shows it: account ids, and `all` for everyone. Secret if `accounts` is. */
    grants: string[];
    /** Id of the account that owns the snapshot, 12 digits. */
    ownerId: string;
}

const account: Accepts = (value, path) =>
    typeof value === "string" || typeof value === "number"
        ? []
        : [{ property: path, reason: `is ${shown(value)}, but must be an account id or an alias` }];

export const snapshotShareRules = {
    snapshotId: { accepts: resourceId("snap"), required: true, onChange: "replace" },
    accounts: {
        accepts: listOf(account),
        onChange: "update",
        same: (before, after) => !hasUnknown(after) && equal(asSet(before), asSet(after)),
    },
    public: { accepts: flag, onChange: "update", same: sameFlag },
    exclusive: { accepts: flag, onChange: "update", same: sameFlag },
} satisfies Rules<SnapshotShareInputs>;

type State = Partial<SnapshotShareInputs & SnapshotShareOutputs>;

interface Seen {
    snapshot: Ec2Snapshot;
    grants: string[];
    /** Those that the shares of this stack have made. */
    ours: string[];
    /** What the share declares. */
    wanted: string[];
    /** What was changed just now. */
    changed?: { added: string[]; removed: string[] };
}

export const snapshotShare: Resource<SnapshotShareInputs, Partial<SnapshotShareOutputs>, Seen> = {
    describe: ({ snapshotId }) => `share of snapshot ${snapshotId}`,
    rules: snapshotShareRules,
    check,
    lookUp,
    secretWith: { accounts: ["accountIds", "granted", "grants"] },

    // An alias may mean another account by now.
    pending(state, inputs, configuration) {
        if (state["accountIds"] === undefined || hasUnknown(inputs["accounts"])) return undefined;
        if (equal(state["accountIds"], accountIds(inputs, configuration))) return undefined;
        return { effect: "update", why: "its accounts, as configured, are not those that have access" };
    },

    warning(state, inputs, configuration) {
        if (hasUnknown([inputs["accounts"], inputs["snapshotId"]])) return undefined;
        const moves = state["snapshotId"] !== inputs["snapshotId"];
        // `lookUp` tells it, of what EC2 has now.
        if (!moves && inputs["exclusive"] === true) return undefined;
        const theirs = state[moves && state["exclusive"] === true ? "grants" : "granted"];
        const lost = without(
            Array.isArray(theirs) ? theirs.map(String) : [],
            moves ? [] : wantedOf(inputs, configuration),
        );
        if (lost.length === 0) return undefined;
        const who = told(lost, { __secrets: [state["__secrets"], inputs["__secrets"]].flat() });
        return `revokes the access of ${who} to ${String(state["snapshotId"])}, unless another share declares it`;
    },

    async make(act, inputs) {
        const { snapshotId: id } = inputs;
        await completed(act, id, deadlineOf(act.cloud.clock, {}));
        return { id, seen: await ensure(act, id, inputs, {}) };
    },

    look: async (act, id, state) => see(act, id, await act.cloud.snapshots.read(id), state, state),
    // Most are not the stack's own snapshots; what it has granted, it has noted on them.
    lookAhead: async (act, id, stack, state) =>
        see(act, id, await act.cloud.snapshots.readAmong(id, { [grantedTag(stack)]: [] }), state, state),
    change: (act, id, _seen, inputs, state) => ensure(act, id, inputs, state),

    async finish(act, id, seen) {
        if (seen.changed === undefined) return seen;
        act.status("waiting until EC2 shows it");
        return { ...seen, grants: await grantsVisible(act.cloud, id, seen.changed) };
    },

    async remove(act, id, state) {
        await act.allDeclared();
        return act.cloud.inLine(id, async () => {
            const seen = await see(act, id, await act.cloud.snapshots.read(id), state, state);
            if (seen === undefined) return "gone";
            const mine = state.exclusive === true ? seen.grants : granted(seen);
            const kept = declaredOf(act, id);
            await revoke(act, id, seen, without(mine, kept));
            const stays = common(mine, kept);
            if (stays.length > 0) act.info(`${told(stays, state)} keep access: another share declares it`);
            return "done";
        });
    },

    owner: ({ snapshot }) => snapshot.OwnerId,

    outputs: (_act, _id, seen) =>
        Promise.resolve({
            accountIds: without(common(seen.wanted, seen.grants), [everyone]),
            isPublic: seen.grants.includes(everyone),
            granted: granted(seen),
            grants: seen.grants,
            ...defined({ ownerId: seen.snapshot.OwnerId }),
        }),

    observe(act, inputs, seen) {
        const { accounts = [], public: isPublic, exclusive } = inputs as Partial<SnapshotShareInputs>;
        const { grants, ours, wanted } = seen;
        const there = accounts.filter((entry) => {
            const id = accountIdOf(entry, act.configuration);
            return id === undefined || grants.includes(id);
        });
        // What another share of this stack has granted is not drift of this one.
        const foreign = without(without(grants, wanted), ours);
        const extra = exclusive === true ? without(foreign, [everyone]) : [];
        const open = isPublic === true ? grants.includes(everyone) : foreign.includes(everyone);
        return {
            ...inputs,
            ...(inputs["accounts"] === undefined && extra.length === 0
                ? {}
                : { accounts: [...there, ...extra] }),
            ...(isPublic === undefined && !open ? {} : { public: open }),
        };
    },
};

/** Brings the grants to what is declared. One at a time a snapshot, since all its shares read and write one note. */
function ensure(act: Act, id: string, inputs: SnapshotShareInputs, state: State): Promise<Seen> {
    return act.cloud.inLine(id, async () => {
        const look = async () => see(act, id, await act.cloud.snapshots.read(id), inputs, state);
        const before = state.granted ?? [];
        const changesOf = (seen: Seen) =>
            changesTo(seen, before, inputs.exclusive === true, declaredOf(act, id));
        const seen = await look();
        if (seen === undefined) throw new Error(`snapshot ${id} does not exist in ${act.cloud.region}`);
        // A share that takes an account over may be declared further down in the program.
        if (changesOf(seen).remove.length > 0) await act.allDeclared();
        const { add, remove } = changesOf(seen);
        const granting = add.length === 0 ? seen : await grant(act, id, seen, add);
        await revoke(act, id, granting, remove);
        if (remove.length > 0) act.info(`revokes the access of ${told(remove, inputs)}`);
        if (add.length + remove.length === 0) return seen;
        return {
            ...granting,
            grants: without(granting.grants, remove),
            changed: { added: add, removed: remove },
        };
    });
}

/** What must be granted and revoked: nothing that any share of this run declares is ever revoked. */
export function changesTo(
    { grants, ours, wanted }: Pick<Seen, "grants" | "ours" | "wanted">,
    before: string[],
    exclusive: boolean,
    declared: string[],
): { add: string[]; remove: string[] } {
    const obsolete = grants.filter(
        (grant) =>
            exclusive ||
            before.includes(grant) ||
            // Not public means not public, unless another share of this stack wants it.
            (grant === everyone && !ours.includes(grant)),
    );
    return { add: without(wanted, grants), remove: without(without(obsolete, wanted), declared) };
}

/** Noted first: a run that dies in between leaves no grant of which nobody knows whose it is. */
async function grant(act: Act, id: string, seen: Seen, add: string[]): Promise<Seen> {
    await act.stillHeard();
    const after = { ...seen, grants: union(seen.grants, add), ours: union(seen.ours, add) };
    const noted = await note(act, id, after);
    try {
        await modifyGrants(act.cloud, id, "add", add, deadlineOf(act.cloud.clock, {}));
    } catch (error) {
        // Refused as a whole. After a part, or without an answer, the note stands: it says "ours, if it is there".
        const refused = error instanceof Ec2Error && ["refused", "forbidden"].includes(error.nature);
        if (refused && add.length <= mostChanges) await note(act, id, { ...seen, snapshot: noted.snapshot });
        throw withRemedy(error, seen.snapshot, add);
    }
    return noted;
}

async function revoke(act: Act, id: string, seen: Seen, grants: string[]): Promise<void> {
    const present = common(grants, seen.grants);
    if (present.length > 0)
        await modifyGrants(act.cloud, id, "remove", present, deadlineOf(act.cloud.clock, {}));
    await note(act, id, {
        ...seen,
        grants: without(seen.grants, present),
        ours: without(seen.ours, present),
    });
}

/** Notes on the snapshot which grants are ours. */
async function note(act: Act, id: string, seen: Seen): Promise<Seen> {
    const key = grantedTag(act.stack);
    const text = grantedText(seen.ours, seen.grants);
    const tags = seen.snapshot.Tags ?? [];
    if (text === tagOf(seen.snapshot, key)) return seen;
    try {
        await (text === undefined
            ? removeTags(act.cloud, [id], [key])
            : writeTags(act.cloud, [id], { [key]: text }));
    } catch (error) {
        if (!(error instanceof Ec2Error) || error.nature !== "forbidden") throw error;
        act.info(`what this stack grants cannot be noted on the snapshot: ${error.message}`);
    }
    const others = tags.filter(({ Key }) => Key !== key);
    const Tags = text === undefined ? others : [...others, { Key: key, Value: text }];
    return { ...seen, snapshot: { ...seen.snapshot, Tags } };
}

async function see(
    act: Act,
    id: string,
    snapshot: Ec2Snapshot | undefined,
    inputs: State | Properties,
    state: State | Properties,
): Promise<Seen | undefined> {
    const grants = snapshot === undefined ? undefined : await grantsOf(act.cloud, id);
    if (snapshot === undefined || grants === undefined) return undefined;
    const noted = grantedBy(tagOf(snapshot, grantedTag(act.stack)), grants);
    const before = common((state as State).granted ?? [], grants);
    return { snapshot, grants, ours: union(noted, before), wanted: wantedOf(inputs, act.configuration) };
}

function granted({ grants, ours, wanted }: Seen): string[] {
    return common(common(wanted, ours), grants);
}

function withRemedy(error: unknown, { Encrypted }: Ec2Snapshot, add: string[]): unknown {
    if (!(error instanceof Ec2Error) || error.nature !== "refused") return error;
    const remedies = [
        ...(Encrypted === true ? [`If it is under the key aws/ebs: ${shareCopy}.`] : []),
        ...(add.includes(everyone) && Encrypted !== true
            ? ["See whether block public access is on: aws ec2 get-snapshot-block-public-access-state."]
            : []),
    ];
    return new Error([error.message, ...remedies].join(" "), { cause: error });
}

function asSet(accounts: unknown): unknown {
    return Array.isArray(accounts) ? union(accounts.map(String), []) : (accounts ?? []);
}

function sameFlag(before: unknown, after: unknown): boolean {
    return (before ?? false) === (after ?? false);
}
