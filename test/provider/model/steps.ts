/**
 * Generates the random steps of the model: edits of the program or of AWS, then a run.
 *
 * @module
 */
import fc from "fast-check";
import type { Fault } from "../../emulator/controls";

export type Edit =
    | { do: "declare"; name: string; volume: number; release: number; keepReplaced: boolean | null }
    | { do: "remove" | "unshare"; name: string }
    | { do: "rename"; name: string; to: string; isAliased: boolean }
    | { do: "adopt"; name: string; index: number }
    | { do: "delete" | "foreign"; index: number }
    | { do: "create"; volume: number }
    | { do: "share"; name: string; of: string; accounts: string[] };

export interface Run {
    how: "up" | "upRefresh" | "kill" | "orphan" | "refresh" | "destroy" | "preview";
    /** Is the number of waits, or of calls, before the failure. */
    at: number;
    fault?: Fault | undefined;
    continueOnError: boolean;
    forced?: string | undefined;
    replaced?: string | undefined;
}

export interface Step {
    edits: Edit[];
    run: Run;
}

const name = fc.constantFrom("a", "b", "c");
const shareName = fc.constantFrom("s", "t");
const index = fc.nat({ max: 5 });
const volume = fc.nat({ max: 1 });
const accounts = fc.subarray(["111122223333", "444455556666"], { minLength: 1 });
const is = <T>(value: T) => fc.constant(value);

const edit: fc.Arbitrary<Edit> = fc.oneof(
    {
        weight: 4,
        arbitrary: fc.record({
            do: is("declare" as const),
            name,
            volume,
            release: fc.nat({ max: 2 }),
            keepReplaced: fc.option(fc.boolean()),
        }),
    },
    { weight: 2, arbitrary: fc.record({ do: is("remove" as const), name }) },
    {
        weight: 3,
        arbitrary: fc.record({ do: is("rename" as const), name, to: name, isAliased: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ do: is("adopt" as const), name, index }) },
    { weight: 1, arbitrary: fc.record({ do: is("create" as const), volume }) },
    {
        weight: 1,
        arbitrary: fc.record({ do: fc.constantFrom("delete" as const, "foreign" as const), index }),
    },
    {
        weight: 3,
        arbitrary: fc.record({ do: is("share" as const), name: shareName, of: name, accounts }),
    },
    { weight: 1, arbitrary: fc.record({ do: is("unshare" as const), name: shareName }) },
);

const fault: fc.Arbitrary<Fault> = fc.oneof(
    fc.record({
        kind: is("error" as const),
        code: fc.constantFrom("UnauthorizedOperation", "RequestLimitExceeded", "RequestExpired"),
        times: fc.constantFrom(1, 3, 100),
    }),
    fc.record({
        kind: is("reset" as const),
        where: fc.constantFrom("before" as const, "after" as const),
        times: fc.constantFrom(1, 3),
    }),
);

const run: fc.Arbitrary<Run> = fc.record(
    {
        how: fc.oneof(
            { weight: 8, arbitrary: is("up" as const) },
            { weight: 4, arbitrary: fc.constantFrom("kill" as const, "orphan" as const) },
            {
                weight: 3,
                arbitrary: fc.constantFrom("upRefresh" as const, "refresh" as const, "preview" as const),
            },
            { weight: 1, arbitrary: is("destroy" as const) },
        ),
        at: fc.nat({ max: 12 }),
        fault: fc.option(fault, { nil: undefined }),
        continueOnError: fc.boolean(),
        forced: fc.option(name, { nil: undefined, freq: 6 }),
        replaced: fc.option(name, { nil: undefined, freq: 6 }),
    },
    { requiredKeys: ["how", "at", "continueOnError"] },
);

export const steps = fc.array(fc.record({ edits: fc.array(edit, { minLength: 1, maxLength: 3 }), run }), {
    minLength: 2,
    maxLength: 8,
});
