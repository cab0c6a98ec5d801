import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UNKNOWN, type Properties } from "../../../schema/values";
import { alice, bob, carol, config, ec2, ec2Of, hostOf, open, owner, snapshotId } from "./share-host";
import { baseConfig } from "../host";
import { testRules } from "../table";
import { refusal } from "../wire";

const aliases = "an account id of 12 digits or an alias: audit, prod of ebs-snapshots:accounts";

const quoted =
    'write it with all 12 digits in quotation marks, so that leading zeros are kept: "012345678901"';

testRules(
    hostOf(open, ec2Of(["snap-1"])),
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
        // If the provider returns no decision, the engine finds the diff itself.
        return (await host.clock.until(host.lifecycle.diff(snapshotId, state, news))).changes ?? true;
    };

    test("show no diff in another order or repeated; an alias with another id does", async () => {
        expect(await differs(["prod", bob], [bob, "prod", bob], [alice, bob])).toBe(false);
        expect(await differs(["prod"], ["prod"], [carol])).toBe(true);
    });

    test("that are unknown count as different", async () => {
        expect(await differs(["prod"], ["prod", UNKNOWN], [alice])).toBe(true);
    });

    test("that are aliases are rejected with a message if none is configured", async () => {
        expect(await hostOf(baseConfig).failures({ snapshotId, accounts: ["prod"] })).toEqual([
            'accounts[0] is "prod", but must be an account id of 12 digits or an alias: none is configured under ebs-snapshots:accounts',
        ]);
    });

    test("that are secret are in no message, and derived values are secret too", async () => {
        const host = hostOf(config, ec2([bob]));
        const args = { snapshotId, accounts: [alice], exclusive: true, __secrets: ["accounts"] };
        const { inputs } = await host.check(args);
        const { outs } = await host.clock.until(host.lifecycle.create(inputs));
        expect(host.messages.join("\n")).not.toMatch(/\d{12}/);
        const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
        for (const key of ["accountIds", "grants"]) expect(outs[key]).toMatchObject(secret);
        expect(await host.failures({ ...args, accounts: ["12345"] })).toEqual([
            `accounts[0] is [secret], but must be ${aliases}; ${quoted}`,
        ]);
    });
});

test("a preview rejects a snapshot that does not exist or that failed, before anything is created", async () => {
    const failures = (answering = ec2()) => hostOf(open, answering).failures({ snapshotId, accounts: [bob] });
    const mention = `snapshotId is "${snapshotId}", but that snapshot`;
    expect(await failures(ec2Of([]))).toEqual([`${mention} was not found in us-east-1 (account ${owner})`]);
    expect(await failures(ec2([], "<status>error</status><statusMessage>no key</statusMessage>"))).toEqual([
        `${mention} failed: no key`,
    ]);
    expect(await failures()).toEqual([]);
});

test("without allowPublicSharing, public is rejected with the risk and the key to set", async () => {
    expect(await hostOf().failures({ snapshotId, public: true })).toEqual([
        "public is true, but must be false in this stack: a public snapshot gives everything on its volume to everyone " +
            "with an AWS account, and copies of it cannot be taken back. To allow it: " +
            "pulumi config set ebs-snapshots:allowPublicSharing true",
    ]);
});

test("a caller without read permissions can still preview", async () => {
    const host = hostOf(open, ({ action }) => refusal("UnauthorizedOperation", `not ${action}`, 403));
    expect(await host.failures({ snapshotId, accounts: [alice], public: true })).toEqual([]);
    expect(host.messages).toEqual([
        `info: ${snapshotId} will be shared with ${alice}, everyone`,
        `warn: makes ${snapshotId} public: everyone with an AWS account can copy its data`,
        "warn: could not be validated against AWS: UnauthorizedOperation: not DescribeSnapshots. The caller needs the IAM permission ec2:DescribeSnapshots. `pulumi up` will check again.",
    ]);
});

test.each([
    ["an exclusive share, then another", true, false],
    ["a share, then an exclusive one", false, true],
    ["two exclusive shares", true, true],
])("%s of the same snapshot: the second is rejected with the name of the first", async (_, first, second) => {
    const host = hostOf();
    expect(await host.failures({ __urn: "urn-one", snapshotId, exclusive: first })).toEqual([]);
    const refused = await host.failures({ __urn: "urn-two", snapshotId, exclusive: second });
    expect(refused).toEqual([expect.stringContaining("urn-one. Declare all accounts in one share")]);
    expect(refused[0]).toMatch(second ? /^exclusive is true, but must be false/ : /^snapshotId is "snap-/);
    // An unchanged program is checked with the previous inputs.
    expect(await host.failures({ __urn: "urn-one", snapshotId, exclusive: first })).toHaveLength(1);
});

test("check and diff of a share handle any input without an exception", async () => {
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
