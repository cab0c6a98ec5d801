import { describe, expect, test } from "vitest";
import type { Ec2 } from "../../../provider/aws/ec2";
import { Ec2Error, type ErrorKind } from "../../../provider/aws/errors";
import { applyOnce } from "../../../provider/aws/apply-once";
import { HandClock } from "../clock";

/** Asks an EC2 that answers so, in order; `done` is what the looks tell, in order. */
async function asking(answers: (ErrorKind | "done")[], reads: (boolean | Error)[]) {
    const clock = new HandClock();
    let [calls, readCount] = [0, 0];
    const send: Ec2["send"] = () => {
        const nature = answers[calls++];
        if (nature === "done") return Promise.resolve("answer" as never);
        return Promise.reject(new Ec2Error(nature ?? "rejected", nature ?? "", "no", "LockSnapshot"));
    };
    const isApplied = () => {
        const result = reads[readCount++];
        return result instanceof Error ? Promise.reject(result) : Promise.resolve(result === true);
    };
    const input = { SnapshotId: "snap-1", LockMode: "governance", LockDuration: 1 } as const;
    const work = applyOnce({ send, clock }, "LockSnapshot", input, { isDone: isApplied }).then(
        (answer) => answer ?? "found",
        (error: unknown) => (error as Ec2Error).kind,
    );
    return { outcome: await clock.until(work), requests: calls, reads: readCount };
}

describe("a change that is applied once", () => {
    test.each<[string, (ErrorKind | "done")[], (boolean | Error)[], object]>([
        ["is answered", ["done"], [], { outcome: "answer", requests: 1, reads: 0 }],
        [
            "whose answer is lost is looked for",
            ["indeterminate"],
            [true],
            { outcome: "found", requests: 1, reads: 1 },
        ],
        [
            "that a look does not find is asked for again",
            ["indeterminate", "done"],
            [false],
            { outcome: "answer", requests: 2, reads: 1 },
        ],
        [
            "that is made already, EC2 says, is found",
            ["rejected"],
            [true],
            { outcome: "found", requests: 1, reads: 1 },
        ],
        [
            "that is refused and not there fails as refused",
            ["rejected"],
            [false],
            { outcome: "rejected", requests: 1, reads: 1 },
        ],
        [
            "that is refused where nobody may look fails as refused",
            ["rejected"],
            [new Error("no")],
            { outcome: "rejected", requests: 1, reads: 1 },
        ],
        [
            "that is forbidden fails without a look",
            ["forbidden"],
            [true],
            { outcome: "forbidden", requests: 1, reads: 0 },
        ],
        [
            "that is lost thrice fails",
            ["indeterminate", "indeterminate", "indeterminate"],
            [],
            { outcome: "indeterminate", requests: 3, reads: 3 },
        ],
    ])("%s", async (_, answers, reads, expected) => {
        expect(await asking(answers, reads)).toEqual(expected);
    });
});
