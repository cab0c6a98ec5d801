import { describe, expect, test } from "vitest";
import type { Cloud } from "../../provider/ec2/cloud";
import { Ec2Error, type Nature } from "../../provider/ec2/errors";
import { once } from "../../provider/ec2/once";
import { HandClock } from "./clock";

/** Asks an EC2 that answers so, in order; `done` is what the looks tell, in order. */
async function asking(answers: (Nature | "done")[], done: (boolean | Error)[]) {
    const clock = new HandClock();
    let [asked, looks] = [0, 0];
    const call: Cloud["call"] = () => {
        const nature = answers[asked++];
        if (nature === "done") return Promise.resolve("answer" as never);
        return Promise.reject(new Ec2Error(nature ?? "refused", nature ?? "", "no", "LockSnapshot"));
    };
    const look = () => {
        const told = done[looks++];
        return told instanceof Error ? Promise.reject(told) : Promise.resolve(told === true);
    };
    const work = once({ call, clock }, "LockSnapshot", () => Promise.resolve("answer"), look).then(
        (answer) => answer ?? "found",
        (error: unknown) => (error as Ec2Error).nature,
    );
    return { outcome: await clock.until(work), asked, looks };
}

describe("a change that is asked for once", () => {
    test.each<[string, (Nature | "done")[], (boolean | Error)[], object]>([
        ["is answered", ["done"], [], { outcome: "answer", asked: 1, looks: 0 }],
        ["whose answer is lost is looked for", ["lost"], [true], { outcome: "found", asked: 1, looks: 1 }],
        [
            "that a look does not find is asked for again",
            ["lost", "done"],
            [false],
            { outcome: "answer", asked: 2, looks: 1 },
        ],
        [
            "that is made already, EC2 says, is found",
            ["refused"],
            [true],
            { outcome: "found", asked: 1, looks: 1 },
        ],
        [
            "that is refused and not there fails as refused",
            ["refused"],
            [false],
            { outcome: "refused", asked: 1, looks: 1 },
        ],
        [
            "that is refused where nobody may look fails as refused",
            ["refused"],
            [new Error("no")],
            { outcome: "refused", asked: 1, looks: 1 },
        ],
        [
            "that is forbidden fails without a look",
            ["forbidden"],
            [true],
            { outcome: "forbidden", asked: 1, looks: 0 },
        ],
        ["that is lost thrice fails", ["lost", "lost", "lost"], [], { outcome: "lost", asked: 3, looks: 3 }],
    ])("%s", async (_, answers, done, expected) => {
        expect(await asking(answers, done)).toEqual(expected);
    });
});
