import { describe, expect, test } from "vitest";
import { type PreviewStep } from "../../../policies";
import { lost, step } from "./preview-steps";

describe("a DLM policy", () => {
    const schedule = (count: number) => ({
        name: "nightly",
        createRule: { interval: 12, intervalUnit: "HOURS" },
        retainRule: { count },
    });
    const before = {
        policyDetails: {
            resourceTypes: ["VOLUME"],
            targetTags: { Backup: "yes" },
            schedules: [schedule(14)],
        },
    };
    const policy = { type: "LifecyclePolicy", id: "policy-1", before };

    test("that is deleted, replaced or retains less: reports how many restore points are lost", () => {
        expect(lost(step("a", policy))[0]).toMatchObject({
            ids: ["policy-1"],
            reason: expect.stringContaining(
                "the policy is deleted: up to 14 restore points of each volume stay",
            ) as string,
        });
        expect(lost(step("a", { ...policy, after: before }))[0]?.reason).toContain("replaced by a new one");
        const less = { policyDetails: { ...before.policyDetails, schedules: [schedule(4)] } };
        expect(lost(step("a", { ...policy, op: "update", after: less }))[0]?.reason).toContain(
            "14 retained becomes 4: 10 restore points",
        );
    });

    test("that copies shared snapshots leaves its copies, whose number is unknown", () => {
        const copies = {
            policyType: "EVENT_BASED_POLICY",
            policyDetails: {
                eventSource: { parameters: { snapshotOwner: ["111122223333"], descriptionRegex: ".*" } },
                actions: [{ name: "copy", crossRegionCopy: [{ target: "eu-west-1" }] }],
            },
        };
        expect(lost(step("a", { ...policy, before: copies }))[0]).toMatchObject({
            ids: ["policy-1"],
            reason:
                "copies of policy-1: the policy is deleted: its copies stay and are no longer managed; " +
                "delete them yourself",
            remedy: "To keep them managed, keep the policy, its accounts and its Regions as they are",
        });
    });

    test("that is unchanged, adopted under another name or retained is not lost", () => {
        expect(lost(step("a", { ...policy, op: "update", after: before }))).toEqual([]);
        expect(lost(step("a", { ...policy, retain: true }))).toEqual([]);
        const adopting = step("b", { type: "LifecyclePolicy", op: "create", after: { adopt: "policy-1" } });
        expect(
            lost(step("a", policy), { ...adopting, oldState: undefined } as unknown as PreviewStep),
        ).toEqual([]);
    });
});
