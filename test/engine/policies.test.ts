// The policy pack of examples/code-review, run by the engine.

import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../emulator/emulator";
import { Project } from "./project";
import { program, snapshot } from "./steps";

let emulator: Emulator;

beforeAll(async () => {
    emulator = await startEmulator();
});
afterAll(() => emulator.stop());

test("a preview with the policy pack fails on what the team forbids, and passes on the rest", async (context) => {
    const args = { volumeId: await emulator.createVolume(), group: "payments", keepReplaced: true };
    const project = await Project.create(emulator, program(snapshot("data", args)));
    const pack = resolve(__dirname, "../../examples/code-review/policy-pack");
    const { code, output } = await project.run("preview", "--policy-pack", pack);
    // The Node language host that is built where there is no download knows no policy packs.
    if (/policy pack .* failed to start: .*: not supported/.test(output))
        context.skip("left out: this machine's language host runs no policy packs");
    expect(code).not.toBe(0);
    expect(output).toContain("billingCode must be given");
    expect(output).not.toContain("keepReplaced");

    await project.program(program(snapshot("data", { ...args, billingCode: "CC-1042" })));
    await project.succeed("preview", "--policy-pack", pack);
});
