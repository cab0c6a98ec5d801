/**
 * Asking for a change that EC2 should not be asked for twice, or refuses once it is made. Knows no resource.
 *
 * @module
 */
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { Cloud } from "./cloud";
import { Ec2Error, type Nature } from "./errors";

const attempts = 3;
/** EC2 may show a moment later what it has done. */
const appearance = 1_000;
/** After these a look tells more: a call whose answer was lost, or an interrupted run, may have made the change. */
const unsure: Nature[] = ["lost", "refused", "gone"];

/** Asks for a change, unless a look tells that it is `done` where EC2 does not. Gives EC2's answer, where it came. */
export async function once<Answer>(
    cloud: Pick<Cloud, "call" | "clock">,
    action: string,
    request: (ec2: EC2Client) => Promise<Answer>,
    done: () => Promise<boolean>,
): Promise<Answer | undefined> {
    for (let tried = 1; ; tried++) {
        try {
            return await cloud.call(action, request, { repeatable: false });
        } catch (error) {
            if (!(error instanceof Ec2Error) || !unsure.includes(error.nature)) throw error;
            await cloud.clock.sleep(appearance);
            if (await done().catch(() => false)) return undefined;
            if (error.nature !== "lost" || tried === attempts) throw error;
        }
    }
}
