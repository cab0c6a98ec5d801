/**
 * `SnapshotShare` manages who besides its owner may use a snapshot. A share owns the grants that it declares, and its
 * state contains them by account id, so that update and deletion do not depend on the current meaning of an alias.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
 *
 * @module
 */
import { deadlineOf } from "../aws/clock";
import { accountIdOf } from "../../schema/account-id";
import { changedProperties } from "../../schema/property";
import {
    common,
    defined,
    equal,
    formatValue,
    hasUnknown,
    type Properties,
    textsIn,
    union,
    without,
} from "../../schema/values";
import { ignoreNotFound } from "../aws/errors";
import { formatPlace } from "../aws/place";
import { everyone, grantsOf, modifyGrants, waitForGrants } from "./grants";
import { removeLegacyTags } from "./old-note";
import { completedSnapshot } from "./ready-snapshot";
import { importIdOf, type Resource } from "../lifecycle/resource";
import { check, validateRemote } from "./check";
import {
    accountIds,
    declaredGrants,
    describeKept,
    desiredGrants,
    formatDeclared,
    formatGrants,
    notes,
    ownedGrants,
} from "./declared-grants";
import {
    type SnapshotShareInputs,
    type SnapshotShareOutputs,
    snapshotShareRules,
} from "../../schema/snapshot-share";
import { grantChanges, surplusGrants } from "./grant-changes";
import { type Observed, observe } from "./observed-share";
import { applyGrants } from "./apply-grants";

