/**
 * Creates a policy. DLM accepts a role only some time after its creation, and a tag in one policy only.
 *
 * @module
 */
import type { LifecyclePolicyInputs } from "../../schema/lifecycle-policy";
import { defined } from "../../schema/values";
import { Ec2Error, joinSentences } from "../aws/errors";
import type { ResourceContext } from "../lifecycle/resource-context";
import { creationTags } from "../lifecycle/tags/creation";
import { tagVolumes } from "./target-volumes";
import { toRequest } from "./wire";

/** A role that was created a moment ago can be assumed within this time. */
const roleReadyMs = 2 * 60_000;

export async function createPolicy(
    ctx: ResourceContext,
    inputs: LifecyclePolicyInputs,
    ownTags: Record<string, string>,
) {
    await tagVolumes(ctx, inputs);
    const start = ctx.ec2.clock.now();
    const Tags = creationTags(ctx, { ...inputs }, { source: undefined, internal: ownTags });
    const request = toRequest(inputs);
    const creation = ctx.ec2.send(
        "CreateLifecyclePolicy",
        { ...request, ...defined({ DefaultPolicy: inputs.defaultPolicy }), Tags },
        {
            idempotent: false,
            requires: "PolicyId",
            isRetryable: ({ code, awsMessage }) =>
                code === "InvalidRequestException" &&
                /role/i.test(awsMessage) &&
                ctx.ec2.clock.now() - start < roleReadyMs,
        },
    );
    const { PolicyId: id = "" } = await creation.catch((error: unknown) => {
        throw withRemedy(error);
    });
    return { id, observed: { ...request, PolicyId: id, Tags } };
}

/** The policy that has the tags may be the one that a former name of the resource manages, or that it replaces. */
function withRemedy(error: unknown): unknown {
    if (!(error instanceof Ec2Error) || error.code !== "InvalidRequestException") return error;
    if (!/\btags?\b.*\buse/i.test(error.awsMessage)) return error;
    const message = joinSentences(
        error.message,
        "If that policy is the one of this resource under a former name, give the resource an alias.",
        "If it exists for another reason, set adopt to its id. To replace it, set deleteBeforeReplace.",
    );
    return new Error(message, { cause: error });
}
