/**
 * Modifies a volume in place.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modify-volume.html
 *
 * @module
 */
import type { ModifyVolumeRequest, Volume, VolumeModification, VolumeType } from "@aws-sdk/client-ec2";
import { defined, formatValue, UNKNOWN } from "../../schema/values";
import { textOf, type Text } from "../../schema/failure";
import { Ec2Error } from "../aws/errors";
import type { PollResult } from "../aws/poll";
import type { ResourceContext } from "../lifecycle/resource-context";

/** The properties of a volume that EC2 can modify. */
export interface ModifiableProperties {
    size?: number | undefined;
    volumeType?: string | undefined;
    iops?: number | undefined;
    throughput?: number | undefined;
    multiAttachEnabled?: boolean | undefined;
}

type Plan = Omit<ModifyVolumeRequest, "VolumeId" | "DryRun">;

/**
 * Returns the modification that changes the current volume to the declared one; undefined if EC2 has nothing to change.
 */
export function planModification(current: Volume, desired: ModifiableProperties): Plan | undefined {
    const isTypeChanged = desired.volumeType !== undefined && desired.volumeType !== current.VolumeType;
    // Another type has other performance values, so that all declared ones are sent with it, changed or not.
    const changedValue = <T>(before: T | undefined, after: T | undefined) =>
        after !== undefined && (isTypeChanged || after !== before) ? after : undefined;
    const isLarger = desired.size !== undefined && current.Size !== undefined && desired.size > current.Size;
    const plan = defined({
        Size: isLarger ? desired.size : undefined,
        VolumeType: isTypeChanged ? (desired.volumeType as VolumeType) : undefined,
        Iops: changedValue(current.Iops, desired.iops),
        Throughput: changedValue(current.Throughput, desired.throughput),
        // An omitted flag does not change the volume; a change of type alone does not resend it.
        MultiAttachEnabled:
            desired.multiAttachEnabled === (current.MultiAttachEnabled ?? false)
                ? undefined
                : desired.multiAttachEnabled,
    });
    return Object.keys(plan).length === 0 ? undefined : plan;
}

/** Formats the changes of a modification for the reviewer. */
export function describeModification(current: Volume, desired: ModifiableProperties): Text[] {
    const plan = Object.entries(planModification(current, desired) ?? {}) as [
        keyof Plan & keyof Volume,
        unknown,
    ][];
    return plan
        .filter(([, value]) => value !== UNKNOWN)
        .map(([key, value]) => {
            const mention = (of: unknown) => ({ property: inputNames[key], value: formatValue(of) });
            return textOf`${key} ${mention(current[key])} => ${mention(value)}`;
        });
}

/** The names of the inputs, by EC2's names. */
const inputNames = {
    Size: "size",
    VolumeType: "volumeType",
    Iops: "iops",
    Throughput: "throughput",
    MultiAttachEnabled: "multiAttachEnabled",
} as const satisfies Record<keyof Plan, keyof ModifiableProperties>;

/** Checks whether a modification includes the whole plan. */
export function includesPlan(modification: VolumeModification | undefined, plan: Plan): boolean {
    if (modification === undefined || modification.ModificationState === "failed") return false;
    const target = targetOf(modification);
    return Object.entries(plan).every(([key, value]) => target[key as keyof Plan] === value);
}

function targetOf(modification: VolumeModification): Plan {
    return defined({
        Size: modification.TargetSize,
        VolumeType: modification.TargetVolumeType,
        Iops: modification.TargetIops,
        Throughput: modification.TargetThroughput,
        MultiAttachEnabled: modification.TargetMultiAttachEnabled,
    });
}

/** Evaluates a modification. From `optimizing` on, which may take hours, the volume can be used as declared. */
export function evaluateModification(observed: VolumeModification | undefined, since = 0): PollResult {
    if (observed === undefined) return { failed: "the modification is not shown by EC2" };
    // EC2 may show the previous modification for a moment.
    if ((observed.StartTime?.getTime() ?? since) < since) return { pending: "modifying" };
    switch (observed.ModificationState) {
        case "optimizing":
        case "completed":
            return "done";
        case "modifying":
        case undefined:
            return { pending: `modifying ${String(observed.Progress ?? 0)}%` };
        case "failed":
            return { failed: `the modification failed: ${observed.StatusMessage ?? "EC2 gave no reason"}` };
        default:
            return {
                failed: `unexpected modification state ${String(observed.ModificationState)}`,
            };
    }
}

const maxAttempts = 3;
const busyCode = "IncorrectModificationState";
const rateExceededCode = "VolumeModificationRateExceeded";
/** After these errors, the same modification may be in progress, from a lost call or from an interrupted run. */
const alreadyStartedCodes = [busyCode, rateExceededCode];

/** Modifies the volume as declared, and returns the modified volume. */
export async function modifyVolume(
    ctx: ResourceContext,
    id: string,
    { current, desired, deadline }: { current: Volume; desired: ModifiableProperties; deadline: number },
): Promise<Volume> {
    const plan = planModification(current, desired);
    if (plan === undefined) return current;
    const since = await startModification(ctx, id, { plan, deadline });
    const done = await ctx.ec2.modifications.wait({
        key: id,
        subject: "volume modification",
        deadline,
        evaluate: (observed) => evaluateModification(observed, since),
        progress: (text) => {
            ctx.status(text);
        },
    });
    return { ...current, ...targetOf(done) };
}

/** Starts the modification, or finds that it has started already; returns its start (epoch milliseconds). */
async function startModification(
    ctx: ResourceContext,
    id: string,
    { plan, deadline }: { plan: Plan; deadline: number },
): Promise<number> {
    const input = { VolumeId: id, ...plan };
    const options = { idempotent: false, requires: "VolumeModification" } as const;
    for (let indeterminate = 0; ;) {
        try {
            const { VolumeModification: started } = await ctx.ec2.send("ModifyVolume", input, options);
            return started?.StartTime?.getTime() ?? 0;
        } catch (error) {
            if (!(error instanceof Ec2Error)) throw error;
            const isLost = error.kind === "indeterminate";
            if (!isLost && !alreadyStartedCodes.includes(error.code)) throw error;
            const last = await ctx.ec2.modifications.read(id);
            if (includesPlan(last, plan)) return 0;
            if (error.code === busyCode && isInProgress(last)) await waitForPrevious(ctx, id, deadline);
            else if (!isLost || ++indeterminate === maxAttempts) throw error;
        }
    }
}

function isInProgress(modification: VolumeModification | undefined): boolean {
    return ["modifying", "optimizing"].includes(modification?.ModificationState ?? "");
}

/** Waits for the previous modification, because EC2 accepts the next one only when it is `completed` or `failed`. */
async function waitForPrevious(ctx: ResourceContext, id: string, deadline: number): Promise<void> {
    await ctx.ec2.modifications.wait({
        key: id,
        subject: "previous volume modification",
        deadline,
        evaluate: (observed) =>
            observed !== undefined && isInProgress(observed)
                ? { pending: `${String(observed.ModificationState)} ${String(observed.Progress ?? 0)}%` }
                : "done",
        progress: (text) => {
            ctx.status(`waiting for the previous modification: ${text}`);
        },
    });
}
