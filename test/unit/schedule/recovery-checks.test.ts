import { expect, test } from "vitest";
import { byTag, failuresOf, recovery } from "./check-inputs";

const daily = { name: "daily", every: "24 hours" };
const hourly = { name: "hourly", every: "1 hour" };
const monthly = { name: "monthly", cron: "0 4 1 * ? *" };
const weekdays = { name: "weekdays", cron: "0 3 ? * MON-FRI *" };

const keeping = (keep: number, ...rules: object[]) =>
    failuresOf({ targets: byTag, rules, recoveryVolumes: { ...recovery, keep } });

test.each<[string, number, object[]]>([
    ["as many snapshots as recovery volumes", 2, [{ ...daily, keep: 2 }]],
    ["an age of as many snapshots", 3, [{ ...daily, keep: "3 days" }]],
    [
        "a rule beside one that retains many",
        2,
        [monthly, hourly].map((rule, at) => ({ ...rule, keep: at ? 2 : 12 })),
    ],
    ["an age that a weekend uses up", 2, [{ ...weekdays, keep: "2 days" }]],
    ["the archive included", 5, [{ ...monthly, keep: 1, archive: { keep: 4 } }]],
])("refuses recovery volumes whose snapshots are deleted first: %s", (_, keep, rules) => {
    const [failure, ...others] = keeping(keep, ...rules);
    expect(failure).toContain(
        `recoveryVolumes.keep is ${String(keep)}, but DLM deletes snapshots of the rule`,
    );
    expect(others).toEqual([]);
});

test.each<[string, number, object[]]>([
    ["one more snapshot than recovery volumes", 2, [{ ...daily, keep: 3 }]],
    ["an age of more snapshots", 2, [{ ...daily, keep: "3 days" }]],
    [
        "newer snapshots of another rule",
        2,
        [monthly, hourly].map((rule, at) => ({ ...rule, keep: at ? 24 : 1 })),
    ],
    ["the archive", 4, [{ ...monthly, keep: 1, archive: { keep: 4 } }]],
    [
        "a rule that archives at once",
        2,
        [
            { ...daily, keep: 14 },
            { ...monthly, keep: 0, archive: { keep: 4 } },
        ],
    ],
    ["a retention beyond the years that are planned", 6, [{ name: "yearly", cron: "0 4 1 1 ? *", keep: 7 }]],
])("accepts recovery volumes whose snapshots outlive them: %s", (_, keep, rules) => {
    expect(keeping(keep, ...rules)).toEqual([]);
});
