/**
 * Formats sizes.
 *
 * @module
 */

/** Formats bytes in the largest unit of which there is at least one: `3.2 GiB`. */
export function formatSize(bytes: number): string {
    const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let unit = 0;
    for (; bytes >= 1_024 && unit < units.length - 1; unit++) bytes /= 1_024;
    return `${rounded(bytes)} ${units[unit] ?? ""}`;
}

/** Rounds to one decimal, which whole numbers omit. */
export function rounded(value: number): string {
    return value.toLocaleString("en-US", { maximumFractionDigits: 1 });
}
