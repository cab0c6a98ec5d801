/**
 * Ends claims once the state holds what they claim. Called by the program, the only one who knows: the engine tells it
 * of a resource only after it has written the state.
 *
 * @module
 */
import type { Cloud } from "./ec2/cloud";
import type { ReadKey } from "./ec2/config";
import { removeTags } from "./ec2/tagging";
import { claimTag } from "./ec2/tags";
import type { Placement } from "./placement";
import { Run } from "./run";

export interface Stored extends Placement {
    /** What carries the claim: the resource itself, or all that it stands for. */
    ids: string[];
    region: string;
}

export async function settle(read: ReadKey, stored: Stored[]): Promise<void> {
    const run = new Run();
    run.configure(read);
    const idsOf = new Map<Cloud, string[]>();
    for (const { ids, region, credentials } of stored) {
        const cloud = run.cloud(region, credentials);
        idsOf.set(cloud, [...(idsOf.get(cloud) ?? []), ...ids]);
    }
    for (const [cloud, all] of idsOf) await removeTags(cloud, all, [claimTag]);
}
