import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grantedBy, grantedText } from "../../provider/ec2/grants";
import { unknown, type Properties } from "../../provider/rules";
import { changesTo, snapshotShare } from "../../provider/snapshot-share";
import { Host, baseConfig, type AnyResource } from "./host";
import { testRules } from "./table";
import { answer, refusal, stsAnswer, type Answering, type WireRequest } from "./wire";

const snapshotId = "snap-0123456789abcdef0";
const [owner, alice, bob, carol] = ["123456789012", "111122223333", "444455556666", "777788889999"] as const;
const config = { ...baseConfig, "ebs-snapshots:accounts": `{"prod":"${alice}","audit":${carol}}` };
const open = { ...config, "ebs-snapshots:allowPublicSharing": "true" };

/** EC2 with one snapshot. */
function ec2(grants: string[] = [], snapshot = ""): Answering {
    const there = new Set(grants);
    return ({ action, params }: WireRequest) => {
        switch (action) {
            case "GetCallerIdentity":
                return stsAnswer(action, `<Account>${owner}</Account>`);
            case "DescribeSnapshots":
                return answer(
                    action,
                    `<snapshotSet><item><snapshotId>${snapshotId}</snapshotId><ownerId>${owner}</ownerId>` +
                        `<status>completed</status>${snapshot}</item></snapshotSet>`,
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
    return new Host(settings, answering, snapshotShare as AnyResource);
}

const aliases = "an account id of 12 digits or an alias: audit, prod of ebs-snapshots:accounts";

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
            accepts: [[], [alice], ["prod", "audit", bob], [111122223333, unknown]],
            refuses: [
                ["prod", 'accounts is "prod", but must be a list'],
                [["prodd"], `accounts[0] is "prodd", but must be ${aliases}`],
                [[alice, "12345"], `accounts[1] is "12345", but must be ${aliases}`],
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
            granted: [alice, bob],
            ...state,
        };
        const inputs = { region: "us-east-1", snapshotId, accounts: [alice, bob], ...given };
        await host.clock.until(host.lifecycle.diff(snapshotId, before, inputs));
        return host.said;
    };
    const revokes = (who: string) => [
        `warn: revokes the access of ${who} to ${snapshotId}, unless another share declares it`,
    ];

    test.each<[string, Properties, Properties, string[]]>([
        ["an account that is taken out", {}, { accounts: [bob] }, revokes(alice)],
        ["none that stays, whatever the order", {}, { accounts: [bob, "prod"] }, []],
        ["none that others gave", { granted: [bob], grants: [alice, bob] }, { accounts: [bob] }, []],
        ["everyone", { granted: ["all"], public: true, accounts: [] }, { accounts: [] }, revokes("everyone")],
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
            revokes("1 accounts"),
        ],
        ["nobody as long as it is not known", {}, { accounts: unknown }, []],
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
        // Where it is left to the engine, that finds the difference by itself.
        return (await host.clock.until(host.lifecycle.diff(snapshotId, state, news))).changes ?? true;
    };

    test("in another order, or twice, are no difference; behind another id, an alias is one", async () => {
        expect(await differs(["prod", bob], [bob, "prod", bob], [alice, bob])).toBe(false);
        expect(await differs(["prod"], ["prod"], [carol])).toBe(true);
    });

    test("that are not known yet count as different", async () => {
        expect(await differs(["prod"], ["prod", unknown], [alice])).toBe(true);
    });

    test("where no alias is configured, the message says so", async () => {
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
        for (const key of ["accountIds", "granted", "grants"]) expect(outs[key]).toMatchObject(secret);
        expect(await host.failures({ ...given, accounts: ["12345"] })).toEqual([
            `accounts[0] is [secret], but must be ${aliases}`,
        ]);
    });
});

test("without the switch, public is refused, saying what is at stake and where the switch is", async () => {
    expect(await hostOf().failures({ snapshotId, public: true })).toEqual([
        "public is true, but must be false in this stack: a public snapshot gives everything on its volume to everyone " +
            "with an AWS account, and copies of it cannot be taken back. If that is meant: " +
            "pulumi config set ebs-snapshots:allowPublicSharing true",
    ]);
});

test("an unchanged share asks nothing, a changed one once", async () => {
    const host = hostOf();
    const { inputs } = await host.check({ snapshotId, accounts: ["prod"] });
    const asked = host.wire.requests.length;
    await host.check({ snapshotId, accounts: ["prod"] }, inputs);
    expect(host.wire.requests.length).toBe(asked);
    await host.check({ snapshotId, accounts: ["audit"] }, inputs);
    expect(host.wire.requests.slice(asked).map(({ action }) => action)).toEqual(["DescribeSnapshots"]);
});

