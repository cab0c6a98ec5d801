/**
 * Manages volumes, whatever they are created from.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-creating-volume.html
 *
 * @module
 */
import type { CheckFailure, Text } from "../../schema/failure";
import { finalSnapshotOf, hasNoData, isDataCarried } from "../../schema/retention";
import { checkStandard } from "../../schema/tags";
import { defined, type Properties } from "../../schema/values";
import { checkCarrying, isUsable } from "../../schema/volume-checks";
import { deadlineOf } from "../aws/clock";
import { isSameKey } from "../aws/kms";
import { formatPlace } from "../aws/place";
import { withLastObserved } from "../aws/poll";
import { visibleTags } from "../aws/tags";
import type { ResourceContext } from "../lifecycle/resource-context";
import { importIdOf } from "../lifecycle/resource";
import type { TagCarrier } from "../lifecycle/tags/carriers";
import { creationTags } from "../lifecycle/tags/creation";
import { optionsFromTags } from "../lifecycle/tags/options";
import { findCarried, openCarried } from "./carried-volume";
import { hasCarriedData } from "./carry";
import { createVolume, type VolumeSource } from "./create";
import { modifyVolume } from "./modify";
import { declarationOf, suggestGrowing, withSource, type Observed } from "./state";
import { carryingWarning, lossWarning } from "./replacement-warnings";
import { isOn, sharedHooks, type Inputs, type Volume } from "./shared-hooks";

/** Defines the volumes of one kind of source: a snapshot, or another volume. */
export interface VolumeKind<Given extends Inputs> extends Required<
    Pick<Volume<Given>, "type" | "describe" | "matchesInputs" | "tagSources" | "validateRemote">
> {
    /** Check calls it for what only this kind has. */
    check: (inputs: Properties, olds: Properties) => CheckFailure[];
    /** Returns the source in messages, such as `snapshot snap-1`. */
    formatSource: (inputs: Partial<Given>) => Text;
    /** Returns how EC2 creates a volume from the source. */
    open: (ctx: ResourceContext, inputs: Given, deadline: number) => Promise<VolumeSource>;
    /** Returns the size of the source in GiB. */
    sizeOf: (ctx: ResourceContext, inputs: Given) => Promise<number | undefined>;
    /** Returns the source with its tags if the inputs copy them, as soon as EC2 shows it. */
    readTagged: (ctx: ResourceContext, inputs: Given) => Promise<TagCarrier | undefined>;
    /** Returns the inputs of an imported volume that only this kind has; it fails for a volume of another source. */
    importFrom: (observed: Observed) => Given;
}

/** Defines the resource of a kind of volumes. */
export function volumeOf<Given extends Inputs>(kind: VolumeKind<Given>): Volume<Given> {
    const complete = (ctx: ResourceContext, inputs: Given, volume: Observed) =>
        withSource(ctx, volume, () => kind.sizeOf(ctx, inputs));
    return {
        ...sharedHooks,
        type: kind.type,
        isEquivalent: { kmsKeyId: isSameKey } as Volume<Given>["isEquivalent"] & object,
        describe: kind.describe,
        check: ({ inputs, configuration, olds }) => [
            ...checkStandard(inputs, configuration),
            ...kind.check(inputs, olds),
            ...checkCarrying(olds, olds, inputs),
        ],
        validateRemote(args) {
            const { former, inputs, isAdopted } = args;
            // The source of a volume whose data are carried may no longer exist; a new volume has no data yet.
            const isCarried = Object.keys(former).length > 0 && isDataCarried({ state: former, inputs });
            return isCarried || isAdopted ? Promise.resolve([]) : kind.validateRemote(args);
        },
        matchesInputs: ({ inputs, observed }) =>
            kind.matchesInputs({ inputs, observed }) || (isOn(inputs.carryData) && hasCarriedData(observed)),
        tagSources: kind.tagSources,

        async create({ ctx, inputs, ownTags, attempt, findReplaced }) {
            const { clock } = ctx.ec2;
            const carried = isOn(inputs.carryData) ? await findCarried(inputs, findReplaced) : undefined;
            const { tagged, open } =
                carried === undefined
                    ? {
                          tagged: await kind.readTagged(ctx, inputs),
                          open: () => kind.open(ctx, inputs, deadlineOf(clock, inputs)),
                      }
                    : await openCarried(ctx, carried, inputs);
            const volume = await createVolume(ctx, {
                source: await open(),
                carriedFrom: carried?.id,
                tags: creationTags(ctx, { ...(inputs as Inputs) }, { source: tagged, internal: ownTags }),
                attempt,
                deadline: deadlineOf(clock, inputs),
            });
            const sourceSize =
                carried?.observed.Size ?? (inputs.size === undefined ? volume.Size : undefined);
            const withSize = sourceSize === undefined ? volume : { ...volume, snapshotSize: sourceSize };
            const observed = await complete(ctx, inputs, withSize);
            suggestGrowing(ctx, observed);
            return { id: volume.VolumeId, observed };
        },

        async update({ ctx, id, observed, inputs }) {
            const deadline = deadlineOf(ctx.ec2.clock, inputs);
            const now = await withLastObserved(
                observed,
                modifyVolume(ctx, id, { current: observed, desired: inputs, deadline }),
            );
            const known = await complete(ctx, inputs, { ...observed, ...now });
            if (known.Size !== observed.Size) suggestGrowing(ctx, known);
            return known;
        },

        replacing: {
            async warning({ ctx, id, state, inputs }) {
                if (hasNoData({ ...state })) return undefined;
                const isCarried = isDataCarried({ state: { ...state }, inputs: { ...inputs } });
                const args = { state: { ...state }, inputs: inputs as Partial<Inputs> };
                return isCarried
                    ? carryingWarning(ctx, id, args)
                    : lossWarning(ctx, id, { ...args, source: kind.formatSource(inputs) });
            },

            describeForced({ state, inputs }) {
                if (isDataCarried({ state: { ...state }, inputs: { ...inputs } }))
                    return "will be deleted after the new one has its data.";
                return isOn(finalSnapshotOf(state, inputs))
                    ? "will be deleted after a final snapshot of it completes."
                    : undefined;
            },

            async waitForReplacement({ ctx, replacement: { id } }) {
                const observed = await ctx.ec2.volumes.read(id);
                if (isUsable(observed?.State)) return;
                const found = observed?.State ?? `not found in ${await formatPlace(ctx.ec2)}`;
                throw new Error(`it is retained because its replacement ${id} is ${found}`);
            },
        },

        importId: importIdOf("a volume", "vol"),
        async findImported({ ctx, id }) {
            const observed = await ctx.ec2.volumes.read(id);
            if (observed === undefined) return undefined;
            const source = kind.importFrom(observed);
            const options = optionsFromTags(visibleTags(observed.Tags, ctx.configuration), ctx.configuration);
            const { snapshotSize, ownerId } = await complete(ctx, source, observed);
            return {
                id,
                inputs: { ...source, ...declarationOf(observed), ...options },
                known: defined({ snapshotSize, ownerId }),
            };
        },
    };
}
