// Measures a row: each contender has its own account, and its calls are compared with a target.
import { Account } from "./account.mjs";

export async function withStack(who, n, { take = 0, foreign = 0, settings = {} }, work) {
    const account = await Account.open();
    try {
        await account.set({ snapshotSeconds: take, ...settings });
        const { of = "volumes" } = who;
        const seeded = await account.seed({ volumes: n, snapshots: foreign, [of]: n });
        const stack = await who.open(account, seeded[of]);
        try {
            return await work(stack, account);
        } finally {
            await stack.close();
        }
    } finally {
        await account.close();
    }
}

/** Opens several stacks at once, each with its own account. */
export function withStacks([who, ...others], n, work, stacks = []) {
    if (who === undefined) return work(stacks);
    return withStack(who, n, {}, (stack) => withStacks(others, n, work, [...stacks, [who, stack]]));
}

/** Returns each step of a lifecycle by name; with `lifted` one `up` declares the snapshots without features. */
export async function lifeOf(who, n, settings = {}, { lifted = false } = {}) {
    return withStack(who, n, { settings }, async (stack, account) => {
        const steps = {
            up: () => stack.up(),
            "second up": () => stack.up(),
            preview: () => stack.preview(),
            refresh: () => stack.refresh(),
            ...(lifted && {
                "up that lifts": async () => {
                    await stack.declare({});
                    return stack.up();
                },
            }),
            destroy: () => stack.destroy(),
        };
        const life = {};
        for (const [what, step] of Object.entries(steps))
            life[what] = entry(who, n, what, await account.counting(step));
        return life;
    });
}

export function entry(who, n, what, { seconds, calls, span, peakKb }) {
    return {
        who: who.name,
        n,
        what,
        ...(seconds === undefined ? {} : { seconds: round(seconds) }),
        ...(span > 0 ? { span: round(span) } : {}),
        calls,
        ...(peakKb === undefined ? {} : { peakKb }),
    };
}

export function total({ calls }) {
    return Object.values(calls).reduce((sum, count) => sum + count, 0);
}

export function verdict(what, figure, limit, unit = "calls", bound = "at most") {
    const met = bound === "exactly" ? figure === limit : figure <= limit;
    return { what, figure: round(figure), bound, limit: round(limit), unit, met };
}

export function round(number) {
    return Math.round(number * 100) / 100;
}
