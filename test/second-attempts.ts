/**
 * Lists the tests that passed only at the second attempt, which `CI=true` allows for tests with an engine: a slow
 * machine must not reject a change, and an intermittent fault must not pass unnoticed.
 *
 * @module
 */
import type { Reporter, TestCase } from "vitest/node" with { "resolution-mode": "import" };

export default class SecondAttempts implements Reporter {
    readonly #passed: TestCase[] = [];

    onTestCaseResult(test: TestCase): void {
        if (test.diagnostic()?.flaky === true) this.#passed.push(test);
    }

    onTestRunEnd(): void {
        if (this.#passed.length === 0) return;
        const lines = this.#passed.flatMap((test) => {
            const { errors = [] } = test.result();
            const reasons = errors.map(({ message }) => `    ${message.split("\n", 1).join()}`);
            return [`  ${test.module.relativeModuleId} > ${test.fullName}`, ...reasons];
        });
        console.log(["", "Passed at the second attempt, to be looked into:", ...lines].join("\n"));
    }
}
