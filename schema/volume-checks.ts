/**
 * Checks a volume where more than one property, or the previous inputs, are needed. All functions are pure.
 *
 * @module
 */
import { textOf, type CheckFailure } from "./failure";
import { checkTagCount } from "./tags";
import { isMap, type Properties } from "./values";
import { isIdIn, isNameIn, isRegular } from "./availability-zone";

/** These types do not have the property; EC2 checks types that are not listed here. */
const typesWithoutIops = ["gp2", "sc1", "st1", "standard"];
const typesWithoutThroughput = [...typesWithoutIops, "io1", "io2"];
const typesWithoutMultiAttach = [...typesWithoutIops, "gp3"];
const typesWithRequiredIops = ["io1", "io2"];

/**
 * Returns the type of a new volume; undefined on Outposts and in Local Zones, where the types differ and EC2 has its
 * own default.
 */
export function typeOfNewVolume(inputs: Properties): string | undefined {
    if (typeof inputs["volumeType"] === "string") return inputs["volumeType"];
    return inputs["outpostArn"] === undefined && isRegular(inputs) ? "gp3" : undefined;
}

export function checkVolumeFromSnapshot(inputs: Properties, olds: Properties): CheckFailure[] {
    // An existing volume keeps its type if none is declared, and only its state contains that type.
    const isNew = olds["snapshotId"] === undefined && inputs["adopt"] === undefined;
    return [
        ...checkZone(inputs),
        ...checkPerformance(inputs, isNew ? typeOfNewVolume(inputs) : inputs["volumeType"]),
        ...checkVolumeOptions(inputs, olds),
        ...checkSnapshotChange(inputs, olds),
    ];
}

/** The default type of a clone follows from the zone of its source, which only EC2 shows. */
export function checkVolumeClone(inputs: Properties, olds: Properties): CheckFailure[] {
    return [...checkPerformance(inputs, inputs["volumeType"]), ...checkVolumeOptions(inputs, olds)];
}

function checkVolumeOptions(inputs: Properties, olds: Properties): CheckFailure[] {
    return [
        ...checkEncryption(inputs),
        ...checkFinalTags(inputs),
        ...checkShrinking(olds["size"], olds["size"], inputs),
    ];
}

/** A final snapshot has one internal tag. */
const finalInternalTags = 1;

function checkFinalTags({ finalSnapshot }: Properties): CheckFailure[] {
    if (!isMap(finalSnapshot) || !isMap(finalSnapshot["tags"])) return [];
    const count = Object.keys(finalSnapshot["tags"]).length + (finalSnapshot["name"] === undefined ? 0 : 1);
    return checkTagCount(count, finalInternalTags, "together with name").map((failure) => ({
        ...failure,
        property: `finalSnapshot.${failure.property}`,
    }));
}

const exactlyOneZone = "specify exactly one of availabilityZone and availabilityZoneId.";

function checkZone(inputs: Properties): CheckFailure[] {
    const { availabilityZone: name, availabilityZoneId: id, region } = inputs;
    if (name === undefined && id === undefined) {
        return [{ property: "availabilityZone", reason: exactlyOneZone }];
    }
    if (name !== undefined && id !== undefined) {
        return [{ property: "availabilityZoneId", reason: exactlyOneZone }];
    }
    if (typeof region !== "string" || !isRegion(region)) return [];
    const outsideRegion = (property: string, value: string) => ({
        property,
        value,
        reason: textOf`but must be a zone of region ${{ property: "region", value: region }}`,
    });
    if (typeof name === "string" && isZone(name) && !isNameIn(region, name)) {
        return [outsideRegion("availabilityZone", name)];
    }
    if (typeof id === "string" && isZone(id) && !isIdIn(region, id)) {
        return [outsideRegion("availabilityZoneId", id)];
    }
    return [];
}

/** Checks whether the region is known and well-formed; its own rule rejects it otherwise. */
function isRegion(region: string): boolean {
    return /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region);
}

export const zonePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)+$/;

function isZone(zone: string): boolean {
    return zonePattern.test(zone);
}

