import fc from "fast-check";
import { expect, test } from "vitest";
import { formatLoss, lossesOfDeletion, policyLosses } from "../../../schema/dlm/losses";
import { UNKNOWN, type Properties } from "../../../schema/values";

interface Copy {
    target: string;
    days?: number;
}

/** Returns an event-based policy that copies what these accounts share. */
function policy(snapshotOwner: unknown, copies: Copy[], more: Properties = {}): Properties {
    return {
        policyType: "EVENT_BASED_POLICY",
        policyDetails: {
            eventSource: {
                type: "MANAGED_CWE",
                parameters: { eventType: "shareSnapshot", snapshotOwner, descriptionRegex: ".*" },
            },
            actions: [
                {
                    name: "copy",
                    crossRegionCopy: copies.map(({ target, days }) => ({
                        target,
                        encryptionConfiguration: { encrypted: false },
                        ...(days === undefined
                            ? {}
                            : { retainRule: { interval: days, intervalUnit: "DAYS" } }),
                    })),
                },
            ],
        },
        ...more,
    };
}

const owners = ["111122223333", "444455556666"];
const before = policy(owners, [{ target: "eu-west-1" }, { target: "eu-north-1", days: 30 }]);
const lossesOf = (after: Properties, { isReplaced = false }: { isReplaced?: boolean } = {}) =>
    policyLosses(before, after, { isReplaced }).map(formatLoss);

test("a policy that is deleted or replaced leaves its copies", () => {
    const rest = "its copies stay and are no longer managed; delete them yourself";
    expect(lossesOfDeletion(before).map(formatLoss)).toEqual([`the policy is deleted: ${rest}`]);
    expect(lossesOf(before, { isReplaced: true })).toEqual([`the policy is replaced by a new one: ${rest}`]);
    expect(lossesOf({ ...before, policyType: "IMAGE_MANAGEMENT" })).toEqual([
        `DLM cannot change the type of a policy: ${rest}`,
    ]);
    expect(lossesOf({ ...before, state: "DISABLED" }, { isReplaced: true })).toEqual([
        `the policy is replaced by a new one: ${rest}`,
        "the new policy is disabled: no snapshots are copied until it is enabled",
    ]);
});

test("both accounts, and the end of unlimited retention, are reported", () => {
    const after = policy(
        ["777788889999"],
        [
            { target: "eu-west-1", days: 7 },
            { target: "eu-north-1", days: 30 },
        ],
    );
    expect(lossesOf(after)).toEqual([
        "111122223333 and 444455556666 are no longer among the sharing accounts: snapshots that they share are no longer copied",
        "the copies in eu-west-1 are retained for 7 days instead of ever: this applies to new copies",
    ]);
});

test("more accounts, regions and days lose nothing, and unknown values cause no warning", () => {
    const more = policy(
        [...owners, "777788889999"],
        [{ target: "eu-west-1" }, { target: "eu-north-1", days: 60 }, { target: "eu-south-1", days: 1 }],
    );
    expect(lossesOf(more)).toEqual([]);
    expect(lossesOf(policy(UNKNOWN, []))).toEqual([]);
    expect(lossesOf({ policyType: "EVENT_BASED_POLICY", policyDetails: UNKNOWN })).toEqual([]);
});

test("any older state and any program are handled without an exception", () => {
    const part = fc.oneof(fc.constantFrom(null, UNKNOWN, [], {}), fc.jsonValue());
    const event = fc.record({ parameters: part });
    const details = fc.record({
        eventSource: fc.oneof(event, part),
        actions: fc.oneof(fc.array(part), part),
    });
    const inputs = fc.record({
        policyType: fc.constantFrom("EVENT_BASED_POLICY", "IMAGE_MANAGEMENT"),
        policyDetails: fc.oneof(details, fc.constant(before["policyDetails"]), part),
        state: part,
    }) as fc.Arbitrary<Properties>;
    fc.assert(
        fc.property(inputs, inputs, fc.boolean(), (one, other, isReplaced) => {
            for (const loss of [...policyLosses(one, other, { isReplaced }), ...lossesOfDeletion(one)])
                expect(formatLoss(loss)).toMatch(/^\S.*: \S/);
        }),
        { numRuns: 1_000 },
    );
});
