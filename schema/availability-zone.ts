/**
 * Compares names and ids of zones with a region, as pure functions. A zone that cannot be evaluated with certainty is
 * accepted.
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

/** Checks whether a zone name belongs to the region, such as `us-east-1a`, or `us-west-2-lax-1a` for a Local Zone. */
export function isNameIn(region: string, zone: string): boolean {
    return zone.startsWith(region) && /^([a-z]|-.+)$/.test(zone.slice(region.length));
}

/**
 * Checks whether a zone id belongs to the region, such as `use1-az1` or `usw2-lax1-az1`. Any id is accepted if the
 * abbreviation of the region is unknown.
 */
export function isIdIn(region: string, zoneId: string): boolean {
    const [, area = "", gov, direction = "", number = ""] =
        /^([a-z]{2})(-gov)?-([a-z]+)-(\d+)$/.exec(region) ?? [];
    if (!Object.hasOwn(directions, direction)) return true;
    const abbreviation = directions[direction as keyof typeof directions];
    return zoneId.startsWith(`${area}${gov === undefined ? "" : "g"}${abbreviation}${number}-`);
}

/**
 * Checks whether the zone is an Availability Zone, in which every volume type exists, and no Local or Wavelength Zone.
 */
export function isRegular(zone: { availabilityZone?: unknown; availabilityZoneId?: unknown }): boolean {
    const { availabilityZone: name, availabilityZoneId: id } = zone;
    if (typeof name === "string") return /-\d+[a-z]$/.test(name) && !/-\d+-/.test(name);
    return typeof id === "string" && /^[a-z]+\d+-az\d+$/.test(id);
}
