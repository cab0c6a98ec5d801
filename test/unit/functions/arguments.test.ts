/**
 * The functions on snapshots refuse arguments that they do not have, and values that no snapshot can match.
 *
 * @module
 */
import { describe, expect, test } from "vitest";
import { requireValid } from "../../../provider/functions/arguments";
import { changedSize } from "../../../provider/functions/changed-size";
import { listSnapshots, snapshotFilters } from "../../../provider/functions/list-snapshots";
import { newestSnapshot } from "../../../provider/functions/newest-snapshot";
import { shareableAccounts } from "../../../provider/functions/shareable-accounts";
import { ProviderInstance } from "../../../provider/plugin/provider";
import { UNKNOWN, type Properties } from "../../../schema/values";

/** Without any configuration, an argument that is accepted by mistake fails for the lack of a region. */
const read = () => undefined;

type Function = (read: () => undefined, args: object) => Promise<unknown>;
const functions: Record<string, Function> = { changedSize, listSnapshots, newestSnapshot, shareableAccounts };
const rows: [string, object, string][] = [
    ["newestSnapshot", { gruop: "payments" }, "gruop is not a supported property. Did you mean `group`?"],
    ["newestSnapshot", { state: "pending" }, "state is not a supported property."],
    ["newestSnapshot", { volumeId: "vol-zzz" }, 'volumeId is "vol-zzz", but must be an id such as "vol-'],
    ["newestSnapshot", { tags: { Tier: 1 } }, "tags.Tier is 1, but must be text"],
    ["newestSnapshot", { region: "moon" }, 'region is "moon", but must be a region such as "us-east-1"'],
    ["listSnapshots", { stat: "done" }, "stat is not a supported property. Did you mean `state`?"],
    ["listSnapshots", { state: "done" }, 'state is "done", but must be "pending" or "completed" or'],
    ["listSnapshots", { state: "complete" }, 'Did you mean "completed"?'],
    ["listSnapshots", { credentials: {} }, "specify exactly one of profile and assumeRoles"],
    ["shareableAccounts", { account: {} }, "account is not a supported property. Did you mean `accounts`?"],
    [
        "shareableAccounts",
        { accounts: ["111122223333"] },
        'accounts is ["111122223333"], but must be an object',
    ],
    [
        "changedSize",
        { snapshotID: "snap-1" },
        "snapshotID is not a supported property. Did you mean `snapshotId`?",
    ],
    ["changedSize", { from: "snap-1", to: "vol-1" }, 'to is "vol-1", but must be the id of a snapshot'],
];

describe.each(rows)("%s refuses %j", (name, args, message) => {
    test("when a program calls it", async () => {
        await expect(functions[name]?.(read, args)).rejects.toThrow(message);
    });

    test("when a YAML program calls it through the plugin", async () => {
        const plugin = new ProviderInstance();
        await expect(plugin.invoke(`ebs-snapshots:index:${name}`, args as Properties)).rejects.toThrow(
            message,
        );
    });
});

test("a refusal through the plugin shows no secret", async () => {
    const value = "vol-zzz";
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
    for (const name of ["newestSnapshot", "listSnapshots"])
        await expect(
            new ProviderInstance().invoke(`ebs-snapshots:index:${name}`, { volumeId: secret }),
        ).rejects.toThrow(/^volumeId is \[secret\], but must be an id/);
});

test("wildcards, unknown values of a preview, and null for an omitted argument are accepted", () => {
    const args = { volumeId: "vol-0a*", group: UNKNOWN, tags: { Tier: UNKNOWN }, name: null, owner: "self" };
    const { name, ...others } = args;
    expect(name).toBeNull();
    expect(requireValid<object>(snapshotFilters, args)).toEqual(others);
});
