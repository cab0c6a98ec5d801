/**
 * Tells resources that are adopted from those that are created from a source.
 *
 * @module
 */
import { UNKNOWN } from "../../schema/values";
import type { RemoteCheckArgs } from "../lifecycle/resource";

/**
 * Reports whether `adopt` names a resource that exists, or may exist: its source is not needed, and may no longer exist.
 * A replacement never adopts.
 */
export async function isAdopted(
    { inputs: { adopt }, former }: RemoteCheckArgs,
    find: (id: string) => Promise<unknown>,
): Promise<boolean> {
    if (typeof adopt !== "string" || Object.keys(former).length > 0) return false;
    return adopt === UNKNOWN || (await find(adopt)) !== undefined;
}
