import { defineConfig } from "vitest/config";

/** Of tests with an engine, each may fail once where nobody watches; test/second-attempts.ts names them. */
const retry = process.env.CI === "true" ? 1 : 0;

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
            {
                extends: true,
                test: {
                    name: "unit",
                    include: ["test/unit/**/*.test.ts"],
                    setupFiles: ["test/unit/seed.ts"],
                    maxWorkers: "100%",
                    // The fuzz test thinks for seconds where the machine is busy.
                    testTimeout: 30_000,
                    // After the engine tests: the file that ends one group frees a worker's id in the next (vitest 4.1), where
                    // two workers then have the same VITEST_POOL_ID, by which test/fixture.ts chooses the emulator.
                    sequence: { groupOrder: 1 },
                },
            },
            {
                extends: true,
                test: {
                    name: "engine",
                    include: ["test/**/*.test.ts"],
                    exclude: ["test/unit/**", "**/node_modules/**"],
                    globalSetup: "test/global-setup.ts",
                    retry,
                    // Each file drives a Pulumi engine, a program and an emulator: more than 2 at once only run into time-outs.
                    maxWorkers: 2,
                    sequence: { groupOrder: 0 },
                    testTimeout: 120_000,
                    hookTimeout: 120_000,
                },
            },
            {
                extends: true,
                test: {
                    // The lifecycle through the plugin: the same tests as through the dynamic door; see test/provider/door.ts.
                    name: "plugin",
                    include: ["test/provider/**/*.test.ts"],
                    env: { DOOR: "plugin" },
                    globalSetup: "test/global-setup.ts",
                    retry,
                    maxWorkers: 2,
                    sequence: { groupOrder: 0 },
                    testTimeout: 120_000,
                    hookTimeout: 120_000,
                },
            },
        ],
    },
});
