/**
 * Validates when a rule runs.
 *
 * @module
 */
import { duration, toMilliseconds } from "../duration";
import { matching, validator } from "../validators";
import { refuse } from "../component-arguments";
import { day, gapsBetween, hour, parseCron, timesWithin } from "./times";

const intervals = [1, 2, 3, 4, 6, 8, 12, 24];
export const every = matching(
    {
        valueType: "string",
        expected: `one of ${intervals.map((hours) => `"${String(hours)} hours"`).join(", ")}`,
    },
    (value) => duration(value, "").length === 0 && intervals.includes(toMilliseconds(value as string) / hour),
);

const sixFields =
    'six fields (minute, hour, day of month, month, day of week, year) such as "0 4 1 * ? *", in UTC';
export const cron = validator({ valueType: "string", expected: sixFields }, (value, path) => {
    const allowed = sixFields;
    if (typeof value !== "string") return refuse(path, value, allowed);
    const fields = value.split(" ");
    if (fields.length !== 6) return refuse(path, value, allowed);
    // The library reads `?` as `*` in each field, but AWS accepts it in the days only.
    const isDayOpen = (fields[2] === "?") !== (fields[4] === "?");
    if (!isDayOpen || fields.filter((field) => field.includes("?")).length > 1)
        return refuse(
            path,
            value,
            `${allowed}, with ? in exactly one of day of month and day of week, and in no other field`,
        );
    try {
        parseCron(value);
    } catch (error) {
        return refuse(path, value, `${allowed}: ${(error as Error).message.replace("CronPattern: ", "")}`);
    }
    const now = Date.now();
    const runs = timesWithin({ cron: value }, { from: now, until: now + 100 * 366 * day, most: 50 });
    if (runs.length === 0) return refuse(path, value, "an expression that matches a future time");
    const gaps = gapsBetween([now, ...runs]).slice(runs.length > 1 ? 1 : 0);
    if (Math.min(...gaps) < hour && runs.length > 1)
        return refuse(path, value, "at most hourly, because DLM starts a run within one hour of its time");
    // DLM supports nothing rarer than yearly, and 29 February occurs every four years.
    if (Math.max(...gaps) > 366 * day) return refuse(path, value, "at least yearly");
    return [];
});
