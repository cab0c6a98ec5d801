/**
 * Taking what exists under management, since dynamic resources cannot be imported. Knows no resource.
 *
 * @module
 */
import { differences } from "./differences";
import { nameOf, urnOf } from "./internals";
import type { Act, Resource } from "./resource";
import { resourceId, shown, unknown, type CheckFailure, type Properties, type Rule } from "./rules";
import type { Run } from "./run";

export interface Adoptable {
    /**
     * Id of one that exists, to be taken under management instead of making one. It counts only where the state has none
     * yet: left in the program it does nothing more, no replacement adopts, and one that is gone is made anew. What
     * cannot be changed must be declared as it is, else the preview refuses it. Default: none. A change does nothing.
     */
    adopt?: string;
}

export function adoptRule(prefix: string) {
    return { accepts: resourceId(prefix), onChange: "nothing" } as const;
}

export function adoption<Inputs extends object, Seen>(
    resource: Pick<
        Resource<Inputs, object, Seen>,
        "adjusts" | "alike" | "check" | "fixed" | "look" | "owner" | "recycled"
    >,
    rules: Record<string, Rule>,
    run: Run,
) {
    return {
        /** What stands against the adoption that these inputs ask for. */
        async check(act: Act, inputs: Properties): Promise<CheckFailure[]> {
            const found = await find(act, inputs);
            if (found?.failures.length === 0) {
                const what =
                    found.recycled === undefined
                        ? "exists and is adopted"
                        : `lies in the Recycle Bin until ${found.recycled.until}, and is restored and adopted`;
                act.info(`${found.id} ${what}, none is made`);
                const changes = resource.adjusts?.(found.seen, inputs as Inputs) ?? [];
                if (changes.length > 0) act.warn(`adopting changes ${found.id}: ${changes.join(", ")}`);
            }
            return found?.failures ?? [];
        },

        /** What these inputs ask to adopt, where it exists. */
        async take(act: Act, inputs: Properties) {
            const found = await find(act, inputs);
            const [failure] = found?.failures ?? [];
            if (failure !== undefined) throw new Error(`${failure.property} ${failure.reason}`);
            const restored = await found?.recycled?.restore();
            // An older entry of the state for the same id, of a resource that was renamed, must not delete it.
            if (found !== undefined) run.adopted.add(found.id);
            return found === undefined
                ? undefined
                : { ...found, seen: restored ?? found.seen, adopted: true };
        },
    };

    async function find(act: Act, inputs: Properties) {
        const id = inputs["adopt"];
        const urn = urnOf(inputs);
        if (typeof id !== "string" || id === unknown || run.inState.has(urn)) return undefined;
        const there = await resource.look(act, id, inputs);
        const recycled = there === undefined ? await resource.recycled?.(act, id) : undefined;
        const seen = there ?? recycled?.seen;
        if (seen === undefined) {
            act.warn(`there is no ${id} in ${act.cloud.region} to adopt (any more): one is made anew`);
            return undefined;
        }
        return { id, seen, recycled, failures: await failuresOf(act, urn, id, seen, inputs) };
    }

    async function failuresOf(act: Act, urn: string, id: string, seen: Seen, inputs: Properties) {
        const refuse = (reason: string) => [{ property: "adopt", reason: `is ${id}, but ${reason}` }];
        const other = run.wants(urn, id);
        if (other !== undefined)
            return refuse(`${nameOf(other)} manages that already; let go of one of the two`);
        const owner = resource.owner(seen);
        const known = owner !== undefined && !act.cloud.identityUnknown;
        const account = known ? await act.cloud.account() : owner;
        if (owner !== undefined && owner !== account) {
            return refuse(`that belongs to account ${owner}, not to ${String(account)}; make a copy of it`);
        }
        const there = resource.fixed?.(seen) ?? {};
        const told = Object.fromEntries(Object.entries(rules).filter(([key]) => key in there));
        const differing = await differences(told, resource.alike, () => act.cloud, there, inputs);
        return [
            // As if it had been made here with what EC2 shows.
            ...(resource.check?.(inputs, act.configuration, there, []) ?? []),
            ...differing
                .filter(({ effect }) => effect === "replace")
                .map(({ property }) => against(id, property, inputs[property], there[property])),
        ];
    }
}

function against(id: string, property: string, declared: unknown, there: unknown): CheckFailure {
    const given = declared === undefined ? "is not given" : `is ${shown(declared)}`;
    const has = there === undefined || there === "" ? "has none" : `has ${shown(there)}`;
    const reason = `${given}, but ${id}, which is to be adopted, ${has}, and nothing can change that; declare it so`;
    return { property, reason };
}
