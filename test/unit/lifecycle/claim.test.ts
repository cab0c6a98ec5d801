import { expect, test, vi } from "vitest";
import { createOnce, type ClaimedResource } from "../../../provider/lifecycle/claim";
import { Ec2Error } from "../../../provider/aws/errors";
import { HandClock } from "../clock";

const now = 1_000_000;
const timeoutMs = 100_000;
const replaced = { id: "snap-old", startedAt: now - 50_000, hasData: true };

/** Creates a resource while EC2 shows these claimed ones; an interrupted attempt has the claim `mine`. */
function attempt(claimed: Partial<ClaimedResource<string>>[], other: object = {}) {
    return createOnce({
        claim: { stack: "organization/project/test", value: "mine" },
        replaced: undefined,
        timeoutMs,
        clock: new HandClock(now),
        create: () => Promise.resolve({ id: "snap-new", observed: "new" }),
        findClaimed: () =>
            Promise.resolve(
                claimed.map((one) => ({
                    id: "snap-found",
                    observed: "found",
                    claim: "mine",
                    startedAt: now - 1_000,
                    ...one,
                })),
            ),
        ...other,
    });
}

test("the resource of an interrupted attempt is adopted", async () => {
    expect(await attempt([{}])).toMatchObject({ id: "snap-found", adopted: true });
    expect(await attempt([{}], { replaced })).toMatchObject({ id: "snap-found", adopted: true });
});

test.each<[string, Partial<ClaimedResource<string>>, object]>([
    ["with another claim", { claim: "other" }, {}],
    ["whose claim has ended", { claim: "ended" }, {}],
    ["that is older than the timeout", { startedAt: now - timeoutMs - 1 }, {}],
    ["that is the replaced one itself", { id: replaced.id }, { replaced }],
    ["that is as old as the replaced one", { startedAt: replaced.startedAt }, { replaced }],
    ["that is older than the replaced one", { startedAt: replaced.startedAt - 1 }, { replaced }],
])("a resource %s is not adopted", async (_which, found, other) => {
    expect(await attempt([found], other)).toMatchObject({ id: "snap-new", adopted: false });
});

test("of several resources of interrupted attempts, none is adopted, and none is created", async () => {
    const create = vi.fn();
    await expect(attempt([{ id: "snap-1" }, { id: "snap-2" }], { create })).rejects.toThrow(
        "2 were created by interrupted runs, and it is unknown which one to adopt: snap-1, snap-2",
    );
    expect(create).not.toHaveBeenCalled();
});

test("a rejected create is not repeated", async () => {
    const rejection = new Ec2Error({
        kind: "rejected",
        code: "InvalidParameterValue",
        awsMessage: "no",
        action: "CreateSnapshot",
    });
    const create = vi.fn(() => Promise.reject(rejection));
    await expect(attempt([], { create })).rejects.toBe(rejection);
    expect(create).toHaveBeenCalledTimes(1);
});
