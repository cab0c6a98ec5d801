/**
 * Reads the policies of Data Lifecycle Manager (DLM), which has no call that returns the details of several.
 *
 * @module
 */
import type { LifecyclePolicy, LifecyclePolicySummary } from "@aws-sdk/client-dlm";
import { createCache } from "./cache";
import type { Api } from "./client";
import type { Clock } from "./clock";
import { Ec2Error } from "./errors";
import { waitInPlace } from "./place";
import { createPoller, type Wait } from "./poll";

export interface PolicyReader {
    /** Returns a policy; undefined if it does not exist. */
    read(id: string): Promise<LifecyclePolicy | undefined>;
    /** Returns the policies of the region with their tags. They are listed once per process unless `isFresh` is set. */
    list(options: { isFresh: boolean }): Promise<LifecyclePolicySummary[]>;
    wait(wait: Wait<LifecyclePolicy>): Promise<LifecyclePolicy>;
}

export function createPolicyReader(api: Api, clock: Clock): PolicyReader {
    const listed = createCache<LifecyclePolicySummary[]>();
    const list = async () => {
        const { Policies = [] } = await api.send("GetLifecyclePolicies", {}, { requires: "Policies" });
        return Policies;
    };
    const read = async (PolicyId: string) => {
        try {
            const { Policy } = await api.send("GetLifecyclePolicy", { PolicyId }, { requires: "Policy" });
            return Policy;
        } catch (error) {
            if (error instanceof Ec2Error && error.kind === "notFound") return undefined;
            throw error;
        }
    };
    const readAll = async (ids: string[]) => {
        const found = new Map<string, LifecyclePolicy>();
        for (const id of ids) {
            const policy = await read(id);
            if (policy !== undefined) found.set(id, policy);
        }
        return found;
    };
    return {
        read,
        list: ({ isFresh }) => (isFresh ? list() : listed("all", list)),
        wait: waitInPlace(api, createPoller(readAll, clock)),
    };
}
