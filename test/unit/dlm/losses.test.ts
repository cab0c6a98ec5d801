import fc from "fast-check";
import { expect, test } from "vitest";
import { formatLoss, lossesOfDeletion, policyLosses } from "../../../schema/dlm/losses";
import { UNKNOWN, type Properties } from "../../../schema/values";

const archived = {
    name: "quarterly",
    createRule: { cronExpression: "cron(0 5 1 1,4,7,10 ? *)" },
    retainRule: { interval: 30, intervalUnit: "DAYS" },
    archiveRule: { retainRule: { retentionArchiveTier: { interval: 1, intervalUnit: "YEARS" } } },
    crossRegionCopyRules: [{ target: "eu-west-1", encrypted: true }],
};

function policy(schedule: object, more: object = {}): Properties {
    return {
        policyDetails: {
            resourceTypes: ["VOLUME"],
            targetTags: { Backup: "yes" },
            schedules: [schedule],
            ...more,
        },
    };
}

const lossesOf = (before: Properties, after: Properties) => policyLosses(before, after).map(formatLoss);

test("a deleted policy leaves its restore points; DLM deletes those that wait to be archived", () => {
    expect(lossesOfDeletion(policy(archived)).map(formatLoss)).toEqual([
        "the policy is deleted: up to 5 restore points of each volume stay and are no longer managed; delete them yourself; " +
            "those that wait to be archived are deleted at the date of their archival",
    ]);
});

test("a replaced policy names the restore points of each schedule, and that the new one is disabled", () => {
    const of = (name: string, count: number, hours: number) => ({
        name,
        createRule: { interval: hours, intervalUnit: "HOURS", times: ["00:00"] },
        retainRule: { count },
    });
    const schedules = [of("daily", 14, 24), of("hourly", 24, 1)];
    const before = policy({}, { schedules });
    const after = { ...policy({}, { schedules, resourceTypes: ["INSTANCE"] }), state: "DISABLED" };
    expect(lossesOf(before, after)).toEqual([
        "DLM cannot change the resource type of a policy: up to 38 restore points of each volume (daily 14, hourly 24) " +
            "stay and are no longer managed; delete them yourself",
        "the new policy is disabled: no restore points of any volume are created until it is enabled",
    ]);
    expect(lossesOf({ ...before, state: "DISABLED" }, after)).toHaveLength(1);
});

test("without its archive, a schedule leaves what is archived, and copies are no longer created", () => {
    const { archiveRule: _, crossRegionCopyRules: __, ...plain } = archived;
    expect(lossesOf(policy(archived), policy(plain))).toEqual([
        "schedule quarterly: it no longer archives: up to 4 restore points of each volume stay and are no longer managed; " +
            "delete them yourself; those that wait to be archived are deleted at the date of their archival",
        "schedule quarterly: no further copies are created in eu-west-1: in the long run there is 1 restore point of each " +
            "volume fewer",
    ]);
});

test("by numbers, DLM deletes nothing of an archive that is removed, and the surplus of one that is smaller", () => {
    const { archiveRule: _, ...rest } = { ...archived, retainRule: { count: 3 } };
    const archiving = (count: number) =>
        policy({ ...rest, archiveRule: { retainRule: { retentionArchiveTier: { count } } } });
    const unmanaged =
        "schedule quarterly: it no longer archives: up to 6 restore points of each volume stay and are no longer managed; " +
        "delete them yourself";
    expect(lossesOf(archiving(6), policy(rest))).toEqual([unmanaged]);
    expect(lossesOf(archiving(6), policy({ ...rest, retainRule: { count: 9 } }))).toEqual([unmanaged]);
    expect(lossesOf(archiving(6), policy({ ...rest, retainRule: { count: 2 } }))).toEqual([
        unmanaged,
        "schedule quarterly: 3 retained becomes 2: 1 restore point of each volume is deleted at its next run",
    ]);
    expect(lossesOf(archiving(6), archiving(4))).toEqual([
        "schedule quarterly: 3, then 6 archived retained becomes 3, then 4 archived: 2 restore points of each volume are " +
            "deleted at its next run",
    ]);
    expect(lossesOf(policy(rest), archiving(6))).toEqual([]);
});

