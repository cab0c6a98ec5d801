import { expect, test } from "vitest";
import { evaluateInitialization, evaluateVolume } from "../../../provider/volume/wait";

test("every volume state is classified as usable, pending or failed", () => {
    expect(evaluateVolume({ State: "available" })).toBe("done");
    expect(evaluateVolume({ State: "in-use" })).toBe("done");
    expect(evaluateVolume({ State: "creating" })).toEqual({ pending: "creating" });
    for (const observed of [
        undefined,
        { State: "error" },
        { State: "deleting" },
        { State: "deleted" },
    ] as const) {
        expect(evaluateVolume(observed)).toEqual({
            failed: expect.stringContaining("kms:CreateGrant") as string,
        });
    }
    expect(evaluateVolume({ State: "resting" as never })).toHaveProperty("failed");
});

test("initialization is awaited if EC2 reports it", () => {
    expect(evaluateInitialization({ InitializationStatusDetails: { Progress: 40 } })).toEqual({
        pending: "40%",
    });
    expect(evaluateInitialization({ InitializationStatusDetails: { Progress: 100 } })).toBe("done");
    expect(evaluateInitialization({})).toBe("done");
    expect(evaluateInitialization(undefined)).toBe("notFound");
});