/** Checks the figures that a volume of this type may have; an unknown type is not checked. */
export function checkPerformance(inputs: Properties, type: unknown): CheckFailure[] {
    if (typeof type !== "string") return [];
    const volumeType = { property: "volumeType", value: type };
    const unsupported = (property: string, types: string[], remedy: string) =>
        (inputs[property] === true || typeof inputs[property] === "number") && types.includes(type)
            ? [
                  {
                      property,
                      reason: textOf`is not supported by volumes of type ${volumeType}. ${remedy}`,
                  },
              ]
            : [];
    const missing = typesWithRequiredIops.includes(type) && inputs["iops"] === undefined;
    return [
        ...unsupported("iops", typesWithoutIops, "Remove it, or set volumeType to gp3, io1 or io2."),
        ...unsupported("throughput", typesWithoutThroughput, "Remove it, or set volumeType to gp3."),
        ...unsupported(
            "multiAttachEnabled",
            typesWithoutMultiAttach,
            "Remove it, or set volumeType to io1 or io2.",
        ),
        ...(missing
            ? [{ property: "iops", reason: textOf`is required for volumes of type ${volumeType}` }]
            : []),
    ];
}

function checkEncryption({ encrypted, kmsKeyId }: Properties): CheckFailure[] {
    return encrypted === false && kmsKeyId !== undefined
        ? [{ property: "kmsKeyId", reason: "cannot be combined with encrypted: false. Remove one of them." }]
        : [];
}

/**
 * Rejects another snapshot by default, because the volume may contain newer data: a person decides whether to replace
 * it.
 */
function checkSnapshotChange(inputs: Properties, olds: Properties): CheckFailure[] {
    const [before, after] = [olds["snapshotId"], inputs["snapshotId"]];
    const policy = inputs["onSnapshotChange"] ?? "refuse";
    const known = typeof before === "string" && typeof after === "string" && after.startsWith("snap-");
    if (!known || before === after || policy !== "refuse") return [];
    return [
        {
            property: "snapshotId",
            value: after,
            reason: textOf`but the volume was created from ${{ property: "snapshotId", value: before || "no snapshot" }} and holds data written since. Set onSnapshotChange: "keep" to keep the volume, or "replace" to create a new one from the other snapshot.`,
        },
    ];
}

/** Rejects a declared size below the current one: EC2 cannot shrink a volume. `declared` is the size declared before. */
export function checkShrinking(current: unknown, declared: unknown, inputs: Properties): CheckFailure[] {
    const { size } = inputs;
    const remedy =
        inputs["snapshotId"] === undefined
            ? ""
            : " To create a new, smaller volume from the snapshot, set allowShrinkByReplacement: true.";
    const isSmaller = typeof size === "number" && typeof current === "number" && size < current;
    // A size that was not edited is smaller only because the volume was resized outside of Pulumi.
    if (!isSmaller || size === declared || inputs["allowShrinkByReplacement"] === true) return [];
    return [
        {
            property: "size",
            value: size,
            reason: textOf`but the volume has ${{ property: "size", value: current }} GiB, and EC2 cannot shrink a volume. Specify at least that size, or remove size.${remedy}`,
        },
    ];
}

/** Rejects a replacement that cannot have the data of the volume although `carryData` demands it. */
export function checkCarrying(state: Properties, declared: Properties, inputs: Properties): CheckFailure[] {
    const { size, encrypted, region } = inputs;
    if (inputs["carryData"] === undefined || inputs["carryData"] === false) return [];
    const current = { property: "size", value: state["size"] };
    return [
        ...(region !== state["region"] && typeof region === "string" && typeof state["region"] === "string"
            ? [
                  {
                      property: "region",
                      value: region,
                      reason: "but carryData carries data within a region. Copy a snapshot with SnapshotCopy instead, or remove carryData.",
                  },
              ]
            : []),
        ...(isLess(size, state["size"]) &&
        size !== declared["size"] &&
        inputs["allowShrinkByReplacement"] === true
            ? [
                  {
                      property: "size",
                      value: size,
                      reason: textOf`but the volume has ${current} GiB, and carryData carries all of it. Specify at least that size, or remove carryData.`,
                  },
              ]
            : []),
        ...(encrypted === false && state["encrypted"] === true
            ? [
                  {
                      property: "encrypted",
                      value: false,
                      reason: "but the volume is encrypted, and so is everything that has its data. Remove encrypted or carryData.",
                  },
              ]
            : []),
    ];
}

function isLess(one: unknown, other: unknown): boolean {
    return typeof one === "number" && typeof other === "number" && one < other;
}

export function isUsable(state: unknown): boolean {
    return state === "available" || state === "in-use";
}
