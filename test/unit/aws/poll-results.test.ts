import { describe, expect, test } from "vitest";
import { Ec2Error, type ErrorKind } from "../../../provider/aws/errors";
import { doneAfter, failure, hour, minute, second, createPolled } from "./polled-values";

describe("a wait ends", () => {
    test("with the error's message and the observed progress", async () => {
        const { clock, begin } = createPolled(() => "error: the key is disabled");
        expect(await clock.until(failure(begin("a")))).toMatchObject({
            message: "error: the key is disabled",
            reason: "failed",
            observed: "error: the key is disabled",
        });
    });

    test("for a failed waiter only; the others continue", async () => {
        const { clock, begin } = createPolled((key, at) =>
            key === "a" ? "error" : doneAfter(minute)(key, at),
        );
        const [a, b] = [failure(begin("a")), begin("b")];
        expect(await clock.until(a)).toMatchObject({ reason: "failed" });
        expect(await clock.until(b)).toBe("done");
    });

    test.each([
        ["1 minute", 1 * minute],
        ["90 minutes", 90 * minute],
        ["24 hours", 24 * hour],
    ])("when it times out after %s, with the last observed progress", async (message, timeout) => {
        const { clock, begin, at } = createPolled(() => "43%");
        const error = await clock.until(failure(begin("a", { deadline: clock.now() + timeout })));
        expect(error).toMatchObject({
            message:
                `timed out after ${message} at 43%. The snapshot is still in progress; ` +
                "run `pulumi up` again to continue waiting.",
            reason: "timeout",
            observed: "43%",
        });
        expect(at()).toBeGreaterThanOrEqual(timeout);
        expect(at()).toBeLessThanOrEqual(timeout + 2_250);
    });

    test("when it times out without any observation", async () => {
        const { clock, begin } = createPolled(() => undefined);
        const error = await clock.until(failure(begin("a", { deadline: clock.now() + 10 * second })));
        expect(error.message).toBe(
            "timed out after 10 seconds: EC2 has not shown the snapshot yet; run `pulumi up` again to continue waiting.",
        );
    });

    test("progress is reported only when it changes", async () => {
        const { clock, begin } = createPolled((_key, at) =>
            at > minute ? "done" : at > minute / 2 ? "50%" : "0%",
        );
        const progress: string[] = [];
        await clock.until(begin("a", { progress: (text) => progress.push(text) }));
        expect(progress).toEqual(["0%", "50%"]);
    });
});

describe("a missing resource", () => {
    test("is awaited for the first minute, because it may not be visible yet", async () => {
        const { clock, begin } = createPolled((_key, at) => (at > 55 * second ? "done" : undefined));
        const progress: string[] = [];
        expect(await clock.until(begin("a", { progress: (text) => progress.push(text) }))).toBe("done");
        expect(progress).toEqual(["not visible yet"]);
    });

    test("is reported as not found after the first minute", async () => {
        const { clock, begin, at } = createPolled(() => undefined);
        expect(await clock.until(failure(begin("a")))).toMatchObject({
            message: "it was not found",
            reason: "notFound",
            observed: undefined,
        });
        expect(at()).toBeGreaterThanOrEqual(minute);
        expect(at()).toBeLessThan(minute + 5 * second);
    });

    test("is reported as deleted as soon as an observed resource is missing", async () => {
        const { clock, begin, at } = createPolled((_key, at) => (at < 5 * second ? "pending" : undefined));
        expect(await clock.until(failure(begin("a")))).toMatchObject({ message: "it no longer exists" });
        expect(at()).toBeLessThan(10 * second);
    });
});

describe("a failed read", () => {
    const failing =
        (kind: ErrorKind, until = Infinity) =>
        (_key: string, at: number) => {
            if (at < until)
                throw new Ec2Error({ kind, code: "Code", awsMessage: "words", action: "DescribeSnapshots" });
            return "done";
        };

    test.each(["retryable", "indeterminate", "unreachable"] as const)(
        "%s: is repeated for 5 minutes",
        async (kind) => {
            const { clock, begin } = createPolled(failing(kind, 4.5 * minute));
            expect(await clock.until(begin("a"))).toBe("done");
        },
    );

    test.each(["retryable", "indeterminate", "unreachable"] as const)(
        "%s: ends the wait after 5 minutes",
        async (kind) => {
            const { clock, begin, at } = createPolled(failing(kind));
            const error = await clock.until(failure(begin("a")));
            expect(error).toMatchObject({ reason: "unreadable", observed: undefined });
            expect(error.message).toMatch(/^Code: words/);
            expect(at()).toBeGreaterThanOrEqual(5 * minute);
            expect(at()).toBeLessThan(5 * minute + 16 * second);
        },
    );

    test.each(["forbidden", "expired", "rejected"] as const)(
        "%s: ends every wait immediately",
        async (kind) => {
            const { clock, fetches, begin } = createPolled(failing(kind));
            const ended = await clock.until(Promise.all([failure(begin("a")), failure(begin("b"))]));
            expect(ended.map(({ reason }) => reason)).toEqual(["unreadable", "unreadable"]);
            expect(fetches).toHaveLength(1);
        },
    );

    test("ends every wait immediately if the error is not from EC2", async () => {
        const { clock, fetches, begin } = createPolled(() => {
            throw new TypeError("a mistake of ours");
        });
        expect(await clock.until(failure(begin("a")))).toMatchObject({ message: "a mistake of ours" });
        expect(fetches).toHaveLength(1);
    });

    test("keeps the last observation", async () => {
        const { clock, begin } = createPolled((key, at) =>
            at < minute ? "43%" : failing("forbidden")(key, at),
        );
        expect(await clock.until(failure(begin("a")))).toMatchObject({
            reason: "unreadable",
            observed: "43%",
        });
    });

    test("is reset by the next successful read", async () => {
        const { clock, begin } = createPolled((key, at) => {
            if (at > 10 * minute) return "done";
            return Math.floor(at / minute) % 4 === 3 ? "pending" : failing("indeterminate")(key, at);
        });
        expect(await clock.until(begin("a"))).toBe("done");
    });

    test("does not count for waits that start later", async () => {
        const { clock, begin } = createPolled(failing("indeterminate", 6 * minute));
        await clock.until(failure(begin("a")));
        expect(await clock.until(begin("b"))).toBe("done");
    });

    test("does not extend the timeout", async () => {
        const { clock, begin, at } = createPolled(failing("indeterminate"));
        const error = await clock.until(failure(begin("a", { deadline: clock.now() + minute })));
        expect(error.reason).toBe("timeout");
        expect(error.message).toMatch(/^timed out after 1 minute: EC2 has not shown the snapshot yet/);
        expect(at()).toBeLessThanOrEqual(minute + 2_250);
    });
});
