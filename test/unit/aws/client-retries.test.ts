import { describe, expect, test } from "vitest";
import { connected, failsFirst, failure, fine, isolateEnvironment, thrown } from "./stub-client";
import { baseConfig } from "../host";
import { refusal, socketError, type WireAnswer } from "../wire";

isolateEnvironment();

describe("retryable errors", () => {
    test.each([
        "RequestLimitExceeded",
        "SnapshotCreationPerVolumeRateExceeded",
        "ConcurrentSnapshotLimitExceeded",
    ])("%s is retried until the timeout", async (code) => {
        const { clock, wire, create } = connected(failsFirst(20, () => refusal(code, "later", 503)));
        const codes: string[] = [];
        const answered = await create({
            deadline: clock.now() + 3_600_000,
            idempotent: false,
            onRetry: (error) => codes.push(error.code),
        });
        expect(answered.SnapshotId).toBe("snap-1");
        expect(wire.count("CreateSnapshot")).toBe(21);
        expect(codes).toEqual(Array.from({ length: 20 }, () => code));
    });

    test("pauses grow from half a second to at most 15 seconds, with jitter", async () => {
        const times: number[] = [];
        const { api, clock } = connected(() => {
            times.push(clock.now());
            return times.length <= 12 ? refusal("Throttling", "slow down") : fine();
        });
        await clock.until(api.send("DescribeSnapshots", {}));
        const pauses = times.slice(1).map((time, index) => time - times[index]!);
        for (const [index, pause] of pauses.entries()) {
            const longest = Math.min(500 * 2 ** index, 15_000);
            expect(pause).toBeGreaterThanOrEqual(longest / 2);
            expect(pause).toBeLessThanOrEqual(longest);
        }
    });

    test("a call times out after 2 minutes unless it has a deadline", async () => {
        const { describeAll, at } = connected(() => refusal("RequestLimitExceeded", "slow down", 503));
        const error = await failure(describeAll());
        expect(error).toMatchObject({ kind: "retryable", code: "RequestLimitExceeded" });
        expect(at()).toBeGreaterThan(100_000);
        expect(at()).toBeLessThanOrEqual(120_000);
    });

    test("an error that is retryable for one call only is retried in that call", async () => {
        const creating = failsFirst(3, () => refusal("IncorrectState", "the volume is creating"));
        const { wire, create } = connected(creating);
        await create({ idempotent: false, isRetryable: ({ code }) => code === "IncorrectState" });
        expect(wire.count("CreateSnapshot")).toBe(4);
        const other = connected(creating);
        expect(await failure(other.create())).toMatchObject({ kind: "rejected" });
        expect(other.wire.count("CreateSnapshot")).toBe(1);
    });
});

describe("lost responses", () => {
    const lostAnswers: [string, () => WireAnswer][] = [
        ["a connection that breaks", () => thrown(socketError("ECONNRESET"))],
        ["a time-out", () => thrown(Object.assign(new Error("timed out"), { name: "TimeoutError" }))],
        ["an error of the server", () => refusal("InternalError", "an internal error has occurred", 500)],
        ["an answer that is cut off", () => ({ body: "<CreateSnapshotResponse><snapsh" })],
        ["a page of a proxy", () => ({ status: 502, body: "<html/>" })],
    ];

    test.each(lostAnswers)("%s: a call that is not idempotent is not repeated", async (_what, lost) => {
        const { wire, create } = connected(failsFirst(1, lost));
        expect(await failure(create({ idempotent: false }))).toMatchObject({ kind: "indeterminate" });
        expect(wire.count("CreateSnapshot")).toBe(1);
    });

    test.each(lostAnswers)("%s: a read is repeated", async (_what, lost) => {
        const { wire, describeAll } = connected(failsFirst(1, lost));
        await describeAll();
        expect(wire.count("DescribeSnapshots")).toBe(2);
    });

    test("the call fails after the configured number of retries", async () => {
        for (const [config, requests] of [
            [{}, 5],
            [{ "aws:maxRetries": "2" }, 3],
            [{ "aws:maxRetries": "0" }, 1],
        ] as const) {
            const { wire, describeAll } = connected(() => thrown(socketError("ECONNRESET")), {
                ...baseConfig,
                ...config,
            });
            expect(await failure(describeAll())).toMatchObject({ kind: "indeterminate" });
            expect(wire.count("DescribeSnapshots")).toBe(requests);
        }
    });

    test("a connection that was never established is retried, even for CreateSnapshot, up to the limit", async () => {
        const once = connected(failsFirst(1, () => thrown(socketError("ECONNREFUSED"))));
        await once.create({ idempotent: false });
        expect(once.wire.count("CreateSnapshot")).toBe(2);
        const never = connected(() => thrown(socketError("ENOTFOUND")), {
            ...baseConfig,
            "aws:maxRetries": "3",
        });
        expect(await failure(never.create({ idempotent: false }))).toMatchObject({ kind: "unreachable" });
        expect(never.wire.count("CreateSnapshot")).toBe(4);
    });
});

