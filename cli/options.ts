/**
 * Parses the values of options. Commander shows each error with the name of its option.
 *
 * @module
 */
import { extname } from "node:path";
import { InvalidArgumentError } from "commander";
import { volumeIdFilter } from "../schema/snapshot-filters";
import { resourceIdPattern } from "../schema/validators";

/** Parses a time in UTC; a date means its midnight. */
export function parseTime(given: string): Date {
    const time = new Date(/T[\d:.]+$/.test(given) ? `${given}Z` : given);
    const isIso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(given);
    const day = given.slice(0, 10);
    // `Date` parses February 30 as March 2, so that the day is compared.
    if (isIso && isTime(time) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)) return time;
    throw new InvalidArgumentError("Specify ISO 8601 in UTC, such as 2026-03-01 or 2026-03-01T06:00:00Z.");
}

function isTime(time: Date): boolean {
    return !Number.isNaN(time.getTime());
}

/** Collects `key=value` of a repeated option. The first `=` separates, because the value may contain others. */
export function collectPair(given: string, collected: Record<string, string> = {}): Record<string, string> {
    const at = given.indexOf("=");
    if (at < 1) throw new InvalidArgumentError("Specify <key>=<value>.");
    return { ...collected, [given.slice(0, at)]: given.slice(at + 1) };
}

/** Collects the values of a repeated option. A variadic option would consume the arguments that follow. */
export function collect(given: string, collected: string[] = []): string[] {
    return [...collected, given];
}

/** Parses an amount, such as GiB or a price. */
export function parseAmount(given: string): number {
    const amount = Number(given);
    if (given.trim() !== "" && Number.isFinite(amount) && amount >= 0) return amount;
    throw new InvalidArgumentError("Specify a number of at least 0, such as 100 or 0.05.");
}

/** Parses the id of a volume; EC2 would find no snapshot of another text. */
export function parseVolumeId(given: string): string {
    if (volumeIdFilter(given, "").length === 0) return given;
    throw new InvalidArgumentError(`Specify ${volumeIdFilter.expected}.`);
}

export function parseSnapshotId(given: string): string {
    if (resourceIdPattern("snap").test(given)) return given;
    throw new InvalidArgumentError('Specify the id of a snapshot, such as "snap-0123456789abcdef0".');
}

/** Parses the name of a chart: in a file of another kind, no program would find the SVG. */
export function parseChart(given: string): string {
    if (extname(given).toLowerCase() === ".svg") return given;
    throw new InvalidArgumentError("The chart is an SVG: specify a file that ends in .svg.");
}
