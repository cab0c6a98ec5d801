/**
 * Reads the source snapshot of a volume, once per process, because its size and encryption never change.
 *
 * @module
 */
import type { Snapshot } from "@aws-sdk/client-ec2";
import { createCache, perObject } from "../aws/cache";
import { rejectUnencrypted } from "../aws/encryption";
import type { ResourceContext } from "../lifecycle/resource-context";
import { waitForSnapshot } from "../snapshot/wait";
import type { VolumeFromSnapshotInputs } from "../../schema/volume-from-snapshot";
import { typeOfNewVolume } from "../../schema/volume-checks";
import { withErrorContext } from "../aws/errors";
import { requestOptions, type VolumeSource } from "./create";
import { rejectArchived } from "../snapshot/storage-tier";
import { rejectUnusable } from "../snapshot/usable";
import { textOf, type CheckFailure, type Text } from "../../schema/failure";
import { UNKNOWN, type Properties } from "../../schema/values";

/** A snapshot that is not visible yet is read again. */
const snapshots = perObject(() =>
    createCache<Snapshot | undefined>({ isFinal: (observed) => observed !== undefined }),
);

export function sourceSnapshot(
    { ec2 }: Pick<ResourceContext, "ec2">,
    id: string,
): Promise<Snapshot | undefined> {
    return snapshots(ec2)(id, () => ec2.snapshots.read(id));
}

/** Returns how EC2 creates a volume from the snapshot. */
export function fromSnapshot(
    ctx: ResourceContext,
    inputs: VolumeFromSnapshotInputs,
    deadline: number,
): VolumeSource {
    const { snapshotId: SnapshotId } = inputs;
    const request = {
        ...requestOptions(inputs, typeOfNewVolume({ ...inputs })),
        SnapshotId,
        AvailabilityZone: inputs.availabilityZone,
        AvailabilityZoneId: inputs.availabilityZoneId,
        OutpostArn: inputs.outpostArn,
        VolumeInitializationRate: inputs.volumeInitializationRate,
    };
    return {
        send: (creation, options) =>
            ctx.ec2.send("CreateVolume", { ...request, ...creation }, { ...options, requires: "VolumeId" }),
        waitUntilReady: () =>
            withErrorContext(
                `waiting for snapshot ${SnapshotId}`,
                waitForSnapshot(ctx, SnapshotId, deadline),
            ),
    };
}

/** Validates the declared inputs against the snapshot: missing, failed, archived, or larger than the volume. */
export async function validateAgainstSource(
    ctx: ResourceContext,
    inputs: Properties,
): Promise<CheckFailure[]> {
    const { snapshotId: id, size, encrypted } = inputs;
    const hasSize = typeof size === "number";
    if (typeof id !== "string" || id === UNKNOWN) return [];
    const snapshot = await sourceSnapshot(ctx, id);
    const unusable = await rejectUnusable(ctx.ec2, "snapshotId", { id, snapshot });
    if (snapshot === undefined || unusable.length > 0) return unusable;
    const source = textOf`snapshot ${{ property: "snapshotId", value: id }}`;
    return [
        ...rejectArchived("snapshotId", id, snapshot),
        ...(hasSize ? checkSize(source, snapshot.VolumeSize ?? 0, size) : []),
        ...(encrypted === false
            ? await rejectUnencrypted(ctx.ec2, source, { isSourceEncrypted: snapshot.Encrypted === true })
            : []),
    ];
}

/** Returns the reason why a volume from this source, such as `snapshot snap-1`, cannot have this size. */
export function checkSize(source: Text, minimum: number, size: number): CheckFailure[] {
    if (size >= minimum) return [];
    const reason = textOf`but ${source} has ${String(minimum)} GiB. Specify at least that size, or remove size.`;
    return [{ property: "size", value: size, reason }];
}
