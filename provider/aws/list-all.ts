/**
 * Lists all results of an action.
 *
 * @module
 */
import type { Action, Input, Output } from "./actions";
import type { Api } from "./client";
import { allPages } from "./paginate";

/** Selects the members of an action's output that are lists. */
type ListOf<A extends Action> = {
    [K in keyof Output<A>]-?: NonNullable<Output<A>[K]> extends unknown[] ? K : never;
}[keyof Output<A>];

/** Returns all entries of `list` from all pages. A page without its list is invalid, and is requested again. */
export async function listAll<A extends Action, K extends ListOf<A>>(
    { send }: Pick<Api, "send">,
    action: A,
    { input, list }: { input: Input<A>; list: K },
): Promise<NonNullable<Output<A>[K]>> {
    const pages = await allPages<Output<A> & { NextToken?: string | undefined }>(action, (NextToken) =>
        send(action, { ...input, NextToken } as Input<A>, { requires: list }),
    );
    return pages.flatMap((page) => page[list] as unknown[]) as NonNullable<Output<A>[K]>;
}
