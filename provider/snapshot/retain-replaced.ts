/**
 * Handles replaced snapshots: they are deleted after their replacements complete, or retained in the account.
 *
 * @module
 */
import { ignoreNotFound, withErrorContext } from "../aws/errors";
import { writeTags } from "../aws/write-tags";
import { retainedPrefix, stackTag } from "../../schema/tags";
import { hasNoData } from "../../schema/retention";
import type { ResourceContext } from "../lifecycle/resource-context";

/** Returns the warning that a replacement deletes or retains a resource; undefined if it has no data to lose. */
export function replacementWarning({
    resource,
    contents,
    state,
    isRetained,
}: {
    resource: string;
    /** Describes the data, such as `of volume vol-1`. */
    contents: string;
    state: { state?: unknown; startTime?: string | undefined; volumeSize?: number | undefined };
    isRetained: boolean | undefined;
}): string | undefined {
    if (hasNoData({ ...state }) && isRetained !== true) return undefined;
    const { startTime, volumeSize } = state;
    const facts = [
        contents,
        ...(startTime === undefined ? [] : [`created ${startTime}`]),
        ...(volumeSize === undefined ? [] : [`${String(volumeSize)} GiB`]),
    ];
    const subject = `${resource} (${facts.join(", ")})`;
    if (isRetained === true)
        return `replacement will retain ${subject} in the account; Pulumi will no longer manage it`;
    const condition =
        isRetained === undefined ? ", unless the new one turns out to be a copy of something else" : "";
    return `replacement will delete ${subject} after the new one completes${condition}. To keep it, set keepReplaced: true.`;
}

/**
 * Marks the snapshots as no longer managed, one by one, because one call for all fails if one of them no longer exists.
 */
export async function markRetained(ctx: ResourceContext, ids: string[]): Promise<void> {
    const tags = { [stackTag]: `${retainedPrefix}${ctx.stack}` };
    await Promise.all(ids.map((id) => ignoreNotFound(writeTags(ctx.ec2, { ids: [id], tags }))));
}

/** Adds to the error of a replacement that the replaced resource is retained because of it. */
export async function withRetentionContext(successor: string, completion: Promise<unknown>): Promise<void> {
    await withErrorContext(
        `it is retained because its replacement ${successor} did not complete`,
        completion,
    );
}
