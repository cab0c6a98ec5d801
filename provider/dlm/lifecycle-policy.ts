/**
 * `LifecyclePolicy` is a policy of Data Lifecycle Manager (DLM), in DLM's own terms.
 * https://docs.aws.amazon.com/dlm/latest/APIReference/
 *
 * @module
 */
import type { LifecyclePolicy } from "@aws-sdk/client-dlm";
import { formatLoss, policyLosses } from "../../schema/dlm/losses";
import { textOf, type CheckFailure, type Text } from "../../schema/failure";
import {
    lifecyclePolicyRules as rules,
    type LifecyclePolicyInputs,
    type LifecyclePolicyOutputs,
} from "../../schema/lifecycle-policy";
import { changedProperties } from "../../schema/property";
import { checkStandard, claimTag, stackTag } from "../../schema/tags";
import { defined, type Properties } from "../../schema/values";
import { deadlineOf } from "../aws/clock";
import { ignoreNotFound } from "../aws/errors";
import type { PollResult } from "../aws/poll";
import { visibleTags } from "../aws/tags";
import { toTags } from "../aws/write-tags";
import { importIdOf, type Resource } from "../lifecycle/resource";
import type { ResourceContext } from "../lifecycle/resource-context";
import { inputsFromTags } from "../lifecycle/tags/options";
import { checkPolicy } from "./check";
import { createPolicy } from "./create";
import { toInputs } from "./wire";
import { warnOfUnshareableVolumes } from "./shared-volumes";
import { tagVolumes, taggedVolumes, untagVolumes } from "./target-volumes";
import { changesOf } from "./update";
import { upgrade } from "./upgrade";

/** A policy as DLM shows it, and the volumes that carry its target tags. */
interface Observed extends LifecyclePolicy {
    targetVolumeIds?: string[];
}

