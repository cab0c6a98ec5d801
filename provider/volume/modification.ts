/**
 * Changing a volume in place.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modify-volume.html
 *
 * @module
 */
import type { ModifyVolumeRequest, Volume, VolumeModification, VolumeType } from "@aws-sdk/client-ec2";
import { defined } from "../ec2/config";
import { Ec2Error } from "../ec2/errors";
import type { Verdict } from "../ec2/watch";
import type { Act } from "../resource";
import { shown, unknown } from "../rules";

/** What EC2 can change of a volume. */
export interface Figures {
    size?: number | undefined;
    volumeType?: string | undefined;
    iops?: number | undefined;
    throughput?: number | undefined;
    multiAttachEnabled?: boolean | undefined;
}

type Plan = Omit<ModifyVolumeRequest, "VolumeId" | "DryRun">;

/** What must be sent so that the volume that is there becomes what is declared; nothing where EC2 has no part in it. */
export function planModification(there: Volume, wanted: Figures): Plan | undefined {
    const typeChanges = wanted.volumeType !== undefined && wanted.volumeType !== there.VolumeType;
    // Another type has other figures: what is declared is sent with it, changed or not.
    const figure = <T>(before: T | undefined, after: T | undefined) =>
        after !== undefined && (typeChanges || after !== before) ? after : undefined;
    const grows = wanted.size !== undefined && there.Size !== undefined && wanted.size > there.Size;
    const multiAttach = wanted.multiAttachEnabled ?? false;
    const plan = defined({
        Size: grows ? wanted.size : undefined,
        VolumeType: typeChanges ? (wanted.volumeType as VolumeType) : undefined,
        Iops: figure(there.Iops, wanted.iops),
        Throughput: figure(there.Throughput, wanted.throughput),
        MultiAttachEnabled: multiAttach === (there.MultiAttachEnabled ?? false) ? undefined : multiAttach,
    });
    return Object.keys(plan).length === 0 ? undefined : plan;
}

/** What would be changed of the volume that is there, for people. */
export function toldModification(there: Volume, wanted: Figures): string[] {
    const plan = Object.entries(planModification(there, wanted) ?? {}) as [
        keyof Plan & keyof Volume,
        unknown,
    ][];
    return plan
        .filter(([, value]) => value !== unknown)
        .map(([key, value]) => `${key} ${shown(there[key])} => ${shown(value)}`);
}

/** Whether a modification brings about all of the plan. */
export function bringsAbout(modification: VolumeModification | undefined, plan: Plan): boolean {
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

/** The volume can be used as it is wanted from `optimizing` on, which may take hours. */
export function judgeModification(seen: VolumeModification | undefined, since = 0): Verdict {
    if (seen === undefined) return { failed: "EC2 does not show the modification" };
    // EC2 may show the one before for a moment.
    if ((seen.StartTime?.getTime() ?? since) < since) return { again: "modifying" };
    switch (seen.ModificationState) {
        case "optimizing":
        case "completed":
            return "done";
        case "modifying":
        case undefined:
            return { again: `modifying ${String(seen.Progress ?? 0)}%` };
        case "failed":
            return { failed: `the modification failed: ${seen.StatusMessage ?? "EC2 gives no reason"}` };
        default:
            return {
                failed: `the modification is ${String(seen.ModificationState)}, which is not known here`,
            };
    }
}

const attempts = 3;
const rateExceeded = "VolumeModificationRateExceeded";
/** Refusals that may mean that the very same modification has been begun: by a lost call, or by an interrupted run. */
const begunBefore = ["IncorrectModificationState", rateExceeded];

/** Brings the volume to what is declared; gives it as it is then. */
export async function modified(
    act: Act,
    id: string,
    there: Volume,
    wanted: Figures,
    deadline: number,
): Promise<Volume> {
    const plan = planModification(there, wanted);
    if (plan === undefined) return there;
    const since = await begun(act, id, plan);
    const done = await act.cloud.modifications.wait({
        key: id,
        deadline,
        judge: (seen) => judgeModification(seen, since),
        progress: (text) => {
            act.status(text);
        },
    });
    return { ...there, ...targetOf(done) };
}

/** Begins the modification, or finds that it has been; gives when (epoch milliseconds). */
async function begun(act: Act, id: string, plan: Plan): Promise<number> {
    const { ModifyVolumeCommand } = await import("@aws-sdk/client-ec2");
    const request = new ModifyVolumeCommand({ VolumeId: id, ...plan });
    for (let tried = 1; ; tried++) {
        try {
            const send = act.cloud.call("ModifyVolume", (ec2) => ec2.send(request), { repeatable: false });
            return (await send).VolumeModification?.StartTime?.getTime() ?? 0;
        } catch (error) {
            if (!(error instanceof Ec2Error)) throw error;
            const lost = error.nature === "lost";
            if (!lost && !begunBefore.includes(error.code)) throw error;
            const last = await act.cloud.modifications.read(id);
            if (bringsAbout(last, plan)) return 0;
            if (error.code === rateExceeded) throw tooSoon(error, last);
            if (!lost || tried === attempts) throw error;
        }
    }
}

/** EC2 changes a volume once in six hours. */
const pauseBetween = 6 * 3_600_000;

function tooSoon(error: Ec2Error, last: VolumeModification | undefined): Error {
    const ended = last?.EndTime ?? last?.StartTime;
    const next =
        ended === undefined
            ? "six hours after the last change"
            : `from ${new Date(ended.getTime() + pauseBetween).toISOString()} on`;
    return new Error(
        `${error.message}; EC2 takes the next change of this volume ${next}: run up again then`,
        {
            cause: error,
        },
    );
}