test("copies that are no longer created are counted by their own retention", () => {
    const { crossRegionCopyRules: _, ...alone } = archived;
    const year = { interval: 1, intervalUnit: "YEARS" };
    const copying = policy({
        ...alone,
        crossRegionCopyRules: [
            { target: "eu-west-1", encrypted: true, retainRule: year },
            { target: "eu-north-1", encrypted: true },
        ],
    });
    expect(lossesOf(copying, policy(alone))).toEqual([
        "schedule quarterly: no further copies are created in eu-west-1: in the long run there are 4 restore points of each " +
            "volume fewer",
        "schedule quarterly: no further copies are created in eu-north-1: in the long run there is 1 restore point of each " +
            "volume fewer",
    ]);
});

test("copies that are retained for less time are named, and no others", () => {
    const copying = (interval: number, intervalUnit: string) =>
        policy({
            ...archived,
            crossRegionCopyRules: [
                { target: "eu-west-1", encrypted: true, retainRule: { interval, intervalUnit } },
                { target: "eu-north-1", encrypted: true, retainRule: { interval: 30, intervalUnit: "DAYS" } },
            ],
        });
    expect(lossesOf(copying(1, "YEARS"), copying(30, "DAYS"))).toEqual([
        "schedule quarterly: the copies in eu-west-1 are retained for 30 days instead of 365 days: this applies to new copies",
    ]);
    expect(lossesOf(copying(30, "DAYS"), copying(1, "YEARS"))).toEqual([]);
    expect(lossesOf(copying(1, "YEARS"), copying(365, "DAYS"))).toEqual([]);
});

test("restore points that are no longer managed stay enabled for fast restore, which is billed", () => {
    const fast = {
        name: "n",
        createRule: { interval: 24, intervalUnit: "HOURS", times: ["03:00"] },
        retainRule: { count: 7 },
        fastRestoreRule: { count: 1, availabilityZones: ["us-east-1a"] },
    };
    const unmanaged =
        "up to 7 restore points of each volume stay and are no longer managed; delete them yourself; fast snapshot restore " +
        "stays enabled for some, billed by the hour: disable it yourself";
    expect(lossesOfDeletion(policy(fast)).map(formatLoss)).toEqual([`the policy is deleted: ${unmanaged}`]);
    expect(lossesOf(policy(fast), policy({ ...fast, name: "m" }))).toEqual([
        `schedule n: it is renamed to m: ${unmanaged}`,
    ]);
});

test("a removed schedule says that what waits to be archived is deleted", () => {
    expect(lossesOf(policy(archived), policy({ ...archived, name: "yearly" }))).toEqual([
        "schedule quarterly: it is renamed to yearly: up to 5 restore points of each volume stay and are no longer managed; " +
            "delete them yourself; those that wait to be archived are deleted at the date of their archival",
    ]);
});

test("a default policy with extendDeletion deletes all of its restore points after its end", () => {
    const extended = { defaultPolicy: "VOLUME", createInterval: 1, retainInterval: 7, extendDeletion: true };
    const expiring =
        "up to 7 restore points of each volume are deleted at their age, the last one too (extendDeletion)";
    expect(lossesOfDeletion(extended).map(formatLoss)).toEqual([`the policy is deleted: ${expiring}`]);
    expect(lossesOf(extended, { ...extended, state: "DISABLED" })).toEqual([
        `the policy is disabled: ${expiring}`,
    ]);
    expect(policyLosses(extended, extended, { isReplaced: true }).map(formatLoss)).toEqual([
        `the policy is replaced by a new one: ${expiring}`,
    ]);
    expect(lossesOf({ ...extended, extendDeletion: false }, extended)).toEqual([
        "extendDeletion is set: DLM also deletes the last restore point of a deleted volume, and all restore points at their " +
            "age once the policy is disabled or deleted",
    ]);
    expect(lossesOf(extended, extended)).toEqual([]);
    expect(lossesOfDeletion({ ...extended, extendDeletion: false }).map(formatLoss)).toEqual([
        "the policy is deleted: up to 7 restore points of each volume stay and are no longer managed; delete them yourself",
    ]);
});

