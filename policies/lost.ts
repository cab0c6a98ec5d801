/**
 * Finds the snapshots and the data on volumes that a previewed run would delete. A policy sees only the declaration; a
 * preview includes the state, which determines `retainOnDelete` and the resources that were removed from the program.
 *
 * @module
 */
import { formatLoss, lossesOfDeletion, policyLosses } from "../schema/dlm/losses";
import { resourceOf, resources, tokenOf } from "../schema/index";
import type { InstanceSnapshot } from "../schema/instance-snapshots";
import { nameOf } from "../schema/urn";
import { changedProperties, type Rule } from "../schema/property";
import { finalSnapshotOf, hasNoData, isDataCarried, originOf, retentionByOrigin } from "../schema/retention";
import { identityLoss } from "../schema/schedule/identity";
import { equal, isMap, type Properties } from "../schema/values";
import type { Preview, PreviewStep } from "./preview";

/** A snapshot, the data on a volume, or the management of a policy's snapshots, that would be lost, and why. */
export interface Lost {
    /** URN of the resource. */
    urn: string;
    /**
     * EC2's ids; of `InstanceSnapshots`, those of its snapshots; of `LifecyclePolicy`, that of the policy; none of a
     * schedule whose identity changes.
     */
    ids: string[];
    /** Names the loss and its cause. */
    reason: string;
    /** Explains how to keep it. */
    remedy: string;
}

interface ResourceKind {
    rules: Readonly<Record<string, Rule>>;
    ids: (id: string, state: Properties) => string[];
    describeLoss: (ids: string[]) => string;
    /** Returns whether its data is retained, according to its state or to the inputs of its successor; or has none. */
    isRetained: (state: Properties, successor: Properties | undefined, op: string) => boolean;
    remedyOnReplace: string;
    remedyOnDelete: string;
}

function snapshotKind(name: keyof typeof originOf): ResourceKind {
    const isRetainedByOrigin = retentionByOrigin(originOf[name]);
    return {
        rules: resources[name].inputs,
        ids: (id, { snapshots }) =>
            Array.isArray(snapshots)
                ? (snapshots as InstanceSnapshot[]).map(({ snapshotId }) => snapshotId)
                : [id],
        describeLoss: (ids) => `${ids.join(", ")} will be deleted`,
        isRetained(state, successor, op) {
            if (hasNoData(state)) return true;
            const isRetained = successor && isRetainedByOrigin({ state, inputs: successor });
            // Only a change of the source could replace it, and the last snapshot of the former source is retained.
            return isRetained === true || (op === "update" && isRetained === undefined);
        },
        remedyOnReplace: "To keep it, set `keepReplaced: true`",
        remedyOnDelete: "To keep it, set `retainOnDelete: true` and run `pulumi up` before removing it",
    };
}

const volumeKind = (name: "VolumeFromSnapshot" | "VolumeClone"): ResourceKind => ({
    rules: resources[name].inputs,
    ids: (id) => [id],
    describeLoss: (ids) => `data on ${ids.join(", ")} will be lost`,
    isRetained(state, successor) {
        const final = finalSnapshotOf<unknown>(state, successor);
        if (final === true || isMap(final) || hasNoData(state)) return true;
        return successor !== undefined && isDataCarried({ state, inputs: successor });
    },
    remedyOnReplace: "Set `finalSnapshot: true` to take a snapshot first",
    remedyOnDelete:
        "Set `finalSnapshot: true` and run `pulumi up` before removing it, to take a snapshot first",
});

const kinds: Record<string, ResourceKind> = {
    Snapshot: snapshotKind("Snapshot"),
    SnapshotCopy: snapshotKind("SnapshotCopy"),
    InstanceSnapshots: snapshotKind("InstanceSnapshots"),
    VolumeFromSnapshot: volumeKind("VolumeFromSnapshot"),
    VolumeClone: volumeKind("VolumeClone"),
};

/**
 * Returns the snapshots, and the data on volumes, that the previewed run would or may delete, and the restore points of
 * DLM policies that it leaves unmanaged or makes fewer.
 *
 * @example
 * ```ts
 * import { readFileSync } from "node:fs";
 * import { lostSnapshots, readPreview } from "pulumi-ebs-snapshots/policies";
 *
 * for (const { urn, reason } of lostSnapshots(readPreview(readFileSync("preview.json", "utf8"))))
 *     console.log(`${urn}: ${reason}`);
 * ```
 */