test("whoever may not look may preview all the same", async () => {
    const host = hostOf(open, ({ action }) => refusal("UnauthorizedOperation", `not ${action}`, 403));
    expect(await host.failures({ snapshotId, accounts: [alice], public: true })).toEqual([]);
    expect(host.said).toEqual([
        `warn: makes ${snapshotId} public: everyone with an AWS account may copy what is on its volume`,
        "warn: could not be held against what AWS has: UnauthorizedOperation: not DescribeSnapshots The caller needs the IAM permission ec2:DescribeSnapshots.",
    ]);
});

test("one create is a look, a note, a change, and a look", async () => {
    const host = hostOf(config, ec2([bob]));
    const { inputs } = await host.check({ snapshotId, accounts: ["prod"] });
    const before = host.wire.requests.length;
    const { id, outs } = await host.clock.until(host.lifecycle.create(inputs));
    expect(host.wire.requests.slice(before).map(({ action }) => action)).toEqual([
        "DescribeSnapshots",
        "DescribeSnapshots",
        "DescribeSnapshotAttribute",
        "CreateTags",
        "ModifySnapshotAttribute",
        "DescribeSnapshotAttribute",
    ]);
    expect(id).toBe(snapshotId);
    expect(outs).toMatchObject({
        accountIds: [alice],
        granted: [alice],
        grants: [alice, bob],
        isPublic: false,
        ownerId: owner,
    });
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
            `waiting for share ${snapshotId} of snapshot ${snapshotId}: EC2 does not show the access of ${alice} yet; the next up looks again`,
        ],
    });
});

describe("what is to be changed", () => {
    const grant = fc.constantFrom(
        "all",
        ...Array.from({ length: 8 }, (_, index) => String(10 ** 11 + index)),
    );
    const grants = fc.uniqueArray(grant).map((list) => list.sort());
    const situation = fc.record({ grants, ours: grants, wanted: grants });

    test("nothing that any share declares is revoked, and nothing that is there is granted again", () => {
        fc.assert(
            fc.property(situation, grants, fc.boolean(), grants, (seen, before, exclusive, declared) => {
                const { add, remove } = changesTo(seen, before, exclusive, declared);
                for (const one of remove) {
                    expect(seen.grants).toContain(one);
                    expect([...seen.wanted, ...declared]).not.toContain(one);
                }
                for (const one of add) expect(seen.grants).not.toContain(one);
                const after = [...seen.grants.filter((one) => !remove.includes(one)), ...add];
                for (const one of seen.wanted) expect(after).toContain(one);
                if (exclusive)
                    expect(
                        new Set(after.filter((one) => !declared.includes(one) && !seen.wanted.includes(one))),
                    ).toEqual(new Set());
            }),
        );
    });

    test("without exclusive, what others granted to accounts stays", () => {
        fc.assert(
            fc.property(situation, grants, (seen, before) => {
                const { remove } = changesTo(seen, before, false, []);
                for (const one of remove) expect([...before, "all"]).toContain(one);
            }),
        );
    });
});

describe("the note on the snapshot", () => {
    const accounts = (count: number, from = 0) =>
        Array.from({ length: count }, (_, index) => String(10 ** 11 + from + index));

    test.each([
        [1, 0],
        [19, 0],
        [19, 500],
        [20, 0],
        [500, 17],
    ])("with %i of ours and %i of others, says again which are ours", (mine, theirs) => {
        const ours = accounts(mine);
        const all = [...ours, ...accounts(theirs, 1_000)];
        const text = grantedText(ours, all)!;
        expect(text.length).toBeLessThanOrEqual(256);
        expect(grantedBy(text, all)).toEqual(ours);
    });

    test("does not take for ours what others grant afterwards, nor what is there no more", () => {
        expect(grantedBy(grantedText([alice, bob], [alice, bob]), [bob, carol])).toEqual([bob]);
        expect(grantedBy(grantedText(["all"], ["all"]), [alice, "all"])).toEqual(["all"]);
    });

    test("is none where nothing is ours, or where neither ours nor theirs fit", () => {
        expect(grantedText([], accounts(3))).toBeUndefined();
        expect(grantedText(accounts(20), accounts(40))).toBeUndefined();
        expect(grantedBy(undefined, accounts(3))).toEqual([]);
    });
});

test("check and diff of a share answer whatever comes, and never throw", async () => {
    const host = hostOf(open);
    const value = fc.oneof(
        fc.constantFrom<unknown>(unknown, null, snapshotId, alice, "prod", true, [alice], [bob, unknown]),
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