test("a schedule that runs more often names the restore points that its retention no longer reaches", () => {
    const kept = (cron: string, retainRule: object) =>
        policy({ name: "n", createRule: { cronExpression: `cron(${cron})` }, retainRule });
    const [monthly, daily, hourly] = ["0 4 1 * ? *", "0 4 * * ? *", "0 * * * ? *"] as const;
    expect(lossesOf(kept(monthly, { count: 12 }), kept(hourly, { count: 12 }))).toEqual([
        "schedule n: it runs more often, and what is retained reaches back 12 hours instead of 365 days: 11 restore points of " +
            "each volume that are older are no longer retained",
    ]);
    expect(lossesOf(kept(daily, { count: 14 }), kept(hourly, { count: 10 }))).toEqual([
        "schedule n: it runs more often, and what is retained reaches back 10 hours instead of 14 days: 13 restore points of " +
            "each volume that are older are no longer retained",
        "schedule n: 14 retained becomes 10: 4 restore points of each volume are deleted at its next run",
    ]);
    const days = (interval: number) => ({ interval, intervalUnit: "DAYS" });
    expect(lossesOf(kept(daily, days(30)), kept(hourly, days(7)))).toEqual([
        "schedule n: it runs more often, and what is retained reaches back 7 days instead of 30 days: 23 restore points of " +
            "each volume that are older are no longer retained",
    ]);
    expect(
        lossesOf(
            { defaultPolicy: "VOLUME", createInterval: 7, retainInterval: 14 },
            { defaultPolicy: "VOLUME", createInterval: 1, retainInterval: 2 },
        ),
    ).toEqual([expect.stringContaining("reaches back 2 days instead of 14 days: 1 restore point of each")]);
});

test("a schedule that runs more often and reaches as far back loses nothing", () => {
    const kept = (cron: string, retainRule: object) =>
        policy({ name: "n", createRule: { cronExpression: `cron(${cron})` }, retainRule });
    const age = { interval: 30, intervalUnit: "DAYS" };
    expect(lossesOf(kept("0 4 * * ? *", { count: 14 }), kept("0 4/12 * * ? *", { count: 28 }))).toEqual([]);
    expect(lossesOf(kept("0 4 * * ? *", age), kept("0 * * * ? *", age))).toEqual([]);
    expect(lossesOf(kept("0 4 L * ? *", { count: 12 }), kept("0 4 1 * ? *", { count: 12 }))).toEqual([]);
    expect(lossesOf(kept("0 4 * * ? *", { count: 1 }), kept("0 * * * ? *", { count: 1 }))).toEqual([]);
    const once = "0 4 1 1 ? 2026";
    expect(lossesOf(kept(once, { count: 9 }), kept("0 * * * ? *", { count: 9 }))).toEqual([]);
});

test("there is no warning if the details are unknown or unchanged", () => {
    expect(policyLosses(policy(archived), { policyDetails: UNKNOWN })).toEqual([]);
    expect(policyLosses(policy(archived), policy(archived))).toEqual([]);
});

test("a key, a tag or an account that is unknown at preview hides no loss", () => {
    const schedule = { ...archived, archiveRule: undefined, retainRule: { count: 9 } };
    const unknown = {
        ...schedule,
        retainRule: { count: 2 },
        tagsToAdd: { BillingCode: UNKNOWN },
        shareRules: [{ targetAccounts: [UNKNOWN] }],
        crossRegionCopyRules: [{ target: "eu-west-1", encrypted: true, cmkArn: UNKNOWN }],
    };
    expect(lossesOf(policy(schedule), policy(unknown))).toEqual([
        "schedule quarterly: 9 retained becomes 2: 7 restore points of each volume are deleted at its next run",
    ]);
    expect(lossesOf(policy(schedule), policy(unknown, { targetTags: { scripts: UNKNOWN } }))).toEqual([]);
});

test("any older state and any program are handled without an exception", () => {
    const part = fc.oneof(fc.constantFrom(archived, [archived], null, UNKNOWN), fc.jsonValue());
    const details = fc.oneof(
        fc.jsonValue(),
        fc.record(
            { resourceTypes: part, targetTags: part, schedules: part, parameters: part },
            { requiredKeys: [] },
        ),
    );
    const inputs = fc.record(
        { policyDetails: details, defaultPolicy: part, exclusions: part, crossRegionCopyTargets: part },
        { requiredKeys: [] },
    ) as fc.Arbitrary<Properties>;
    fc.assert(
        fc.property(inputs, inputs, fc.boolean(), (before, after, isReplaced) => {
            for (const loss of [...policyLosses(before, after, { isReplaced }), ...lossesOfDeletion(before)])
                expect(formatLoss(loss)).toContain("restore point");
        }),
        { numRuns: 1_000 },
    );
});
