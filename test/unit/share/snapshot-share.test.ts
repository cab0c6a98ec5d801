import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UNKNOWN, type Properties } from "../../../schema/values";
import { grantChanges, surplusGrants } from "../../../provider/share/grant-changes";
import { Host, baseConfig } from "../host";
import { testRules } from "../table";
import { answer, refusal, stsAnswer, type Answering, type WireRequest } from "../wire";

const snapshotId = "snap-0123456789abcdef0";
const [owner, alice, bob, carol] = ["123456789012", "111122223333", "444455556666", "777788889999"] as const;
const config = { ...baseConfig, "ebs-snapshots:accounts": `{"prod":"${alice}","audit":${carol}}` };
const open = { ...config, "ebs-snapshots:allowPublicSharing": "true" };

/** EC2 with one snapshot. */
function ec2(grants: string[] = [], snapshot = ""): Answering {
    return ec2Of([snapshotId], grants, snapshot);
}

/** EC2 with several, whose grants are the same. */
function ec2Of(ids: string[], grants: string[] = [], snapshot = ""): Answering {
    const there = new Set(grants);
    return ({ action, params }: WireRequest) => {
        switch (action) {
            case "GetCallerIdentity":
                return stsAnswer(action, `<Account>${owner}</Account>`);
            case "DescribeSnapshots":
                return answer(
                    action,
                    `<snapshotSet>${ids
                        .filter((id) => ids.length === 1 || Object.values(params).includes(id))
                        .map(
                            (id) =>
                                `<item><snapshotId>${id}</snapshotId><ownerId>${owner}</ownerId>` +
                                `<status>completed</status>${snapshot}</item>`,
                        )
                        .join("")}</snapshotSet>`,
                );
            case "DescribeSnapshotAttribute":
                return answer(
                    action,
                    `<createVolumePermission>${[...there].map(item).join("")}</createVolumePermission>`,
                );
            case "ModifySnapshotAttribute":
                for (const [name, grant] of Object.entries(params)) {
                    if (name.includes(".Add.")) there.add(grant);
                    if (name.includes(".Remove.")) there.delete(grant);
                }
                return answer(action, "<return>true</return>");
            default:
                return answer(action);
        }
    };
}

const item = (grant: string) =>
    grant === "all" ? "<item><group>all</group></item>" : `<item><userId>${grant}</userId></item>`;

function hostOf(settings: Record<string, string> = config, answering: Answering = ec2()): Host {
    return new Host(settings, answering, "SnapshotShare");
}

const aliases = "an account id of 12 digits or an alias: audit, prod of ebs-snapshots:accounts";

const quoted =
    'write it with all 12 digits in quotation marks, so that leading zeros are kept: "012345678901"';

testRules(
    hostOf(open),
    { snapshotId: "snap-1" },
    {
        snapshotId: {
            accepts: ["snap-1"],
            refuses: [
                ["vol-1", 'snapshotId is "vol-1", but must be an id such as "snap-0123456789abcdef0"'],
                [null, "snapshotId is required"],
            ],
            change: [["snap-1", "snap-2", "replace"]],
        },
        accounts: {
            accepts: [[], [alice], ["prod", "audit", bob], [111122223333, UNKNOWN]],
            refuses: [
                ["prod", 'accounts is "prod", but must be a list'],
                [["prodd"], `accounts[0] is "prodd", but must be ${aliases}. Did you mean "prod"?`],
                [[alice, "12345"], `accounts[1] is "12345", but must be ${aliases}; ${quoted}`],
                [[12345678901], `accounts[0] is 12345678901, but must be ${aliases}; ${quoted}`],
                [["constructor"], `accounts[0] is "constructor", but must be ${aliases}`],
                [[true], "accounts[0] is true, but must be an account id or an alias"],
                [
                    ["prod", owner],
                    `accounts[1] is "${owner}", but must be another account than the snapshot's owner, who has access anyway`,
                ],
            ],
            change: [
                [[alice], [bob], "update"],
                [["prod"], [], "update"],
            ],
        },
        public: {
            accepts: [true, false],
            refuses: [["yes", 'public is "yes", but must be true or false']],
            change: [
                [false, true, "update"],
                [undefined, false, "nothing"],
            ],
        },
        exclusive: {
            accepts: [true, false],
            refuses: [["yes", 'exclusive is "yes", but must be true or false']],
            change: [
                [true, false, "update"],
                [undefined, false, "nothing"],
            ],
        },
    },
);

