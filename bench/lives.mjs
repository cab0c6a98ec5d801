// Measures one step of a contender, or its lifecycle from the first `up` to `destroy`.
import { Account } from "./account.mjs";
import { barrier, ours, plain } from "./contenders.mjs";
import { entry, lifeOf, withStack } from "./measure.mjs";

/** Tools that start processes for each resource do not need a hundred resources to show the cost of one. */
export const few = (n) => Math.min(n, 10);
export const fewest = (n) => Math.min(n, 4);

/**
 * Contains the steps of each contender from its first `up` to its `destroy`, measured once for all rows that show them.
 */
const lives = new Map();

export function livesOf(n, { awsCli, ansible, terraform }) {
    if (!lives.has(n))
        lives.set(
            n,
            live(
                n,
                present(
                    [ours, n],
                    [barrier, n],
                    [plain, n],
                    [terraform?.snapshots, n],
                    [awsCli, few(n)],
                    [ansible, few(n)],
                ),
            ),
        );
    return lives.get(n);
}

async function live(n, contenders) {
    const all = [];
    for (const [who, count] of contenders) {
        all.push(
            await withStack(who, count, { foreign: 20_000 }, async (stack, account) => {
                const measured = async (what, work) => entry(who, count, what, await account.counting(work));
                const up = await measured("", () => stack.up());
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
                                      : [
                                            await measured("--parallel 1", () =>
                                                stack.refresh("--parallel", "1"),
                                            ),
                                        ]),
                                  await measured("default parallelism", () => stack.refresh()),
                              ],
                              state: [{ ...entry(who, count, "", { calls: {} }), ...(await stack.state()) }],
                          };
                return { up, ...kept, destroy: await measured("", () => stack.destroy()) };
            }),
        );
    }
    return all;
}

export async function livesBeside(peers, n, settings) {
    const runs = [];
    for (const [who] of present(...peers.map((peer) => [peer])))
        runs.push(...Object.values(await lifeOf(who, n, settings)));
    return runs;
}

/** Measures the values that grow with N: calls, seconds, memory, and the state of one snapshot. */
export function growth(who, n) {
    return withStack(who, n, {}, async (stack, account) => {
        const up = await account.counting(() => stack.up({ memory: true }));
        const refresh = await account.counting(() => stack.refresh());
        return [{ ...entry(who, n, "up", up), ...(await stack.state()) }, entry(who, n, "refresh", refresh)];
    });
}

export function present(...contenders) {
    return contenders.filter(([who]) => who !== undefined);
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
