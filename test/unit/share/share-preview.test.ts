import { describe, expect, test } from "vitest";
import { UNKNOWN, type Properties } from "../../../schema/values";
import { alice, bob, carol, config, ec2, hostOf, open, snapshotId } from "./share-host";

describe("a preview lists accounts that lose access", () => {
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
        return host.messages.filter((line) => line.startsWith("warn"));
    };
    const revokes = (account: string) => [
        `warn: revokes the access of ${account} to ${snapshotId}, unless another share declares it`,
    ];

    test.each<[string, Properties, Properties, string[]]>([
        ["a removed account", {}, { accounts: [bob] }, revokes(alice)],
        ["no account that is kept, in any order", {}, { accounts: [bob, "prod"] }, []],
        ["an account granted outside Pulumi", { granted: [bob] }, { accounts: [bob] }, revokes(alice)],
        [
            "the former account of a changed alias",
            { accounts: ["prod", bob], accountIds: [bob, carol] },
            { accounts: ["prod", bob] },
            revokes(carol),
        ],
        [
            "an account of an exclusive share",
            { exclusive: true, accounts: ["prod"], accountIds: [carol] },
            { exclusive: true, accounts: ["prod"] },
            revokes(carol),
        ],
        ["everyone", { accountIds: [], public: true, accounts: [] }, { accounts: [] }, revokes("everyone")],
        ["accounts of the former snapshot", {}, { snapshotId: "snap-2" }, revokes(`${alice}, ${bob}`)],
        [
            "all accounts of the former snapshot of an exclusive share",
            { exclusive: true, grants: [alice, bob, carol] },
            { snapshotId: "snap-2", exclusive: true },
            revokes(`${alice}, ${bob}, ${carol}`),
        ],
        [
            "no account number that is secret",
            { __secrets: ["accounts"] },
            { accounts: [bob] },
            revokes("1 account"),
        ],
        [
            "no account number that becomes secret",
            {},
            { accounts: [bob], __secrets: ["accounts"] },
            revokes("1 account"),
        ],
        ["no account if the new ones are unknown", {}, { accounts: UNKNOWN }, []],
    ])("%s", async (_, state, inputs, expected) => {
        expect(await warnings(state, inputs)).toEqual(expected);
    });
});

test("a preview lists the new accounts, and the ids of aliases", async () => {
    const host = hostOf(open);
    await host.check({ snapshotId, accounts: ["audit", "prod", bob], public: true });
    expect(host.messages[0]).toBe(
        `info: ${snapshotId} will be shared with prod (${alice}), ${bob}, audit (${carol}), everyone`,
    );
});

test("accounts that change from secret to plain are not shown in any message", async () => {
    const host = hostOf(config, ec2([alice, bob, carol]));
    const secret = { snapshotId, accounts: [alice, bob], exclusive: true, __secrets: ["accounts"] };
    const { inputs: olds } = await host.check(secret);
    const { inputs } = await host.check({ snapshotId, accounts: [alice], exclusive: true }, olds);
    const state = { ...olds, accountIds: [alice, bob], grants: [alice, bob, carol] };
    await host.clock.until(host.lifecycle.diff(snapshotId, state, inputs));
    await host.clock.until(host.lifecycle.update(snapshotId, state, inputs));
    expect(host.messages.length).toBeGreaterThan(3);
    expect(host.messages.join("\n")).not.toMatch(/\b\d{12}\b/);
});