export const snapshotShare: Resource<SnapshotShareInputs, Partial<SnapshotShareOutputs>, Observed> = {
    describe: ({ snapshotId }) => `share of snapshot ${snapshotId}`,
    type: "SnapshotShare",
    check,
    notes,
    validateRemote,

    pending({ state, inputs, configuration, secrets }) {
        if (state["accountIds"] === undefined || hasUnknown(inputs["accounts"])) return undefined;
        if (equal(state["accountIds"], accountIds(inputs, configuration))) return undefined;
        const who = formatDeclared(inputs, configuration, secrets);
        return {
            effect: "update",
            why: `its accounts now stand for other ids than before: ${formatId(inputs)} will be shared with ${who}`,
        };
    },

    warning({ state, inputs, configuration, secrets }) {
        if (hasUnknown([inputs["accounts"], inputs["snapshotId"]])) return undefined;
        const isMoved = state["snapshotId"] !== inputs["snapshotId"];
        const isEdited = changedProperties(snapshotShareRules, state, inputs).length > 0;
        // `validateRemote`, which runs only for edited inputs, reports the grants that EC2 has now.
        if (!isMoved && isEdited && inputs["exclusive"] === true) return undefined;
        const isExclusive = (isMoved ? state : inputs)["exclusive"] === true;
        const lost = without(
            union(ownedGrants(state, configuration), isExclusive ? textsIn(state["grants"]) : []),
            isMoved ? [] : desiredGrants(inputs, configuration),
        );
        if (lost.length === 0) return undefined;
        const who = formatGrants(lost, secrets);
        return `revokes the access of ${who} to ${formatId(state)}, unless another share declares it`;
    },

    async create({ ctx, inputs }) {
        const { snapshotId: id } = inputs;
        const snapshot = await completedSnapshot(ctx, id);
        const added = desiredGrants(inputs, ctx.configuration);
        // Adding a grant twice is harmless, and surplus grants are detected afterwards, so that no read is needed
        // before.
        const observed = { grants: added, owned: [], isPublicElsewhere: false, ownerId: snapshot.OwnerId };
        return {
            id,
            observed: await applyGrants(ctx, { id, snapshot, observed, inputs }, { added, removed: [] }),
        };
    },

    read: observe,

    async update({ ctx, id, observed, inputs }) {
        const snapshot = await ctx.ec2.snapshots.read(id);
        if (snapshot === undefined)
            throw new Error(`snapshot ${id} no longer exists in ${await formatPlace(ctx.ec2)}`);
        const desired = desiredGrants(inputs, ctx.configuration);
        const changes = () =>
            grantChanges(observed, {
                desired,
                declared: declaredGrants(ctx, id, union(observed.owned, observed.grants)),
                isExclusive: inputs.exclusive === true,
            });
        // Another share, declared later in the program, may take over an account.
        if (changes().removed.length > 0) await ctx.waitForDeclarations();
        const { added, removed } = changes();
        if (removed.length > 0) ctx.info(`revokes the access of ${formatGrants(removed, ctx.secrets)}`);
        return applyGrants(ctx, { id, snapshot, observed, inputs }, { added, removed });
    },

    async waitUntilReady({ ctx, id, observed, inputs }) {
        if (observed.failure !== undefined) throw observed.failure;
        ctx.status("waiting until EC2 shows it");
        const format = (grants: string[]) => formatGrants(grants, ctx.secrets);
        const desired = desiredGrants(inputs, ctx.configuration);
        const surplus = (grants: string[]) =>
            surplusGrants(grants, {
                desired,
                declared: declaredGrants(ctx, id, grants),
                isExclusive: inputs.exclusive === true,
            });
        let grants =
            observed.changed === undefined
                ? observed.grants
                : await waitForGrants(ctx.ec2, id, { changes: observed.changed, format });
        if (surplus(grants).length > 0) {
            await ctx.waitForDeclarations();
            const removed = surplus(grants);
            if (removed.length > 0) {
                ctx.info(`revokes the access of ${format(removed)}`);
                await modifyGrants(ctx.ec2, id, {
                    changes: { added: [], removed },
                    deadline: deadlineOf(ctx.ec2.clock, {}),
                });
                grants = await waitForGrants(ctx.ec2, id, { changes: { added: desired, removed }, format });
            }
        }
        return { ...observed, grants, owned: desired };
    },

    async delete({ ctx, id, state }) {
        await ctx.waitForDeclarations();
        const snapshot = await ctx.ec2.snapshots.read(id);
        if (snapshot === undefined) return "notFound";
        const all = state.exclusive === true ? ((await grantsOf(ctx.ec2, id)) ?? []) : [];
        const owned = union(ownedGrants(state, ctx.configuration), all);
        const kept = common(owned, declaredGrants(ctx, id, owned));
        const removed = without(owned, kept);
        // The engine may delete the snapshot at the same time, for example after an import, which records no
        // dependency; its grants are deleted with it.
        const revoked = modifyGrants(ctx.ec2, id, {
            changes: { added: [], removed },
            deadline: deadlineOf(ctx.ec2.clock, {}),
        });
        if ((await ignoreNotFound(revoked)) === "notFound") return "notFound";
        await removeLegacyTags(ctx, id, snapshot);
        if (kept.length > 0) ctx.info(describeKept(kept, id, ctx.secrets));
        return "done";
    },

    importId: importIdOf("the snapshot", "snap"),
    async findImported({ ctx, id }) {
        const [grants, snapshot] = await Promise.all([grantsOf(ctx.ec2, id), ctx.ec2.snapshots.read(id)]);
        if (grants === undefined) return undefined;
        const accounts = without(grants, [everyone]);
        const inputs = {
            snapshotId: id,
            accounts: accounts.length === 0 ? undefined : accounts,
            public: grants.includes(everyone) ? true : undefined,
        };
        return { id, inputs, known: defined({ ownerId: snapshot?.OwnerId }) };
    },

    owner: ({ ownerId }) => ownerId,

    outputs: ({ observed: { grants, owned, ownerId } }) =>
        Promise.resolve({
            accountIds: without(owned, [everyone]),
            isPublic: grants.includes(everyone),
            grants,
            ...defined({ ownerId }),
        }),

    inputsFrom({ ctx, observed: { grants, owned, isPublicElsewhere }, declared: inputs = {} }) {
        const { accounts = [], public: isPublic, exclusive } = inputs as Partial<SnapshotShareInputs>;
        const granted = accounts.filter((entry) => {
            const id = accountIdOf(entry, ctx.configuration);
            return id === undefined || grants.includes(id);
        });
        const declared = accountIds({ accounts }, ctx.configuration);
        const undeclared = exclusive === true ? without(grants, [...declared, ...owned, everyone]) : [];
        const isNowPublic =
            grants.includes(everyone) && (isPublic === true || exclusive === true || !isPublicElsewhere);
        return {
            ...inputs,
            ...(inputs["accounts"] === undefined && undeclared.length === 0
                ? {}
                : { accounts: [...granted, ...undeclared] }),
            ...(isPublic === undefined && !isNowPublic ? {} : { public: isNowPublic }),
        };
    },
};

/** Formats the snapshot id for a message; an older state may contain any value. */
function formatId({ snapshotId }: Properties): string {
    return typeof snapshotId === "string" ? snapshotId : formatValue(snapshotId);
}
