// Measures one step of a contender, or its lifecycle from the first `up` to `destroy`.
import { Account } from "./account.mjs";
import { barrier, ours, plain } from "./contenders.mjs";
import { entry, lifeOf, withStack } from "./measure.mjs";

/** Tools that start processes for each resource do not need a hundred resources to show the cost of one. */
export const few = (n) => Math.min(n, 10);
export const fewest = (n) => Math.min(n, 4);

/** Contains the lives, each measured once for all rows that show a part of it. */
const lives = new Map();
const keyOf = (who, n) => `${who.name}, ${n}`;
const foreign = 20_000;

/** Returns the steps of each contender from its first `up` to its `destroy`. */
export async function livesOf(n, { awsCli, ansible, terraform }) {
    const all = [];
    // The AWS CLI and Ansible use one core each.
    for (const together of [
        [[ours, n]],
        [[barrier, n]],
        [[plain, n]],
        [[terraform?.snapshots, n]],
        [
            [awsCli, few(n)],
            [ansible, few(n)],
        ],
    ])
        all.push(...(await Promise.all(present(...together).map(([who, count]) => lifeOnce(who, count)))));
    return all;
}

function lifeOnce(who, n) {
    const key = keyOf(who, n);
    if (!lives.has(key)) lives.set(key, live(who, n));
    return lives.get(key);
}

function live(who, n) {
    return withStack(who, n, { foreign }, async (stack, account) => {
        const measured = async (what, work) => entry(who, n, what, await account.counting(work));
        const up = await measured("", () => stack.up({ memory: true }));
        const kept =
            stack.refresh === undefined
                ? {}
                : {
                      again: [
                          await measured("second up", () => stack.up()),
                          await measured("preview", () => stack.preview()),
                      ],
                      refresh: [
                          ...(who.name.startsWith("Terraform")
                              ? []
                              : [await measured("--parallel 1", () => stack.refresh("--parallel", "1"))]),
                          await measured("default parallelism", () => stack.refresh()),
                      ],
                      state: [{ ...entry(who, n, "", { calls: {} }), ...(await stack.state()) }],
                  };
        return { up, ...kept, destroy: await measured("", () => stack.destroy()) };
    });
}

export async function livesBeside(peers, n, settings) {
    const runs = [];
    for (const [who] of present(...peers.map((peer) => [peer])))
        runs.push(...Object.values(await lifeOf(who, n, settings)));
    return runs;
}

/** Returns the values that grow with N: calls, seconds, memory, and the state of one snapshot. */
export async function growth(who, n) {
    const { up, refresh, state } = await (lives.get(keyOf(who, n)) ?? upAndRefresh(who, n));
    return [
        { ...up, ...state[0], what: "up", calls: up.calls },
        { ...refresh.at(-1), what: "refresh" },
    ];
}

function upAndRefresh(who, n) {
    return withStack(who, n, { foreign }, async (stack, account) => {
        const up = entry(who, n, "up", await account.counting(() => stack.up({ memory: true })));
        const refresh = entry(who, n, "refresh", await account.counting(() => stack.refresh()));
        return { up, refresh: [refresh], state: [await stack.state()] };
    });
}

export function present(...contenders) {
    return contenders.filter(([who]) => who !== undefined);
}

/** Measures the `up` of a life once more: the first contender also reads the files of all others from the disk. */
export async function upOnceMore(who, n) {
    return { ...(await life(who, n, (stack) => stack.up(), { foreign })), what: "once more" };
}

export function upThatTakes(seconds, who, n) {
    return life(who, n, (stack) => stack.up(), { take: seconds });
}

/** Measures one step of a contender with N new volumes. */
export async function life(who, n, act, options = {}) {
    return withStack(who, n, options, async (stack, account) =>
        entry(who, n, "", await account.counting(() => act(stack))),
    );
}

/** Measures the creation and deletion of N volumes from one snapshot. */
export async function volumeLife(who, n) {
    const account = await Account.open();
    try {
        await account.set({ volumeSeconds: 1 });
        const snapshot = await account.seedSnapshot();
        const stack = await who.open(account, Array(n).fill(snapshot));
        try {
            const measured = async (what, work) => entry(who, n, what, await account.counting(work));
            return {
                up: await measured("up", () => stack.up()),
                destroy: await measured("destroy", () => stack.destroy()),
            };
        } finally {
            await stack.close();
        }
    } finally {
        await account.close();
    }
}
