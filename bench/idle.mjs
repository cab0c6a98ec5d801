// Waits until tools that were started are only waiting themselves.
import { cpus } from "node:os";
import { setTimeout } from "node:timers/promises";

const periodMs = 3_000;
const atMostMs = 60_000;

/** Waits until the processors were idle for half of a period. */
export async function untilIdle() {
    const end = Date.now() + atMostMs;
    let before = processorTime();
    do {
        await setTimeout(periodMs);
        const now = processorTime();
        if (now.idle - before.idle > (now.all - before.all) / 2) return;
        before = now;
    } while (Date.now() < end);
}

function processorTime() {
    const times = cpus().map((cpu) => cpu.times);
    const sum = (of) => times.reduce((total, one) => total + of(one), 0);
    return {
        idle: sum(({ idle }) => idle),
        all: sum((one) => Object.values(one).reduce((total, time) => total + time, 0)),
    };
}
