/**
 * Lists the functions of the plugin, by the last part of their tokens.
 *
 * @module
 */
import type { ReadKey } from "../../schema/configuration-values";
import type { Properties } from "../../schema/values";
import { changedSize } from "../functions/changed-size";
import type { CallContext } from "../functions/connect";
import { listSnapshots } from "../functions/list-snapshots";
import { newestSnapshot } from "../functions/newest-snapshot";
import { shareableAccounts } from "../functions/shareable-accounts";

type PluginFunction = (read: ReadKey, args: Properties, context: CallContext) => Promise<object>;

/** A function must return an object for every language, so that a list is a property of one. */
export const functions: Record<string, PluginFunction> = {
    changedSize,
    listSnapshots: async (read, args, context) => ({ snapshots: await listSnapshots(read, args, context) }),
    newestSnapshot,
    shareableAccounts: async (read, args, context) => ({
        accounts: await shareableAccounts(read, args, context),
    }),
};

/** Returns the last part of a token, such as `Snapshot` of `ebs-snapshots:index:Snapshot`. */
export function lastPart(token: string): string {
    return token.slice(token.lastIndexOf(":") + 1);
}
