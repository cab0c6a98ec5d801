/**
 * Names the tests that passed only at the second attempt, which `CI=true` allows those with an engine: a machine that
 * stalls must not refuse a change, and a fault that shows itself now and then must not pass unseen.
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
