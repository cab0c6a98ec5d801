/**
 * Interprets a declared snapshot as EC2 shows it, and rejects one that nothing can be created from.
 *
 * @module
 */
import type { Snapshot } from "@aws-sdk/client-ec2";
import type { CheckFailure } from "../../schema/failure";
import type { Api } from "../aws/client";
import { formatPlace } from "../aws/place";

/** EC2 shows this volume id for every copy, and for snapshots that were not created from a volume. */
export const noVolume = "vol-ffffffff";

/** Rejects a snapshot that is missing, unless this process has just created it, or that failed. */
export async function rejectUnusable(
    ec2: Pick<Api, "isNew" | "region" | "identityUnknown" | "account">,
    property: string,
    { id, snapshot }: { id: string; snapshot: Snapshot | undefined },
): Promise<CheckFailure[]> {
    const reject = (reason: string) => [{ property, value: id, reason: `but that snapshot ${reason}` }];
    if (snapshot === undefined)
        return ec2.isNew(id) ? [] : reject(`was not found in ${await formatPlace(ec2)}`);
    if (snapshot.State === "error") return reject(`failed: ${snapshot.StateMessage ?? "EC2 gave no reason"}`);
    return [];
}
