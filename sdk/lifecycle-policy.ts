import type * as pulumi from "@pulumi/pulumi";
import type { LifecyclePolicyInputs, LifecyclePolicyOutputs } from "../schema/lifecycle-policy";
import type { ProviderOptions } from "../schema/placement";
import { EbsResource, type ResourceOptions } from "./resource";
import type { Args, Outputs } from "./types";

/** Arguments of {@link LifecyclePolicy}. */
export type LifecyclePolicyArgs = Args<LifecyclePolicyInputs & ProviderOptions>;

/** All properties in the state of a {@link LifecyclePolicy}. */
export type LifecyclePolicyState = LifecyclePolicyInputs & ProviderOptions & LifecyclePolicyOutputs;

/**
 * A policy of Amazon Data Lifecycle Manager (DLM), in DLM's own terms. It is updated in place wherever DLM can, and the
 * preview says how many restore points a change costs. {@link SnapshotSchedule} and {@link SharedSnapshotCopies} are easier
 * to declare.
 *
 * @example
 * ```ts
 * import { LifecyclePolicy } from "pulumi-ebs-snapshots";
 *
 * new LifecyclePolicy("nightly", {
 *     description: "nightly",
 *     executionRoleArn: "arn:aws:iam::123456789012:role/service-role/AWSDataLifecycleManagerDefaultRole",
 *     policyDetails: {
 *         resourceTypes: ["VOLUME"],
 *         targetTags: { Backup: ["nightly", "critical"] },
 *         schedules: [
 *             {
 *                 name: "nightly",
 *                 createRule: { interval: 12, intervalUnit: "HOURS", times: ["03:00"] },
 *                 retainRule: { count: 14 },
 *                 copyTags: true,
 *             },
 *         ],
 *     },
 * });
 * ```
 * @see [Data Lifecycle Manager](https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lifecycle.html)
 * @see [CreateLifecyclePolicy](https://docs.aws.amazon.com/dlm/latest/APIReference/API_CreateLifecyclePolicy.html)
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the base class makes an output of each key
export class LifecyclePolicy extends EbsResource {
    /** Reads one that exists, by its id or `<region>/<id>`, without managing it. Requires the plugin: a {@link Provider}. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: ResourceOptions): LifecyclePolicy {
        return new LifecyclePolicy(name, {} as LifecyclePolicyArgs, { ...opts, id });
    }

    constructor(name: string, args: LifecyclePolicyArgs, opts?: ResourceOptions) {
        // DLM accepts the target tags of a new policy only after the old one is deleted.
        super("LifecyclePolicy", name, args, { deleteBeforeReplace: true, ...opts });
        this.idAs("policyId");
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- as above
export interface LifecyclePolicy extends Outputs<LifecyclePolicyState> {}
