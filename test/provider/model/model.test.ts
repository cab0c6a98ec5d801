// Tests the ownership of docs/design.md with random sequences of operations; FUZZ_RUNS sets their number.

import fc from "fast-check";
import "../../unit/seed";
import { test } from "../../fixture";
import { Model } from "./model";
import { steps } from "./steps";

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 5);

test("loses nothing, creates nothing twice and leaves no access, whatever fails or is killed", async () => {
    await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
            const model = await Model.create();
            for (const step of sequence) await model.apply(step);
            await model.converge();
        }),
        { numRuns, endOnFailure: numRuns > 5 },
    );
}, 3_600_000);
