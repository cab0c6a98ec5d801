import type { SnapshotScheduleInputs } from "../../schema/schedule/args";

export interface NamedSchedule {
    name: string;
    args: SnapshotScheduleInputs<unknown>;
}

/** The command and the program may load different copies of this package, so that they share a global symbol. */
export const listeners = globalThis as { [listening]?: NamedSchedule[] };
export const listening = Symbol.for("pulumi-ebs-snapshots:schedules");

/** Reports a schedule to the command that runs the program, if one does. */
export function reportSchedule(schedule: NamedSchedule): void {
    listeners[listening]?.push(schedule);
}