export const lifecyclePolicy: Resource<LifecyclePolicyInputs, LifecyclePolicyOutputs, Observed> = {
    type: "LifecyclePolicy",
    upgrade,
    describe: ({ description }) => `policy ${description}`,

    check: ({ inputs, configuration }) => [...checkPolicy(inputs), ...checkStandard(inputs, configuration)],
    pending: ({ state }) =>
        state["policyId"] === undefined
            ? {
                  effect: "update",
                  why: "a resource of @pulumi/aws managed the policy, and this resource manages the same policy from now on",
              }
            : undefined,
    warning: ({ state, inputs }) => lossText(state, inputs, { isReplaced: false }),
    startedAt: ({ dateCreated }) => (typeof dateCreated === "string" ? Date.parse(dateCreated) : 0),

    async findClaimed({ ctx, stack, isFresh }) {
        const listed = await ctx.ec2.policies.list({ isFresh });
        const claimed = listed.filter(
            ({ Tags = {} }) => Tags[stackTag] === stack && Tags[claimTag] !== undefined,
        );
        const found = await Promise.all(claimed.map(({ PolicyId = "" }) => ctx.ec2.policies.read(PolicyId)));
        return found.flatMap((observed) =>
            observed?.PolicyId === undefined
                ? []
                : {
                      id: observed.PolicyId,
                      observed,
                      claim: observed.Tags?.[claimTag],
                      startedAt: observed.DateCreated?.getTime() ?? 0,
                  },
        );
    },
    matchesInputs({ inputs, observed }) {
        const changed = changedProperties(rules, toInputs(observed), { ...inputs });
        return changed.every(({ effect }) => effect !== "replace");
    },

    async validateRemote({ ctx, inputs }) {
        await warnOfUnshareableVolumes(ctx, inputs);
        return checkAccount(ctx, inputs);
    },

    create: ({ ctx, inputs, ownTags }) => createPolicy(ctx, inputs, ownTags),

    async read({ ctx, id, state }) {
        const observed = await ctx.ec2.policies.read(id);
        return observed && { ...observed, targetVolumeIds: await taggedVolumes(ctx, state) };
    },

    async update({ ctx, id, observed, inputs, state }) {
        const changes = changesOf(observed, inputs);
        // Volumes carry the next tags before the policy selects them, and the former ones until then.
        await tagVolumes(ctx, inputs);
        if (changes !== undefined) await ctx.ec2.send("UpdateLifecyclePolicy", { PolicyId: id, ...changes });
        await untagVolumes(ctx, state, inputs);
        return { ...observed, ...changes };
    },

    async waitUntilReady({ ctx, id, observed }) {
        const policy = await ctx.ec2.policies.wait({
            key: id,
            subject: "policy",
            deadline: deadlineOf(ctx.ec2.clock, {}),
            evaluate: evaluatePolicy,
            ...(ctx.ec2.isNew(id) ? {} : { observed }),
        });
        // Tags were written a moment ago; DLM may not show them yet.
        return { ...policy, Tags: observed.Tags ?? policy.Tags };
    },

    async delete({ ctx, id, state, successor = {} }) {
        const outcome = await ignoreNotFound(ctx.ec2.send("DeleteLifecyclePolicy", { PolicyId: id }));
        await untagVolumes(ctx, { ...state }, successor);
        return outcome;
    },

    replacing: {
        isDeletedFirst: true,
        warning: ({ state, inputs }) => lossText({ ...state }, { ...inputs }, { isReplaced: true }),
        describeForced: ({ state, inputs }) =>
            textOf`will be deleted: ${lossText({ ...state }, { ...inputs }, { isReplaced: true }) ?? "its snapshots are no longer managed"}`,
        // A policy holds no data, and DLM takes the target tags of the new one only after the old one is deleted.
        waitForReplacement: () => Promise.resolve(),
    },

    tagged: {
        carriers: (id, { PolicyId = id, Tags = {} }) => [{ id: PolicyId, tags: toTags(Tags) }],
        withTags: (observed, [tags = []]) => ({
            ...observed,
            Tags: Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value])),
        }),
    },

    owner: ({ PolicyArn }) => PolicyArn?.split(":")[4],

    inputsFrom({ ctx, observed, declared }) {
        const shown = toInputs(observed);
        if (declared === undefined) return shown;
        const drifted = changedProperties(rules, declared, {
            ...declared,
            ...missing(declared, shown),
            ...shown,
        });
        const tags = visibleTags(toTags(observed.Tags ?? {}), ctx.configuration);
        const { targetVolumeIds } = observed;
        return {
            ...inputsFromTags(declared, tags, ctx.configuration),
            ...(declared["targetVolumeIds"] === undefined ? {} : { targetVolumeIds }),
            ...Object.fromEntries(drifted.map(({ property }) => [property, shown[property]])),
        };
    },

    describeUpdate: ({ observed, inputs }) =>
        changedProperties(rules, { ...toInputs(observed), tags: inputs.tags }, { ...inputs })
            .filter(({ effect }) => effect !== "nothing")
            .map(({ property }) => property),

    importId: importIdOf("a policy of Data Lifecycle Manager", "policy"),
    async findImported({ ctx, id }) {
        const observed = await ctx.ec2.policies.read(id);
        if (observed === undefined) return undefined;
        const tags = visibleTags(toTags(observed.Tags ?? {}), ctx.configuration);
        const { defaultTags } = ctx.configuration.aws;
        const own = Object.entries(tags).filter(([key, value]) => defaultTags[key] !== value);
        const declared = own.length === 0 ? {} : { tags: Object.fromEntries(own) };
        return { id, inputs: { ...toInputs(observed), ...declared } };
    },

    outputs: ({ ctx, id, observed }) =>
        Promise.resolve({
            policyId: id,
            arn: observed.PolicyArn ?? "",
            ...defined({
                ownerId: observed.PolicyArn?.split(":")[4],
                statusMessage: observed.StatusMessage || undefined,
                dateCreated: observed.DateCreated?.toISOString(),
            }),
            tagsAll: visibleTags(toTags(observed.Tags ?? {}), ctx.configuration),
        }),
};

/** Returns the declared inputs that DLM no longer shows, as undefined. */
function missing(declared: Properties, shown: Properties): Properties {
    const gone = ["policyDetails", "exclusions", "crossRegionCopyTargets"].filter(
        (key) => declared[key] !== undefined && shown[key] === undefined,
    );
    return Object.fromEntries(gone.map((key) => [key, undefined]));
}

/** Rejects a role of another account than that of the caller: the policy would be in the wrong one. */
async function checkAccount(ctx: ResourceContext, { executionRoleArn }: Properties): Promise<CheckFailure[]> {
    const owner = /^arn:[\w-]+:iam::(\d{12}):/.exec(String(executionRoleArn))?.[1];
    if (owner === undefined || ctx.ec2.identityUnknown) return [];
    const account = await ctx.ec2.account();
    if (account === owner) return [];
    const reason =
        `but the credentials are of account ${account}, and DLM assumes roles of its own account only. ` +
        "Give the `credentials` of the role's account.";
    return [{ property: "executionRoleArn", value: executionRoleArn, reason }];
}

function evaluatePolicy(policy: LifecyclePolicy | undefined): PollResult {
    if (policy === undefined) return "notFound";
    if (policy.State !== "ERROR") return "done";
    return { failed: `DLM reports an error: ${policy.StatusMessage ?? "no reason is given"}` };
}

/** Says what a change costs; the names in it are values of `policyDetails`. */
function lossText(
    state: Properties,
    inputs: Properties,
    { isReplaced }: { isReplaced: boolean },
): Text | undefined {
    const losses = policyLosses(state, inputs, { isReplaced });
    if (losses.length === 0) return undefined;
    const value = losses.map(formatLoss).join("\n");
    return textOf`${{ property: "policyDetails", value }}`;
}
