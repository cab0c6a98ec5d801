/**
 * Translates the copies of shared snapshots to an event-based policy of DLM, as a pure function.
 *
 * @module
 */
import type { Input } from "@pulumi/pulumi";
import type { PolicyDetails } from "../../schema/dlm/policy-details";
import type { SharedSnapshotCopiesInputs } from "../../schema/shared-snapshot-copies";
import { ageRule, describable } from "../dlm/terms";
import type { DeepInput } from "../types";

type Args = Pick<SharedSnapshotCopiesInputs<Input<string>>, "copyTo" | "descriptionMatches">;

/** Returns the details of the policy that copies what these accounts share. */
export function copyPolicyDetails(
    name: string,
    owners: Input<string>[],
    { copyTo, descriptionMatches = ".*" }: Args,
): DeepInput<PolicyDetails> {
    return {
        eventSource: {
            type: "MANAGED_CWE",
            parameters: {
                eventType: "shareSnapshot",
                snapshotOwner: owners,
                descriptionRegex: descriptionMatches,
            },
        },
        actions: [
            {
                name: describable(name).slice(0, 120),
                crossRegionCopy: copyTo.map(({ region, keep, encrypted = false, kmsKeyId }) => ({
                    target: region,
                    encryptionConfiguration: {
                        encrypted,
                        ...(kmsKeyId === undefined ? {} : { cmkArn: kmsKeyId }),
                    },
                    retainRule: ageRule(keep),
                })),
            },
        ],
    };
}
