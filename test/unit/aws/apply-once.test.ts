import { describe, expect, test } from "vitest";
import type { Ec2 } from "../../../provider/aws/ec2";
import { Ec2Error, type ErrorKind } from "../../../provider/aws/errors";
import { applyOnce } from "../../../provider/aws/apply-once";
import { HandClock } from "../clock";

/** Applies a change with these responses of EC2 and these results of the reads, in order. */
async function applyWith(answers: (ErrorKind | "done")[], reads: (boolean | Error)[]) {
    const clock = new HandClock();
    let [calls, readCount] = [0, 0];
    const send: Ec2["send"] = () => {
        const nature = answers[calls++];
        if (nature === "done") return Promise.resolve("answer" as never);
        return Promise.reject(
            new Ec2Error({
                kind: nature ?? "rejected",
                code: nature ?? "",
                awsMessage: "no",
                action: "LockSnapshot",
            }),
        );
    };
    const isApplied = () => {
        const result = reads[readCount++];
        return result instanceof Error ? Promise.reject(result) : Promise.resolve(result === true);
    };
    const input = { SnapshotId: "snap-1", LockMode: "governance", LockDuration: 1 } as const;
    const work = applyOnce({ send, clock }, "LockSnapshot", { input, isDone: isApplied }).then(
        (answer) => answer ?? "found",
        (error: unknown) => (error as Ec2Error).kind,
    );
    return { outcome: await clock.until(work), requests: calls, reads: readCount };
}

describe("a change that is applied once", () => {
    test.each<[string, (ErrorKind | "done")[], (boolean | Error)[], object]>([
        ["returns its response", ["done"], [], { outcome: "answer", requests: 1, reads: 0 }],
        [
            "searches for the resource after a lost response",
            ["indeterminate"],
            [true],
            { outcome: "found", requests: 1, reads: 1 },
        ],
        [
            "sends the request again if the read finds nothing",
            ["indeterminate", "done"],
            [false],
            { outcome: "answer", requests: 2, reads: 1 },
        ],
        [
            "finds the resource if EC2 rejects the request because it already exists",
            ["rejected"],
            [true],
            { outcome: "found", requests: 1, reads: 1 },
        ],
        [
            "fails with the rejection if the read finds nothing",
            ["rejected"],
            [false],
            { outcome: "rejected", requests: 1, reads: 1 },
        ],
        [
            "fails with the rejection if the read is denied",
            ["rejected"],
            [new Error("no")],
            { outcome: "rejected", requests: 1, reads: 1 },
        ],
        [
            "fails without a read if the request is denied",
            ["forbidden"],
            [true],
            { outcome: "forbidden", requests: 1, reads: 0 },
        ],
        [
            "fails after three lost responses",
            ["indeterminate", "indeterminate", "indeterminate"],
            [],
            { outcome: "indeterminate", requests: 3, reads: 3 },
        ],
    ])("%s", async (_, answers, reads, expected) => {
        expect(await applyWith(answers, reads)).toEqual(expected);
    });
});
