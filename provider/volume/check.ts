/**
 * What a volume may be: judgements that need more than one property, or what was declared before. Pure functions.
 *
 * @module
 */
import { shown, type CheckFailure, type Properties } from "../rules";
import { isIdIn, isNameIn, isRegular } from "./zone";

/** Types that have no such figure; a type that is not known here is left to EC2. */
const withoutIops = ["gp2", "sc1", "st1", "standard"];
const withoutThroughput = [...withoutIops, "io1", "io2"];
const withoutMultiAttach = [...withoutIops, "gp3"];
const iopsRequired = ["io1", "io2"];

/** The type that is asked for; none on Outposts and in Local Zones, where the types differ and EC2 knows its default. */
export function wantedType(inputs: Properties): string | undefined {
    if (typeof inputs["volumeType"] === "string") return inputs["volumeType"];
    return inputs["outpostArn"] === undefined && isRegular(inputs) ? "gp3" : undefined;
}

export function checkVolume(inputs: Properties, olds: Properties): CheckFailure[] {
    return [
        ...checkZone(inputs),
        ...checkPerformance(inputs),
        ...checkEncryption(inputs),
        ...checkSnapshotChange(inputs, olds),
        ...shrinking(olds["size"], olds["size"], inputs),
    ];
}

function checkZone(inputs: Properties): CheckFailure[] {
    const { availabilityZone: name, availabilityZoneId: id, region } = inputs;
    if (name === undefined && id === undefined) {
        return [{ property: "availabilityZone", reason: "is required, or availabilityZoneId" }];
    }
    if (name !== undefined && id !== undefined) {
        return [
            { property: "availabilityZoneId", reason: "is given beside availabilityZone; give one of them" },
        ];
    }
    if (typeof region !== "string" || !isRegion(region)) return [];
    const elsewhere = (property: string, zone: string) => ({
        property,
        reason: `is ${shown(zone)}, but must be a zone of region ${region}`,
    });
    if (typeof name === "string" && isZone(name) && !isNameIn(region, name)) {
        return [elsewhere("availabilityZone", name)];
    }
    if (typeof id === "string" && isZone(id) && !isIdIn(region, id)) {
        return [elsewhere("availabilityZoneId", id)];
    }
    return [];
}

/** Neither unknown nor refused by its own rule. */
function isRegion(region: string): boolean {
    return /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region);
}

export const zonePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)+$/;

function isZone(zone: string): boolean {
    return zonePattern.test(zone);
}

function checkPerformance(inputs: Properties): CheckFailure[] {
    const type = wantedType(inputs);
    if (type === undefined) return [];
    const refused = (property: string, without: string[], remedy: string) =>
        (inputs[property] === true || typeof inputs[property] === "number") && without.includes(type)
            ? [{ property, reason: `is given, but volumes of type ${shown(type)} have none; ${remedy}` }]
            : [];
    const missing = iopsRequired.includes(type) && inputs["iops"] === undefined;
    return [
        ...refused("iops", withoutIops, "leave it out, or take gp3, io1 or io2"),
        ...refused("throughput", withoutThroughput, "leave it out, or take gp3"),
        ...refused("multiAttachEnabled", withoutMultiAttach, "leave it out, or take io1 or io2"),
        ...(missing ? [{ property: "iops", reason: `is required for volumes of type ${shown(type)}` }] : []),
    ];
}

function checkEncryption({ encrypted, kmsKeyId }: Properties): CheckFailure[] {
    return encrypted === false && kmsKeyId !== undefined
        ? [{ property: "kmsKeyId", reason: "is given, but encrypted is false; leave one of them out" }]
        : [];
}

/** A volume holds what was written since: whether another snapshot replaces it is for a person to say. */
function checkSnapshotChange(inputs: Properties, olds: Properties): CheckFailure[] {
    const [before, after] = [olds["snapshotId"], inputs["snapshotId"]];
    const policy = inputs["onSnapshotChange"] ?? "refuse";
    const known = typeof before === "string" && typeof after === "string" && after.startsWith("snap-");
    if (!known || before === after || policy !== "refuse") return [];
    return [
        {
            property: "snapshotId",
            reason:
                `is ${shown(after)}, but the volume was made from ${before || "none"} and holds what was written since; ` +
                'onSnapshotChange: "keep" keeps the volume, "replace" makes a new one from the other snapshot',
        },
    ];
}

/** A declared size that is less than before: EC2 cannot shrink a volume. */
export function shrinking(there: unknown, given: unknown, inputs: Properties): CheckFailure[] {
    const { size } = inputs;
    const smaller = typeof size === "number" && typeof there === "number" && size < there;
    // What was not edited has become smaller than the volume only because that was grown outside.
    if (!smaller || size === given || inputs["allowShrinkByReplacement"] === true) return [];
    return [
        {
            property: "size",
            reason:
                `is ${String(size)}, but the volume has ${String(there)} GiB, and EC2 cannot shrink one; leave size ` +
                "out or give at least that much; allowShrinkByReplacement: true makes a new volume from the snapshot",
        },
    ];
}

export function isUsable(state: unknown): boolean {
    return state === "available" || state === "in-use";
}
