/**
 * Reads the policies of Data Lifecycle Manager (DLM), which has no call that reads several of them whole.
 *
 * @module
 */
import type { LifecyclePolicy, LifecyclePolicySummary } from "@aws-sdk/client-dlm";
import { createCache } from "./cache";
import type { Api } from "./client";
import { Ec2Error } from "./errors";

export interface PolicyReader {
    /** Returns a policy; undefined if it does not exist. */
    read(id: string): Promise<LifecyclePolicy | undefined>;
    /** Returns the policies of the region with their tags. They are listed once per process unless `isFresh` is set. */
    list(isFresh: boolean): Promise<LifecyclePolicySummary[]>;
}

export function createPolicyReader(api: Pick<Api, "send">): PolicyReader {
    const listed = createCache<LifecyclePolicySummary[]>();
    const list = async () => {
        const { Policies = [] } = await api.send("GetLifecyclePolicies", {}, { requires: "Policies" });
        return Policies;
    };
    return {
        async read(PolicyId) {
            try {
                const { Policy } = await api.send("GetLifecyclePolicy", { PolicyId }, { requires: "Policy" });
                return Policy;
            } catch (error) {
                if (error instanceof Ec2Error && error.kind === "notFound") return undefined;
                throw error;
            }
        },
        list: (isFresh) => (isFresh ? list() : listed("all", list)),
    };
}