export function lostSnapshots({ steps }: Preview): Lost[] {
    return steps.flatMap((step) => {
        if (resourceOf(step.oldState?.type ?? "") === "LifecyclePolicy") return lostByPolicy(step, steps);
        if (step.oldState?.type === tokenOf("SchedulePlan")) return lostByIdentity(step);
        const { op, urn, oldState } = step;
        const kind = kinds[resourceOf(oldState?.type ?? "") ?? ""];
        if (kind === undefined || oldState?.id === undefined || oldState.retainOnDelete === true) return [];
        const state = oldState.outputs ?? {};
        // After an unfinished replacement, the current declaration decides on the old resource.
        const successor = steps.find(({ urn: other, newState }) => other === urn && newState !== undefined);
        const inputs = successor?.newState?.inputs;
        const why = deletionReason(
            step,
            steps,
            inputs === undefined ? [] : undecided(kind.rules, state, inputs),
        );
        if (why === undefined || kind.isRetained(state, inputs, op)) return [];
        const ids = kind.ids(oldState.id, state);
        if (ids.length === 0) return [];
        const remedy = op === "delete" ? kind.remedyOnDelete : kind.remedyOnReplace;
        return [{ urn, ids, reason: `${kind.describeLoss(ids)}: ${why}`, remedy }];
    });
}

/** Returns what a step costs restore points of a DLM policy. */
function lostByPolicy(step: PreviewStep, steps: PreviewStep[]): Lost[] {
    const { op, urn, oldState, newState } = step;
    if (oldState?.id === undefined || (op === "delete" && oldState.retainOnDelete === true)) return [];
    const before: Properties = { ...oldState.outputs };
    const losses =
        op === "delete"
            ? deletionReason(step, steps, []) === undefined
                ? []
                : lossesOfDeletion(before)
            : op === "update" || op === "replace"
              ? policyLosses(before, newState?.inputs ?? {}, { isReplaced: op === "replace" })
              : [];
    const { id } = oldState;
    const isOfEvents = before["policyType"] === "EVENT_BASED_POLICY";
    const parts = isOfEvents ? "its accounts and its Regions" : "the names of its schedules and its targets";
    return losses.map((loss) => ({
        urn,
        ids: [id],
        reason: `${isOfEvents ? "copies" : "restore points"} of ${id}: ${formatLoss(loss)}`,
        remedy: `To keep them managed, keep the policy, ${parts} as they are`,
    }));
}

/** Returns what a step costs a schedule whose identity it changes. */
function lostByIdentity({ urn, oldState, newState }: PreviewStep): Lost[] {
    const loss = identityLoss({ ...oldState?.outputs }, { ...newState?.inputs });
    return loss === undefined ? [] : [{ urn, ids: [], ...loss }];
}

/** Returns why the step deletes the resource in the state, or undefined if it does not. */
function deletionReason(
    { op, urn, oldState, replaceReasons }: PreviewStep,
    steps: PreviewStep[],
    open: string[],
) {
    const name = nameOf(urn);
    switch (op) {
        case "delete": {
            // A resource that is renamed without an alias is adopted by its new name.
            const adopting = steps.find(
                (other) => other.op === "create" && other.newState?.inputs?.["adopt"] === oldState?.id,
            );
            if (adopting === undefined) return `${name} is no longer declared`;
            return isSamePlace(oldState?.outputs ?? {}, adopting.newState?.inputs ?? {})
                ? undefined
                : `${name} is no longer declared, and ${nameOf(adopting.urn)} looks for it in another region or with other credentials`;
        }
        case "replace": {
            const changed = replaceReasons ?? [];
            // The provider returns only this reason for a job that has failed since the state was written.
            if (changed.join() === "state") return undefined;
            if (changed.length === 0) return `${name} is replaced`;
            return `${name} is replaced because ${changed.join(", ")} ${changed.length > 1 ? "change" : "changes"}`;
        }
        case "delete-replaced": {
            const isReported = steps.some(
                (other) => other.op === "replace" && other.oldState?.id === oldState?.id,
            );
            return isReported ? undefined : `${name} was replaced by an earlier run, which did not delete it`;
        }
        case "update":
            return open.length === 0
                ? undefined
                : `${name} is replaced if ${open.join(", ")}, which is unknown at preview, changes`;
        default:
            return undefined;
    }
}

/** Checks whether both resources use the same region and the same credentials. */
function isSamePlace(before: Properties, after: Properties): boolean {
    const [regionBefore, regionAfter] = [before["region"], after["region"]];
    const isSameRegion =
        regionBefore === undefined || regionAfter === undefined || regionBefore === regionAfter;
    return isSameRegion && equal(before["credentials"], after["credentials"]);
}

function undecided(rules: Readonly<Record<string, Rule>>, before: Properties, after: Properties): string[] {
    return changedProperties(rules, before, after)
        .filter((change) => change.undecided)
        .map(({ property }) => property);
}
