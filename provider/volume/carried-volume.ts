/**
 * Creates a volume that has the data of the one that it replaces.
 *
 * @module
 */
import { hasNoData, isDataCarried } from "../../schema/retention";
import { copyTagsOption } from "../../schema/tags";
import { nameOf, typeOf } from "../../schema/urn";
import { defined } from "../../schema/values";
import type { SizedOptions } from "../../schema/volume";
import type { VolumeFromSnapshotInputs } from "../../schema/volume-from-snapshot";
import { deadlineOf } from "../aws/clock";
import { ownersOf } from "../lifecycle/ownership";
import type { RemoteCheckArgs } from "../lifecycle/resource";
import type { ReplacedState } from "../lifecycle/replacement-hooks";
import type { ResourceContext } from "../lifecycle/resource-context";
import { carryData } from "./carry";
import { fromSnapshot } from "./source-snapshot";
import { declarationOf, type Observed } from "./state";

/**
 * Reports whether a declared volume will have the data of one that it replaces, so that its source may no longer exist.
 * With `--replace`, the engine passes no inputs of the state, and only an owner tag shows that there is such a volume.
 */
export async function willBeCarried({ ctx, inputs, former }: RemoteCheckArgs): Promise<boolean> {
    if (Object.keys(former).length > 0) return isDataCarried({ state: former, inputs });
    if (!isDataCarried({ state: inputs, inputs })) return false;
    const ownName = `::${typeOf(ctx.urn)}::${nameOf(ctx.urn)} @`;
    const found = await ctx.ec2.volumes.findOwned(ctx.stack);
    return [...found].some(
        ([id, { State: state, Tags: tags }]) =>
            !hasNoData({ state }) && ownersOf({ id, tags }).some(({ name }) => name.includes(ownName)),
    );
}

/** Returns the volume whose data the new one is to have. */
export async function findCarried(
    inputs: SizedOptions,
    findReplaced: () => Promise<ReplacedState<Observed> | undefined>,
): Promise<ReplacedState<Observed> | undefined> {
    const replaced = await findReplaced();
    const isCarried = replaced && isDataCarried({ state: replaced.inputs, inputs: { ...inputs } });
    return isCarried === true ? replaced : undefined;
}

/** Takes the snapshot that carries the data, and returns how EC2 creates the new volume from it. */
export async function openCarried(
    ctx: ResourceContext,
    carried: ReplacedState<Observed>,
    inputs: SizedOptions,
) {
    const { clock } = ctx.ec2;
    const { id, observed } = carried;
    const snapshotId = await carryData(ctx, carried, {
        isCrashConsistent: inputs.carryData === "crashConsistent",
        deadline: deadlineOf(clock, inputs),
    });
    const given = inputsOfCarried(inputs, observed, snapshotId);
    return {
        tagged: copyTagsOption({ ...inputs }) === undefined ? undefined : { id, tags: observed.Tags },
        open: () => Promise.resolve(fromSnapshot(ctx, given, deadlineOf(clock, inputs))),
    };
}

/** Returns the inputs of the new volume: figures that are not declared are those of the replaced one. */
function inputsOfCarried(
    inputs: SizedOptions,
    observed: Observed,
    snapshotId: string,
): VolumeFromSnapshotInputs {
    const { volumeType, iops, throughput, multiAttachEnabled } = declarationOf(observed);
    const isSameType = inputs.volumeType === undefined || inputs.volumeType === volumeType;
    const figures = isSameType ? { volumeType, iops, throughput, multiAttachEnabled } : {};
    const zone = "availabilityZoneId" in inputs ? {} : { availabilityZone: observed.AvailabilityZone };
    const size = Math.max(inputs.size ?? 0, observed.Size ?? 0);
    // The figures of a volume have the types of the inputs.
    const kept = defined({ ...figures, ...zone }) as Partial<VolumeFromSnapshotInputs>;
    return { ...kept, ...inputs, snapshotId, size };
}
