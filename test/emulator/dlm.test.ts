import { describe, expect } from "vitest";
import { emulator, test } from "../fixture";
import type { RestAnswer } from "./controls";

function policy(tag: string, schedule: object = {}): object {
    const daily = {
        Name: "daily",
        CreateRule: { Interval: 24, IntervalUnit: "HOURS", Times: ["03:00"] },
        RetainRule: { Count: 7 },
    };
    return {
        Description: "nightly",
        State: "ENABLED",
        ExecutionRoleArn: "arn:aws:iam::123456789012:role/dlm",
        PolicyDetails: {
            PolicyType: "EBS_SNAPSHOT_MANAGEMENT",
            ResourceTypes: ["VOLUME"],
            TargetTags: [{ Key: "Backup", Value: tag }],
            Schedules: [{ ...daily, ...schedule }],
        },
        Tags: { Team: "a" },
    };
}

function create(input: object): Promise<RestAnswer> {
    return emulator.rest("dlm", "POST", "/policies", input);
}

describe("DLM", () => {
    test("creates, reads, updates and deletes a policy, and logs its calls like those of EC2", async () => {
        const id = String((await create(policy("yes"))).body["PolicyId"]);
        const path = `/policies/${id}`;
        await emulator.rest("dlm", "PATCH", path, { State: "DISABLED" });
        const { body } = await emulator.rest("dlm", "GET", path);

        expect(body).toMatchObject({
            Policy: { PolicyId: id, State: "DISABLED", Description: "nightly", Tags: { Team: "a" } },
        });
        expect((await emulator.rest("dlm", "GET", "/policies?state=ENABLED")).body).toEqual({ Policies: [] });
        await emulator.rest("dlm", "DELETE", path);
        const gone = await emulator.rest("dlm", "GET", path);
        expect([gone.status, gone.body["__type"]]).toEqual([404, "ResourceNotFoundException"]);
        expect((await emulator.calls()).map(({ action }) => action)).toEqual([
            "CreateLifecyclePolicy",
            "UpdateLifecyclePolicy",
            "GetLifecyclePolicy",
            "GetLifecyclePolicies",
            "DeleteLifecyclePolicy",
            "GetLifecyclePolicy",
        ]);
    });

    test("rejects values beyond its limits, target tags in use, and one policy more than the quota", async () => {
        await create(policy("yes"));
        const refused = [
            policy("yes"),
            policy("a", { RetainRule: { Count: 1001 } }),
            policy("b", { CreateRule: { Interval: 5, IntervalUnit: "HOURS" } }),
            { ...policy("c"), Description: "no: colons" },
        ];
        for (const input of refused) {
            const { status, body } = await create(input);
            expect([status, body["__type"]]).toEqual([400, "InvalidRequestException"]);
        }
        await emulator.set({ dlmPolicies: 1 });
        expect((await create(policy("d"))).body["__type"]).toBe("LimitExceededException");
    });

    test("accepts an event-based policy within the API's limits; an update cannot change its type or add schedules", async () => {
        const copy = { Target: "eu-west-1", EncryptionConfiguration: { Encrypted: false } };
        const parameters = {
            EventType: "shareSnapshot",
            SnapshotOwner: ["111122223333"],
            DescriptionRegex: ".*",
        };
        const event = (more: object = {}, copies: object[] = [copy], action: object = {}) => ({
            ...policy("yes"),
            PolicyDetails: {
                PolicyType: "EVENT_BASED_POLICY",
                EventSource: { Type: "MANAGED_CWE", Parameters: { ...parameters, ...more } },
                Actions: [{ Name: "copy", CrossRegionCopy: copies, ...action }],
            },
        });
        const refused = [
            event({ SnapshotOwner: [] }),
            event({ SnapshotOwner: ["1111"] }),
            event({ DescriptionRegex: "x".repeat(1001) }),
            event({ DescriptionRegex: undefined }),
            event({ EventType: "copySnapshot" }),
            event({}, []),
            event({}, [copy, copy, copy, copy]),
            event({}, [{ ...copy, RetainRule: { Interval: 0, IntervalUnit: "DAYS" } }]),
            event({}, [{ Target: "eu-west-1" }]),
            event({}, [{ ...copy, EncryptionConfiguration: { Encrypted: true, CmkArn: "alias/a" } }]),
            event({}, [copy], { Name: "no: colons" }),
        ];
        for (const input of refused) {
            const { status, body } = await create(input);
            expect([status, body["__type"]]).toEqual([400, "InvalidRequestException"]);
        }
        const path = `/policies/${String((await create(event())).body["PolicyId"])}`;
        const change = (PolicyDetails: object) => emulator.rest("dlm", "PATCH", path, { PolicyDetails });
        expect((await change({ PolicyType: "IMAGE_MANAGEMENT" })).status).toBe(400);
        expect((await change({ Schedules: [] })).status).toBe(400);
        expect((await change({ Actions: [{ Name: "copy", CrossRegionCopy: [copy, copy] }] })).status).toBe(
            200,
        );
    });

    test("accepts one default policy for volumes per Region, with separate limits", async () => {
        const standard = {
            Description: "all",
            State: "ENABLED",
            ExecutionRoleArn: "arn:aws:iam::123456789012:role/dlm",
            DefaultPolicy: "VOLUME",
        };
        const Tag = { Key: "Backup", Value: "no" };
        const refused = [
            { ...standard, CreateInterval: 8 },
            { ...standard, CreateInterval: 3, RetainInterval: 3 },
            { ...standard, RetainInterval: 15 },
            { ...standard, Exclusions: { ExcludeTags: Array.from({ length: 51 }, () => Tag) } },
        ];
        for (const input of refused) expect((await create(input)).status).toBe(400);
        const id = String((await create(standard)).body["PolicyId"]);
        const second = await create(standard);
        expect([second.status, second.body["__type"]]).toEqual([400, "InvalidRequestException"]);
        expect((await create({ ...standard, DefaultPolicy: "INSTANCE" })).status).toBe(200);
        expect((await create(policy("yes"))).status).toBe(200);
        await emulator.rest("dlm", "DELETE", `/policies/${id}`);
        expect((await create(standard)).status).toBe(200);
    });
});
