/**
 * What a run would take away for good, as its preview tells: snapshots, and what was written to volumes. A rule sees what
 * is declared; a preview shows the state as well, and of `retainOnDelete` and of what is deleted the state is what counts.
 *
 * @module
 */
import { instanceSnapshots, type InstanceSnapshot } from "../provider/instance-snapshots";
import { nameOf } from "../provider/internals";
import { placementRules } from "../provider/placement";
import { changedProperties, isMap, type Properties, type Rule } from "../provider/rules";
import { snapshot } from "../provider/snapshot";
import { snapshotCopy } from "../provider/snapshot-copy";
import { volumeFromSnapshot } from "../provider/volume-from-snapshot";

/** What `pulumi preview --json` writes, as far as it is read here. */
export interface Preview {
    /** What the run would do, one entry a step. */
    steps: PreviewStep[];
}

/** What the run would do to a resource. */
export interface PreviewStep {
    /** Such as `replace`; `delete-replaced` is there with `--show-replacement-steps` only. */
    op: string;
    /** Of the resource. */
    urn: string;
    /** The resource as the state has it. */
    oldState?: PreviewState;
    /** The resource as the program declares it. */
    newState?: PreviewState;
    /** The properties whose change replaces. */
    replaceReasons?: string[] | null;
}

/** A resource as the preview shows it. */
export interface PreviewState {
    /** Type token. */
    type: string;
    /** Of EC2; none before it is made. */
    id?: string;
    /** Whether the option is given; that of the state counts. */
    retainOnDelete?: boolean;
    /** What is declared. */
    inputs?: Record<string, unknown>;
    /** What the state holds. */
    outputs?: Record<string, unknown>;
}

/** What goes for good, and why. */
export interface Lost {
    /** Of the resource. */
    urn: string;
    /** Ids of EC2; of a set, those of its snapshots. */
    ids: string[];
    /** What goes, and what makes it go. */
    reason: string;
    /** What keeps it. */
    remedy: string;
}

interface Kind {
    rules: Record<string, Rule>;
    ids: (id: string, state: Properties) => string[];
    goes: (ids: string[]) => string;
    /** Whether it stays: as the state says, or the inputs of the one that takes its place, if one does. */
    stays: (state: Properties, successor: Properties | undefined, op: string) => boolean;
    keptOnReplace: string;
    keptOnDelete: string;
}

interface Copies {
    rules: Record<string, Rule>;
    replacing?: { stays?: (state: Properties, inputs: Properties) => boolean | undefined };
}

function copies({ rules, replacing }: Copies): Kind {
    return {
        rules: { ...placementRules, ...rules },
        ids: (id, { snapshots }) =>
            Array.isArray(snapshots)
                ? (snapshots as InstanceSnapshot[]).map(({ snapshotId }) => snapshotId)
                : [id],
        goes: (ids) => `${ids.join(", ")} ${ids.length === 1 ? "is" : "are"} deleted`,
        stays(state, successor, op) {
            const stays = successor && replacing?.stays?.(state, successor);
            // Only another origin would replace it then, of which the old one is the last copy.
            return stays === true || (op === "update" && stays === undefined);
        },
        keptOnReplace: "`keepReplaced: true` keeps it",
        keptOnDelete: "`retainOnDelete: true`, in an `up` of its own before, keeps it",
    };
}

const volume: Kind = {
    rules: { ...placementRules, ...volumeFromSnapshot.rules },
    ids: (id) => [id],
    goes: (ids) => `what was written to ${ids.join(", ")} is deleted`,
    stays(state, successor) {
        const final = successor?.["finalSnapshot"] ?? state["finalSnapshot"];
        return final === true || isMap(final) || ["error", "deleted"].includes(String(state["state"]));
    },
    keptOnReplace: "`finalSnapshot: true` takes a snapshot of it first",
    keptOnDelete: "`finalSnapshot: true`, in an `up` of its own before, takes a snapshot of it first",
};

const kinds: Record<string, Kind> = {
    "pulumi-nodejs:dynamic/ebs:Snapshot": copies(snapshot),
    "pulumi-nodejs:dynamic/ebs:SnapshotCopy": copies(snapshotCopy),
    "pulumi-nodejs:dynamic/ebs:InstanceSnapshots": copies(instanceSnapshots),
    "pulumi-nodejs:dynamic/ebs:VolumeFromSnapshot": volume,
};

/**
 * The snapshots, and the data on volumes, that the previewed run would take away for good, or may.
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
        const { op, urn, oldState } = step;
        const kind = kinds[oldState?.type ?? ""];
        if (kind === undefined || oldState?.id === undefined || oldState.retainOnDelete === true) return [];
        const state = oldState.outputs ?? {};
        // What an unfinished replacement has left goes by what stands for it now.
        const successor = steps.find(({ urn: other, newState }) => other === urn && newState !== undefined);
        const inputs = successor?.newState?.inputs;
        const why = whyOf(step, steps, inputs === undefined ? [] : undecided(kind.rules, state, inputs));
        if (why === undefined || kind.stays(state, inputs, op)) return [];
        const ids = kind.ids(oldState.id, state);
        if (ids.length === 0) return [];
        const remedy = op === "delete" ? kind.keptOnDelete : kind.keptOnReplace;
        return [{ urn, ids, reason: `${kind.goes(ids)}: ${why}`, remedy }];
    });
}

/** Why the step takes away what the state holds; nothing where it does not. */
function whyOf({ op, urn, oldState, replaceReasons }: PreviewStep, steps: PreviewStep[], open: string[]) {
    const name = nameOf(urn);
    switch (op) {
        case "delete": {
            // Renamed without an alias, its new name adopts it.
            const adopted = steps.some(
                (other) => other.op === "create" && other.newState?.inputs?.["adopt"] === oldState?.id,
            );
            return adopted ? undefined : `${name} is no longer declared`;
        }
        case "replace": {
            const changed = replaceReasons ?? [];
            if (changed.length === 0) return `${name} is replaced`;
            return `${name} is replaced, since ${changed.join(", ")} ${changed.length > 1 ? "change" : "changes"}`;
        }
        case "delete-replaced": {
            const told = steps.some((other) => other.op === "replace" && other.oldState?.id === oldState?.id);
            return told ? undefined : `${name} was replaced before, and that is finished now`;
        }
        case "update":
            return open.length === 0
                ? undefined
                : `${name} is replaced if ${open.join(", ")}, not known yet, turns out to be another`;
        default:
            return undefined;
    }
}

function undecided(rules: Record<string, Rule>, before: Properties, after: Properties): string[] {
    return changedProperties(rules, before, after)
        .filter((change) => change.undecided)
        .map(({ property }) => property);
}

/**
 * Reads what `pulumi preview --json` wrote. One that failed is refused: it may hold some of the steps all the same.
 *
 * @example
 * ```ts
 * import { lostSnapshots, readPreview } from "pulumi-ebs-snapshots/policies";
 *
 * const nothing = lostSnapshots(readPreview('{ "steps": [] }'));
 * ```
 */
export function readPreview(text: string): Preview {
    const read = JSON.parse(text) as (Partial<Preview> & { diagnostics?: Diagnostic[] }) | null;
    const error = read?.diagnostics?.find(({ severity }) => severity === "error");
    if (error !== undefined) throw new Error(`the preview failed: ${error.message ?? "it does not say why"}`);
    if (!Array.isArray(read?.steps))
        throw new Error("this is no output of `pulumi preview --json`: it has no steps");
    return { steps: read.steps };
}

interface Diagnostic {
    severity?: string;
    message?: string;
}
