import { describe, expect, test } from "vitest";
import { listAll } from "../../../provider/aws/list-all";
import { connected, failsFirst, failure, isolateEnvironment } from "./stub-client";
import { answer, refusal, type WireAnswer } from "../wire";

isolateEnvironment();

describe("recently created ids", () => {
    const unknownYet = () => refusal("InvalidVolume.NotFound", "The volume 'vol-1' does not exist.");

    test("are eventually consistent: NotFound is retried for a minute if a call may name a new one", async () => {
        const { wire, create } = connected(failsFirst(6, unknownYet));
        await create({ idempotent: false, mayBeNew: true });
        expect(wire.count("CreateSnapshot")).toBe(7);
    });

    test("fail with NotFound after about a minute, and immediately if no id can be new", async () => {
        const { create, at } = connected(unknownYet);
        expect(await failure(create({ idempotent: false, mayBeNew: true }))).toMatchObject({
            kind: "notFound",
        });
        expect(at()).toBeGreaterThan(59_000);
        expect(at()).toBeLessThan(90_000);
        const other = connected(unknownYet);
        expect(await failure(other.create({ idempotent: false }))).toMatchObject({ kind: "notFound" });
        expect(other.wire.count("CreateSnapshot")).toBe(1);
    });

    test("are remembered for a minute, except the volume id of a snapshot", async () => {
        const { api, clock, create } = connected(({ action }) =>
            answer(action, "<snapshotId>snap-1</snapshotId><volumeId>vol-1</volumeId>"),
        );
        await create({ requires: "SnapshotId" });
        expect([api.isNew("snap-1"), api.isNew("vol-1")]).toEqual([true, false]);
        await clock.pass(60_000);
        expect(api.isNew("snap-1")).toBe(false);
    });
});

describe("malformed responses", () => {
    const none: [string, () => WireAnswer][] = [
        ["an empty body", () => ({ body: "" })],
        ["a page", () => ({ body: "<html><body>Please sign in</body></html>" })],
        ["an answer to another action", () => answer("DescribeVolumes", "<volumeSet/>")],
    ];

    test.each(none)("%s is retried, even if no field is required", async (_what, body) => {
        const { api, clock, wire } = connected(failsFirst(1, body));
        await clock.until(api.send("DeleteSnapshot", { SnapshotId: "snap-1" }));
        expect(wire.count("DeleteSnapshot")).toBe(2);
    });

    test.each([...none, ["an answer without the id", () => answer("CreateSnapshot")] as const])(
        "%s makes the result of a creation indeterminate",
        async (_what, body) => {
            const { wire, create } = connected(body);
            const error = await failure(create({ idempotent: false, requires: "SnapshotId" }));
            expect(error).toMatchObject({ kind: "indeterminate" });
            expect(wire.count("CreateSnapshot")).toBe(1);
        },
    );

    test("a response without its list is retried, and an empty list is a valid response", async () => {
        const { wire, describeAll } = connected(({ action }, count) =>
            answer(action, count < 3 ? "" : "<snapshotSet/>"),
        );
        expect((await describeAll({ requires: "Snapshots" })).Snapshots).toEqual([]);
        expect(wire.count("DescribeSnapshots")).toBe(3);
        const never = connected(({ action }) => answer(action));
        expect(await failure(never.describeAll({ requires: "Snapshots" }))).toMatchObject({
            kind: "indeterminate",
            awsMessage: "the answer of DescribeSnapshots has no Snapshots",
        });
    });

    test("an empty paging token ends a listing", async () => {
        const { api, wire } = connected(({ action }) =>
            answer(action, "<nextToken></nextToken><snapshotSet/>"),
        );
        expect(await listAll(api, "DescribeSnapshots", { input: {}, list: "Snapshots" })).toEqual([]);
        expect(wire.count("DescribeSnapshots")).toBe(1);
    });

    test("a repeated paging token ends a listing with an error", async () => {
        const { api, clock, wire } = connected(({ action }) =>
            answer(action, "<nextToken>again</nextToken><snapshotSet/>"),
        );
        const listing = clock.until(listAll(api, "DescribeSnapshots", { input: {}, list: "Snapshots" }));
        expect(await failure(listing)).toMatchObject({ code: "RepeatedPagingToken", kind: "indeterminate" });
        expect(wire.count("DescribeSnapshots")).toBe(2);
    });
});