test.each([
    ["UnauthorizedOperation", "forbidden"],
    ["InvalidParameterValue", "rejected"],
    ["InvalidSnapshot.NotFound", "notFound"],
])("%s is not retried", async (code, kind) => {
    const { wire, describeAll, at } = connected(() => refusal(code, "words"));
    expect(await failure(describeAll())).toMatchObject({ kind, code });
    expect(wire.count("DescribeSnapshots")).toBe(1);
    expect(at()).toBe(0);
});

test("a clock that is an hour slow is corrected with EC2's response, and the call is signed again", async () => {
    const ahead = new Date(Date.now() + 3_600_000);
    const skewed = () => ({ ...refusal("RequestExpired", "words"), headers: { date: ahead.toUTCString() } });
    const { wire, create } = connected(failsFirst(1, skewed));
    await create({ idempotent: false });
    const signed = wire.requests.map(({ headers }) => headers["x-amz-date"] ?? "");
    expect(signed).toHaveLength(2);
    expect(signed[1]?.slice(0, 11)).toBe(ahead.toISOString().replace(/[-:]/g, "").slice(0, 11));
});

test("expired credentials are reloaded once", async () => {
    const renewed = connected(failsFirst(1, () => refusal("ExpiredToken", "words")));
    await renewed.describeAll();
    expect(renewed.wire.count("DescribeSnapshots")).toBe(2);
    const never = connected(() => refusal("ExpiredToken", "words"));
    expect(await failure(never.describeAll())).toMatchObject({ kind: "expired", code: "ExpiredToken" });
    expect(never.wire.count("DescribeSnapshots")).toBe(2);
    expect(never.at()).toBe(0);
});

test("a retryMode of the SDK adds no further attempts", async () => {
    for (const retryMode of ["standard", "adaptive"]) {
        const { wire, create } = connected(() => thrown(socketError("ECONNRESET")), {
            ...baseConfig,
            "aws:retryMode": retryMode,
        });
        await failure(create({ idempotent: false }));
        expect(wire.count("CreateSnapshot")).toBe(1);
    }
});

test("missing capacity fails after one call with EC2's message and a remedy, independently of its status", async () => {
    const message = "There is not enough capacity to fulfill your EBS volume provision request";
    const { api, clock, wire } = connected(() => refusal("InsufficientVolumeCapacity", message, 500));
    const error = await failure(clock.until(api.send("CreateVolume", { AvailabilityZone: "us-east-1a" })));
    expect(error).toMatchObject({ kind: "rejected" });
    expect(error.message).toBe(
        `InsufficientVolumeCapacity: ${message}. Choose another availability zone or volume type, or run again later.`,
    );
    expect(wire.count("CreateVolume")).toBe(1);
});