describe("a preview names who loses access", () => {
    const warnings = async (state: Properties, given: Properties) => {
        const host = hostOf();
        const before = {
            snapshotId,
            region: "us-east-1",
            accounts: [alice, bob],
            accountIds: [alice, bob],
            ...state,
        };
        const inputs = { region: "us-east-1", snapshotId, accounts: [alice, bob], ...given };
        await host.clock.until(host.lifecycle.diff(snapshotId, before, inputs));
        return host.said.filter((line) => line.startsWith("warn"));
    };
    const revokes = (who: string) => [
        `warn: revokes the access of ${who} to ${snapshotId}, unless another share declares it`,
    ];

    test.each<[string, Properties, Properties, string[]]>([
        ["an account that is taken out", {}, { accounts: [bob] }, revokes(alice)],
        ["none that stays, whatever the order", {}, { accounts: [bob, "prod"] }, []],
        ["one that others gave, too", { granted: [bob] }, { accounts: [bob] }, revokes(alice)],
        [
            "one behind an alias that means another by now",
            { accounts: ["prod", bob], accountIds: [bob, carol] },
            { accounts: ["prod", bob] },
            revokes(carol),
        ],
        [
            "of an exclusive share too",
            { exclusive: true, accounts: ["prod"], accountIds: [carol] },
            { exclusive: true, accounts: ["prod"] },
            revokes(carol),
        ],
        ["everyone", { accountIds: [], public: true, accounts: [] }, { accounts: [] }, revokes("everyone")],
        ["those of the former snapshot", {}, { snapshotId: "snap-2" }, revokes(`${alice}, ${bob}`)],
        [
            "and, if it was exclusive, whoever had access to it",
            { exclusive: true, grants: [alice, bob, carol] },
            { snapshotId: "snap-2", exclusive: true },
            revokes(`${alice}, ${bob}, ${carol}`),
        ],
        [
            "nobody by a secret account",
            { __secrets: ["accounts"] },
            { accounts: [bob] },
            revokes("1 account"),
        ],
        [
            "nobody by an account that is secret from now on",
            {},
            { accounts: [bob], __secrets: ["accounts"] },
            revokes("1 account"),
        ],
        ["nobody as long as it is not known", {}, { accounts: UNKNOWN }, []],
    ])("%s", async (_, state, given, said) => {
        expect(await warnings(state, given)).toEqual(said);
    });
});

describe("accounts", () => {
    const share = async (accounts: unknown) => {
        const host = hostOf();
        const { inputs } = await host.check({ snapshotId, accounts });
        return { host, inputs };
    };
    const differs = async (before: unknown, after: unknown, accountIds: string[]) => {
        const { host, inputs } = await share(before);
        const { inputs: news } = await host.check({ snapshotId, accounts: after }, inputs);
        const state = { ...inputs, accountIds };
        // Without an answer of the provider, the engine finds the difference itself.
        return (await host.clock.until(host.lifecycle.diff(snapshotId, state, news))).changes ?? true;
    };

    test("in another order, or twice, are no difference; behind another id, an alias is one", async () => {
        expect(await differs(["prod", bob], [bob, "prod", bob], [alice, bob])).toBe(false);
        expect(await differs(["prod"], ["prod"], [carol])).toBe(true);
    });

    test("that are not known yet count as different", async () => {
        expect(await differs(["prod"], ["prod", UNKNOWN], [alice])).toBe(true);
    });

    test("if no alias is configured, the message says so", async () => {
        expect(await hostOf(baseConfig).failures({ snapshotId, accounts: ["prod"] })).toEqual([
            'accounts[0] is "prod", but must be an account id of 12 digits or an alias: none is configured under ebs-snapshots:accounts',
        ]);
    });

    test("that are secret are in no message, and what derives from them is secret too", async () => {
        const host = hostOf(config, ec2([bob]));
        const given = { snapshotId, accounts: [alice], exclusive: true, __secrets: ["accounts"] };
        const { inputs } = await host.check(given);
        const { outs } = await host.clock.until(host.lifecycle.create(inputs));
        expect(host.said.join("\n")).not.toMatch(/\d{12}/);
        const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
        for (const key of ["accountIds", "grants"]) expect(outs[key]).toMatchObject(secret);
        expect(await host.failures({ ...given, accounts: ["12345"] })).toEqual([
            `accounts[0] is [secret], but must be ${aliases}; ${quoted}`,
        ]);
    });
});

test("without allowPublicSharing, public is refused, with the risk and the key to set", async () => {
    expect(await hostOf().failures({ snapshotId, public: true })).toEqual([
        "public is true, but must be false in this stack: a public snapshot gives everything on its volume to everyone " +
            "with an AWS account, and copies of it cannot be taken back. To allow it: " +
            "pulumi config set ebs-snapshots:allowPublicSharing true",
    ]);
});

