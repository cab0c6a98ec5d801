import { expect, test } from "vitest";
import { duration, isSameDuration, toMilliseconds } from "../../../schema/duration";

test.each([
    ["1 second", 1_000],
    ["90 seconds", 90_000],
    ["1 minutes", 60_000],
    ["90 minutes", 5_400_000],
    ["12 hours", 43_200_000],
    ["1 day", 86_400_000],
    ["36500 days", 3_153_600_000_000],
])("%s is %i ms", (length, milliseconds) => {
    expect(duration(length, "timeout")).toEqual([]);
    expect(toMilliseconds(length)).toBe(milliseconds);
});

test.each([
    "",
    "1",
    "day",
    "0 days",
    "-1 days",
    "1.5 days",
    "1e3 days",
    "1  day",
    " 1 day",
    "1 Day",
    "1 week",
    "1h",
])("%j is an invalid duration", (length) => {
    expect(duration(length, "timeout")).toHaveLength(1);
    expect(() => toMilliseconds(length)).toThrow("not a length of time");
});

test("durations in different units are equal", () => {
    expect(isSameDuration("24 hours", "1 day")).toBe(true);
    expect(isSameDuration("60 seconds", "1 minute")).toBe(true);
    expect(isSameDuration("1 day", "2 days")).toBe(false);
    expect(isSameDuration(undefined, undefined)).toBe(true);
    expect(isSameDuration(undefined, "1 day")).toBe(false);
    expect(isSameDuration("nonsense", "nonsense")).toBe(true);
    expect(isSameDuration("nonsense", "1 day")).toBe(false);
});
