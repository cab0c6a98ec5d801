/**
 * Names and ids of zones: pure functions. A zone is told from its name where that is certain, and not judged elsewhere.
 *
 * @module
 */

const directions = {
    north: "n",
    south: "s",
    east: "e",
    west: "w",
    central: "c",
    northeast: "ne",
    northwest: "nw",
    southeast: "se",
    southwest: "sw",
} as const;

/** `us-east-1a`, and zones beside a region such as `us-west-2-lax-1a`. */
export function isNameIn(region: string, zone: string): boolean {
    return zone.startsWith(region) && /^([a-z]|-.+)$/.test(zone.slice(region.length));
}

/** `use1-az1`, `usw2-lax1-az1`; of regions whose abbreviation is not known every id may be. */
export function isIdIn(region: string, zoneId: string): boolean {
    const [, area = "", gov, direction = "", number = ""] =
        /^([a-z]{2})(-gov)?-([a-z]+)-(\d+)$/.exec(region) ?? [];
    if (!Object.hasOwn(directions, direction)) return true;
    const abbreviation = directions[direction as keyof typeof directions];
    return zoneId.startsWith(`${area}${gov === undefined ? "" : "g"}${abbreviation}${number}-`);
}

/** Whether the zone is one of the region's own, where every type of volume exists: no Local or Wavelength Zone. */
export function isRegular(zone: { availabilityZone?: unknown; availabilityZoneId?: unknown }): boolean {
    const { availabilityZone: name, availabilityZoneId: id } = zone;
    if (typeof name === "string") return /-\d+[a-z]$/.test(name) && !/-\d+-/.test(name);
    return typeof id === "string" && /^[a-z]+\d+-az\d+$/.test(id);
}
