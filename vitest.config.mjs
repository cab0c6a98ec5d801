import { defineConfig } from "vitest/config";

/** Of tests with an engine, each may fail once where nobody watches; test/second-attempts.ts names them. */
const retry = process.env.CI === "true" ? 1 : 0;

const unit = {
    include: ["test/unit/**/*.test.ts"],
    setupFiles: ["test/unit/seed.ts"],
    maxWorkers: "100%",
    // The fuzz test thinks for seconds where the machine is busy.
    testTimeout: 30_000,
    // After the engine tests: the file that ends one group frees a worker's id in the next (vitest 4.1), where two workers
    // then have the same VITEST_POOL_ID, by which test/fixture.ts chooses the emulator.
    sequence: { groupOrder: 1 },
};

/**
 * Each of these files is a Pulumi program, whose schedules and settings belong to one process. The others load modules once
 * for all files, so that a helper module registers hooks only in a function that each file calls.
 */
const ofPrograms = ["test/unit/{cli,schedule,sdk,shared-snapshot-copies}/**/*.test.ts"];

const ofDoors = "test/provider/**/*.test.ts";

const emulated = {
    globalSetup: "test/global-setup.ts",
    retry,
    // Each file drives a Pulumi engine, a program and an emulator: more than 2 at once only run into time-outs.
    maxWorkers: 2,
    sequence: { groupOrder: 0 },
    testTimeout: 120_000,
    hookTimeout: 120_000,
};

export default defineConfig({
    test: {
        reporters: ["default", "./test/second-attempts.ts"],
        // A forgotten `test.only` would let the rest pass unseen; so would a run that finds no test.
        allowOnly: false,
        passWithNoTests: false,
        // Of tests that run side by side in one file: the same reason as with `maxWorkers` below.
        maxConcurrency: 2,
        // Nine lines on Node 20 about the SDK's future, amid the tests' names.
        env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
        projects: [
            { extends: true, test: { ...unit, name: "unit", exclude: ofPrograms, isolate: false } },
            { extends: true, test: { ...unit, name: "program", include: ofPrograms } },
            {
                extends: true,
                test: {
                    ...emulated,
                    name: "engine",
                    include: ["test/**/*.test.ts"],
                    exclude: ["test/unit/**", ofDoors, "**/node_modules/**"],
                },
            },
            // The lifecycle through each door; see test/provider/door.ts.
            { extends: true, test: { ...emulated, name: "dynamic", include: [ofDoors], isolate: false } },
            {
                extends: true,
                test: {
                    ...emulated,
                    name: "plugin",
                    include: [ofDoors],
                    isolate: false,
                    env: { DOOR: "plugin" },
                },
            },
        ],
    },
});
