import { describe, expect, test } from "vitest";
import type { Properties } from "../../../schema/values";
import { firstOf, formatLineage, isNext, nextOf, parseLineage } from "../../../provider/lifecycle/lineage";
import { Host, baseConfig, urn } from "../host";
import { answer, type WireRequest } from "../wire";

const owner = (token: string, name: string) => [
    `pulumi-ebs-snapshots:owner:${token}`,
    `organization/project/test::Snapshot::${name} @12345678`,
];

/** Creates a process without declared resources, and an EC2 with snapshots that have these tags and this state. */
function processWith(tags: string[][], others: Record<string, string> = {}): Host {
    const item = (id: string, state: string, of: string[][]) =>
        `<item><snapshotId>${id}</snapshotId><volumeId>vol-1</volumeId><status>${state}</status><tagSet>` +
        of.map(([key = "", value = ""]) => `<item><key>${key}</key><value>${value}</value></item>`).join("") +
        "</tagSet></item>";
    return new Host(baseConfig, ({ action, params }: WireRequest) => {
        if (action !== "DescribeSnapshots") return answer(action, "<return>true</return>");
        const id = params["Filter.1.Value.1"] ?? "";
        const found = id === "snap-1" ? item(id, "completed", tags) : item(id, others[id] ?? "error", []);
        return answer(action, `<snapshotSet>${others[id] === "gone" ? "" : found}</snapshotSet>`);
    });
}

const state = { volumeId: "vol-1", region: "us-east-1", snapshotId: "snap-1", __urn: urn, __owner: "mine" };

async function deletedBy(host: Host, more: Properties = {}): Promise<string[]> {
    await host.clock.until(host.lifecycle.delete("snap-1", { ...state, ...more }));
    return host.wire.requests.map(({ action }) => action).filter((action) => action.startsWith("Delete"));
}

describe("a process without data about the run deletes a snapshot", () => {
    test("that has no other owner, or no owner, as in states of older versions", async () => {
        expect(await deletedBy(processWith([owner("mine", "nightly")]))).toEqual(["DeleteSnapshot"]);
        expect(await deletedBy(processWith([]), { __owner: undefined })).toEqual(["DeleteSnapshot"]);
        const copied = [
            ["pulumi-ebs-snapshots:owner:disk", "organization/project/test::VolumeFromSnapshot::d"],
        ];
        expect(await deletedBy(processWith(copied))).toEqual(["DeleteSnapshot"]);
    });

    test("only if it has no other owner: otherwise it removes its tag and reports the other owners", async () => {
        const shared = processWith([owner("mine", "nightly"), owner("theirs", "taken")]);
        expect(await deletedBy(shared)).toEqual(["DeleteTags"]);
        const [untagged] = shared.wire.requests.filter(({ action }) => action === "DeleteTags");
        expect(untagged?.params["Tag.1.Key"]).toBe("pulumi-ebs-snapshots:owner:mine");
        expect(shared.messages).toContain(
            "info: snap-1 is kept: it is owned by taken (Snapshot) of the stack organization/project/test too.",
        );
        const older = processWith([owner("theirs", "taken")]);
        expect(await deletedBy(older, { __owner: undefined })).toEqual([]);
    });

    test("after the named successor completes or disappears; a failed one keeps it", async () => {
        const tags = [["pulumi-ebs-snapshots:successor", "snap-2"]];
        expect(await deletedBy(processWith(tags, { "snap-2": "completed" }))).toEqual(["DeleteSnapshot"]);
        expect(await deletedBy(processWith(tags, { "snap-2": "gone" }))).toEqual(["DeleteSnapshot"]);
        const failed = processWith(tags, { "snap-2": "error" });
        await expect(deletedBy(failed)).rejects.toThrow(
            "it is retained because its replacement snap-2 did not complete",
        );
        expect(failed.wire.count("DeleteSnapshot")).toBe(0);
    });
});

test("a lineage survives a rename, increments its generation on replacement, and is stored only if it differs", () => {
    const first = firstOf(urn);
    expect(formatLineage(first, urn)).toBeUndefined();
    const renamed = formatLineage(first, `${urn}-renamed`);
    expect(parseLineage(renamed, `${urn}-renamed`)).toEqual(first);
    const next = parseLineage(formatLineage(nextOf(first), urn), urn);
    expect([isNext(next, first), isNext(first, next), isNext(first, first)]).toEqual([true, false, false]);
    expect(isNext(nextOf(firstOf("another")), first)).toBe(false);
});
