import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeKept } from "../../../provider/share/declared-grants";
import { grantChanges, surplusGrants } from "../../../provider/share/grant-changes";
import { alice, bob, config, ec2, ec2Of, hostOf, owner, snapshotId } from "./share-host";
import { answer, refusal, type Answering } from "../wire";

test("an unchanged share makes no call, a changed one makes one call", async () => {
    const host = hostOf();
    const { inputs } = await host.check({ snapshotId, accounts: ["prod"] });
    const before = host.wire.requests.length;
    await host.check({ snapshotId, accounts: ["prod"] }, inputs);
    expect(host.wire.requests.length).toBe(before);
    await host.check({ snapshotId, accounts: ["audit"] }, inputs);
    expect(host.wire.requests.slice(before).map(({ action }) => action)).toEqual(["DescribeSnapshots"]);
});

test("a create right after its check makes one change and one read, and writes no tag", async () => {
    const host = hostOf(config, ec2([bob]));
    const { inputs } = await host.check({ snapshotId, accounts: ["prod"] });
    const before = host.wire.requests.length;
    const { id, outs } = await host.clock.until(host.lifecycle.create(inputs));
    expect(host.wire.requests.slice(before).map(({ action }) => action)).toEqual([
        "ModifySnapshotAttribute",
        "DescribeSnapshotAttribute",
    ]);
    expect(id).toBe(snapshotId);
    expect(outs).toMatchObject({
        accountIds: [alice],
        grants: [alice, bob],
        isPublic: false,
        ownerId: owner,
    });
    expect(outs).not.toHaveProperty("granted");
});

test("an up of 100 shares, checked one after another, takes at most 320 calls, none of which writes a tag", async () => {
    const shares = Array.from({ length: 100 }, (_, index) => `snap-${String(index).padStart(17, "0")}`);
    const host = hostOf(config, ec2Of(shares));
    const checked = [];
    for (const id of shares)
        checked.push(await host.check({ __urn: `urn-${id}`, snapshotId: id, accounts: [alice] }));
    await host.clock.until(Promise.all(checked.map(({ inputs }) => host.lifecycle.create(inputs))));
    const count = (name: string) => host.wire.requests.filter(({ action }) => action === name).length;
    expect(count("ModifySnapshotAttribute")).toBe(100);
    expect(count("CreateTags") + count("DeleteTags")).toBe(0);
    expect(host.wire.requests.length).toBeLessThanOrEqual(320);
});

test("a partly failed change keeps the share in the state as the owner of all possible grants", async () => {
    const many = Array.from({ length: 501 }, (_, index) => String(10 ** 11 + index));
    let calls = 0;
    const answering: Answering = (request, count) =>
        request.action === "ModifySnapshotAttribute" && ++calls > 1
            ? refusal("UnauthorizedOperation", "no", 403)
            : ec2()(request, count);
    const host = hostOf(config, answering);
    const { inputs } = await host.check({ snapshotId, accounts: many });
    await expect(host.clock.until(host.lifecycle.create(inputs))).rejects.toMatchObject({
        id: snapshotId,
        properties: { accountIds: many },
    });
});

test("a response without the list of grants is an error, not an empty list", async () => {
    const answering: Answering = (request, count) =>
        request.action === "DescribeSnapshotAttribute" ? answer(request.action) : ec2()(request, count);
    const state = { region: "us-east-1", snapshotId, accounts: [alice], accountIds: [alice] };
    const host = hostOf(config, answering);
    await expect(host.clock.until(host.lifecycle.read(snapshotId, state))).rejects.toThrow(
        "the answer of DescribeSnapshotAttribute has no CreateVolumePermissions",
    );
});

test("a change that never becomes visible fails with the missing grants, and the state keeps the share", async () => {
    const deaf: Answering = (request, count) =>
        request.action === "ModifySnapshotAttribute" ? answer(request.action) : ec2()(request, count);
    const host = hostOf(config, deaf);
    const { inputs } = await host.check({ snapshotId, accounts: ["prod"] });
    const failed = host.clock.until(host.lifecycle.create(inputs));
    await expect(failed).rejects.toMatchObject({
        id: snapshotId,
        reasons: [
            `waiting for share ${snapshotId} of snapshot ${snapshotId}: EC2 does not show the access of ${alice} yet after 10 minutes; run \`pulumi up\` again to check again`,
        ],
    });
});

describe("the planned changes", () => {
    const grant = fc.constantFrom(
        "all",
        ...Array.from({ length: 8 }, (_, index) => String(10 ** 11 + index)),
    );
    const grants = fc.uniqueArray(grant).map((list) => list.sort());
    const situation = fc.record({ grants, owned: grants });

    test("declared grants of any share are not revoked, and existing ones are not granted again", () => {
        fc.assert(
            fc.property(
                situation,
                grants,
                fc.boolean(),
                grants,
                (observed, desired, isExclusive, declared) => {
                    const { added, removed } = grantChanges(observed, { desired, declared, isExclusive });
                    for (const one of removed) expect([...desired, ...declared]).not.toContain(one);
                    for (const one of added) expect(observed.grants).not.toContain(one);
                    const after = [...observed.grants.filter((one) => !removed.includes(one)), ...added];
                    for (const one of desired) expect(after).toContain(one);
                    for (const one of observed.owned)
                        if (after.includes(one)) expect([...desired, ...declared]).toContain(one);
                    expect(surplusGrants(after, { desired, declared, isExclusive })).toEqual([]);
                },
            ),
        );
    });

    test("without exclusive, accounts that the share does not own are kept", () => {
        fc.assert(
            fc.property(situation, grants, (observed, desired) => {
                const declaration = { desired, declared: [], isExclusive: false };
                const { removed } = grantChanges(observed, declaration);
                for (const one of removed) expect([...observed.owned, "all"]).toContain(one);
            }),
        );
    });
});

test("one account that another share declares keeps its access, several keep it", () => {
    const [one, other] = ["111122223333", "444455556666"];
    const rest = "access to snap-1: another share declares it";
    expect(describeKept([one], "snap-1", [])).toBe(`${one} keeps ${rest}`);
    expect(describeKept([one, other], "snap-1", [])).toBe(`${one}, ${other} keep ${rest}`);
    expect(describeKept([one], "snap-1", ["accounts"])).toBe(`1 account keeps ${rest}`);
});