test("an unchanged share makes no call, a changed one makes one", async () => {
    const host = hostOf();
    const { inputs } = await host.check({ snapshotId, accounts: ["prod"] });
    const asked = host.wire.requests.length;
    await host.check({ snapshotId, accounts: ["prod"] }, inputs);
    expect(host.wire.requests.length).toBe(asked);
    await host.check({ snapshotId, accounts: ["audit"] }, inputs);
    expect(host.wire.requests.slice(asked).map(({ action }) => action)).toEqual(["DescribeSnapshots"]);
});

test("a caller without read permissions can still preview", async () => {
    const host = hostOf(open, ({ action }) => refusal("UnauthorizedOperation", `not ${action}`, 403));
    expect(await host.failures({ snapshotId, accounts: [alice], public: true })).toEqual([]);
    expect(host.said).toEqual([
        `info: ${snapshotId} will be shared with ${alice}, everyone`,
        `warn: makes ${snapshotId} public: everyone with an AWS account can copy its data`,
        "warn: could not be validated against AWS: UnauthorizedOperation: not DescribeSnapshots. The caller needs the IAM permission ec2:DescribeSnapshots. `pulumi up` will check again.",
    ]);
});

test("one create right after its check is a change and a look, without a tag", async () => {
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

test("a preview names the new accounts, and the ids of aliases", async () => {
    const host = hostOf(open);
    await host.check({ snapshotId, accounts: ["audit", "prod", bob], public: true });
    expect(host.said[0]).toBe(
        `info: ${snapshotId} will be shared with prod (${alice}), ${bob}, audit (${carol}), everyone`,
    );
});

test("accounts that go from secret to plain are named in the clear in no message", async () => {
    const host = hostOf(config, ec2([alice, bob, carol]));
    const secret = { snapshotId, accounts: [alice, bob], exclusive: true, __secrets: ["accounts"] };
    const { inputs: olds } = await host.check(secret);
    const { inputs } = await host.check({ snapshotId, accounts: [alice], exclusive: true }, olds);
    const state = { ...olds, accountIds: [alice, bob], grants: [alice, bob, carol] };
    await host.clock.until(host.lifecycle.diff(snapshotId, state, inputs));
    await host.clock.until(host.lifecycle.update(snapshotId, state, inputs));
    expect(host.said.length).toBeGreaterThan(3);
    expect(host.said.join("\n")).not.toMatch(/\b\d{12}\b/);
});

describe("what earlier versions left", () => {
    const tag = (key: string) =>
        `<tagSet><item><key>pulumi-ebs-snapshots:${key}</key><value>${alice}</value></item></tagSet>`;
    const sent = (host: Host, name: string) =>
        host.wire.requests.filter(({ action }) => action === name).map(({ params }) => params);

    test("is owned according to its state, and its tag of any stack is removed with the next change", async () => {
        const host = hostOf(config, ec2([alice, bob], tag("granted-0a1b2c3d")));
        const old = { region: "us-east-1", snapshotId, accounts: ["prod", bob] };
        const state = { ...old, accountIds: [alice], granted: [alice, carol], grants: [alice, bob] };
        await host.clock.until(host.lifecycle.update(snapshotId, state, { ...old, accounts: [bob] }));
        expect(sent(host, "ModifySnapshotAttribute").map((params) => Object.values(params))).toEqual([
            expect.arrayContaining([alice, carol]),
        ]);
        expect(sent(host, "DeleteTags")).toMatchObject([
            { "Tag.1.Key": "pulumi-ebs-snapshots:granted-0a1b2c3d" },
        ]);
    });

    test("is revoked by a deletion, and its tag is removed; a failed removal is only a warning", async () => {
        const answering: Answering = (request, count) =>
            request.action === "DeleteTags"
                ? refusal("UnauthorizedOperation", "no", 403)
                : ec2([alice], tag("granted-0a1b2c3d"))(request, count);
        const host = hostOf(config, answering);
        const state = {
            region: "us-east-1",
            snapshotId,
            accounts: ["gone"],
            granted: [],
            accountIds: [alice],
        };
        await host.clock.until(host.lifecycle.delete(snapshotId, state));
        expect(sent(host, "ModifySnapshotAttribute")).toMatchObject([
            { "CreateVolumePermission.Remove.1.UserId": alice },
        ]);
        expect(host.said.join("\n")).toContain(
            `info: the tag pulumi-ebs-snapshots:granted-0a1b2c3d of an earlier version could not be removed from ${snapshotId}, where it has no effect`,
        );
    });

    test("shows all drift: public access, and other accounts of an exclusive share of 20 accounts", async () => {
        const many = Array.from({ length: 20 }, (_, index) => String(10 ** 11 + index));
        const host = hostOf(config, ec2([...many, carol, "all"], tag("granted-0a1b2c3d")));
        const state = { region: "us-east-1", snapshotId, accounts: many, accountIds: many, granted: many };
        const seen = async (given: Properties) =>
            (await host.clock.until(host.lifecycle.read(snapshotId, { ...state, ...given }))).inputs;
        expect(await seen({ grants: [...many, "all"] })).toMatchObject({ accounts: many, public: true });
        expect(await seen({ exclusive: true })).toMatchObject({ accounts: [...many, carol], public: true });
    });
});

test("a change that is cut off halfway leaves the share in the state, which owns all that it may have granted", async () => {
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

test("an answer without the list of grants is an error, not an empty list", async () => {
    const answering: Answering = (request, count) =>
        request.action === "DescribeSnapshotAttribute" ? answer(request.action) : ec2()(request, count);
    const state = { region: "us-east-1", snapshotId, accounts: [alice], accountIds: [alice] };
    const host = hostOf(config, answering);
    await expect(host.clock.until(host.lifecycle.read(snapshotId, state))).rejects.toThrow(
        "the answer of DescribeSnapshotAttribute has no CreateVolumePermissions",
    );
});

test.each([
    ["an exclusive one, then another", true, false],
    ["another, then an exclusive one", false, true],
    ["two exclusive ones", true, true],
])("%s of the same snapshot: the second is refused, naming the first", async (_, first, second) => {
    const host = hostOf();
    expect(await host.failures({ __urn: "urn-one", snapshotId, exclusive: first })).toEqual([]);
    const refused = await host.failures({ __urn: "urn-two", snapshotId, exclusive: second });
    expect(refused).toEqual([expect.stringContaining("urn-one. Declare all accounts in one share")]);
    expect(refused[0]).toMatch(second ? /^exclusive is true, but must be false/ : /^snapshotId is "snap-/);
    // Again with the inputs of before, as an unchanged program is checked.
    expect(await host.failures({ __urn: "urn-one", snapshotId, exclusive: first })).toHaveLength(1);
});

test("a change that EC2 never shows fails with what is missing, and the share stays in the state", async () => {
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

describe("what is to be changed", () => {
    const grant = fc.constantFrom(
        "all",
        ...Array.from({ length: 8 }, (_, index) => String(10 ** 11 + index)),
    );
    const grants = fc.uniqueArray(grant).map((list) => list.sort());
    const situation = fc.record({ grants, owned: grants });

    test("declared grants of any share are not revoked, and existing ones are not granted again", () => {
        fc.assert(
            fc.property(situation, grants, fc.boolean(), grants, (observed, desired, exclusive, declared) => {
                const { added, removed } = grantChanges(observed, desired, exclusive, declared);
                for (const one of removed) expect([...desired, ...declared]).not.toContain(one);
                for (const one of added) expect(observed.grants).not.toContain(one);
                const after = [...observed.grants.filter((one) => !removed.includes(one)), ...added];
                for (const one of desired) expect(after).toContain(one);
                for (const one of observed.owned)
                    if (after.includes(one)) expect([...desired, ...declared]).toContain(one);
                expect(surplusGrants(after, desired, exclusive, declared)).toEqual([]);
            }),
        );
    });

    test("without exclusive, accounts that the share does not own stay", () => {
        fc.assert(
            fc.property(situation, grants, (observed, desired) => {
                const { removed } = grantChanges(observed, desired, false, []);
                for (const one of removed) expect([...observed.owned, "all"]).toContain(one);
            }),
        );
    });
});

test("check and diff of a share answer whatever comes, and never throw", async () => {
    const host = hostOf(open);
    const value = fc.oneof(
        fc.constantFrom<unknown>(UNKNOWN, null, snapshotId, alice, "prod", true, [alice], [bob, UNKNOWN]),
        fc.jsonValue(),
    );
    const inputs = fc.dictionary(
        fc.constantFrom("snapshotId", "accounts", "public", "exclusive", "region", "accountIds", "granted"),
        value,
    );
    await fc.assert(
        fc.asyncProperty(inputs, inputs, async (state, news) => {
            const { inputs: checked, failures } = await host.check(news, state);
            for (const { reason } of failures) expect(reason).not.toMatch(/undefined|\[object/);
            await host.clock.until(host.lifecycle.diff(snapshotId, state as Properties, checked));
        }),
        { numRuns: 300 },
    );
});
