/**
 * Decides when a poller reads next. A budget pays for the reads: one in two seconds, and one for each few new waits, so
 * that short work ends quickly and long work needs few calls. This module is independent of EC2.
 *
 * @module
 */
import { fetchSize } from "./batch";
import type { Clock } from "./clock";

/** Contains what the pace of a wait depends on; the times are epoch milliseconds. */
export interface Paced {
    subject: string;
    since: number;
    deadline: number;
}

const perReadMs = 2_000;
/** This number of new waits pays for one read; if fewer wait at a time, as many as wait pay for one. */
const waitsPerRead = 5;
/** This number of the latest waits shows how many wait at a time. */
const latestWaits = 32;
/** Time without reads pays for at most this number of reads. */
const maxSavedReads = 5;

/** The intervals between the reads of a wait begin with this one, and grow by it. */
const firstIntervalMs = 125;
const maxIntervalMs = 15_000;
/** An interval extends a wait of minutes by at most this fraction of its duration. */
const intervalPart = 1 / 20;
/** A read is delayed by at most this fraction of a wait's duration if it then serves several waits. */
const gatheringPart = 1 / 12;

/** The age at which waits are still pending counts less with each completed wait, so that shorter waits are noticed. */
const forgettingFactor = 0.99;
/** A read that only narrows the expected duration needs at least this number of saved reads. */
const readsToNarrow = 4;

/** Contains the ages between which the waits for a subject are done: the highest known as pending, the lowest as done. */
interface Experience {
    pending: number;
    done: number;
}

interface Schedule {
    dueAt: number;
    reads: number;
}

export class Pace {
    readonly #schedules = new Map<Paced, Schedule>();
    readonly #experiences = new Map<string, Experience>();
    #atATime: number[] = [];
    #saved = maxSavedReads;
    #savedAt: number;

    constructor(readonly clock: Clock) {
        this.#savedAt = clock.now();
    }

    begin(wait: Paced): void {
        const schedule = { dueAt: 0, reads: 0 };
        this.#schedules.set(wait, schedule);
        this.#atATime = [...this.#atATime, this.#schedules.size].slice(-latestWaits);
        this.#save(1 / Math.min(Math.max(...this.#atATime), waitsPerRead));
        this.#schedule(wait, schedule);
    }

    /** Schedules the next reads of the waits that are pending after a read. */
    scheduleNext(pending: Paced[]): void {
        for (const { subject, since } of pending) {
            const age = this.clock.now() - since;
            const known = this.#experienceOf(subject);
            // A wait that lasts longer than earlier ones shows that their duration cannot be expected.
            const done = age < known.done ? known.done : Infinity;
            this.#experiences.set(subject, { pending: Math.max(known.pending, age), done });
        }
        for (const wait of pending) {
            const schedule = this.#schedules.get(wait);
            if (schedule === undefined) continue;
            schedule.reads++;
            this.#schedule(wait, schedule);
        }
    }

    /** Ends a wait; later waits for the same subject are expected to take as long as those that are done. */
    end(wait: Paced, result: "done" | "failed"): void {
        if (!this.#schedules.delete(wait) || result === "failed") return;
        const known = this.#experienceOf(wait.subject);
        const done = Math.min(known.done, this.clock.now() - wait.since);
        const pending = Math.min(known.pending, done) * forgettingFactor;
        this.#experiences.set(wait.subject, { pending, done });
    }

    /** Pays for a read. */
    spend(): void {
        this.#save(-1);
    }

    /** Returns the time of the next read. */
    nextAt(): number {
        this.#save(0);
        const payableAt = this.#savedAt + Math.max(1 - this.#saved, 0) * perReadMs;
        return Math.max(this.#gatheredAt(), payableAt);
    }

    dueAt(wait: Paced): number {
        return this.#schedules.get(wait)?.dueAt ?? Infinity;
    }

    /** Returns the time when the first wait is due, and others that follow shortly. */
    #gatheredAt(): number {
        let first = Infinity;
        let since = 0;
        for (const [wait, { dueAt }] of this.#schedules)
            if (dueAt < first) [first, since] = [dueAt, wait.since];
        const last = first + (first - since) * gatheringPart;
        let gathered = first;
        for (const { dueAt } of this.#schedules.values())
            if (dueAt <= last) gathered = Math.max(gathered, dueAt);
        return gathered;
    }

    #schedule(wait: Paced, schedule: Schedule): void {
        const age = this.clock.now() - wait.since;
        // A round of reads of all waits costs several reads if they are many.
        const round = perReadMs * Math.ceil(this.#schedules.size / fetchSize);
        const maximum = Math.max(round, Math.min(age * intervalPart, maxIntervalMs));
        const interval = Math.min(
            this.#untilExpected(wait, age) ?? firstIntervalMs * (schedule.reads + 1),
            maximum,
        );
        schedule.dueAt = Math.min(this.clock.now() + interval, wait.deadline);
    }

    #untilExpected({ subject }: Paced, age: number): number | undefined {
        const { pending, done } = this.#experienceOf(subject);
        const middle = (pending + done) / 2;
        const isUseful =
            age < middle &&
            this.#saved >= readsToNarrow &&
            done - pending > Math.max(done * gatheringPart, 50);
        const next = isUseful ? middle : done;
        return age < next && next < Infinity ? next - age : undefined;
    }

    #experienceOf(subject: string): Experience {
        return this.#experiences.get(subject) ?? { pending: 0, done: Infinity };
    }

    #save(change: number): void {
        const now = this.clock.now();
        const maxSaved = Math.max(this.#saved, maxSavedReads + this.#schedules.size / waitsPerRead);
        this.#saved = Math.min(this.#saved + (now - this.#savedAt) / perReadMs, maxSaved) + change;
        this.#savedAt = now;
    }
}
