/**
 * Creates a volume exactly once.
 *
 * @module
 */
import { createHash, randomUUID } from "node:crypto";
import type { TagSpecification, Volume, VolumeType } from "@aws-sdk/client-ec2";
import { Ec2Error } from "../aws/errors";
import type { RetryOptions } from "../aws/retry";
import { reportDelay } from "../snapshot/report-delay";
import { toTags } from "../aws/write-tags";
import { tagOf } from "../aws/tags";
import { claimTag, stackTag, type TagMap } from "../../schema/tags";
import type { SizedOptions } from "../../schema/volume";
import type { ResourceContext } from "../lifecycle/resource-context";

/** The members that every request for a volume has. */
export interface CreationRequest {
    ClientToken: string;
    TagSpecifications: TagSpecification[];
}

/** Defines how EC2 creates a volume from its source. */
export interface VolumeSource {
    /** Sends the request, and returns EC2's answer. */
    send: (request: CreationRequest, options: RetryOptions) => Promise<Volume>;
    /** Waits until EC2 can create a volume from the source; its error `IncorrectState` calls for that. */
    waitUntilReady: () => Promise<unknown>;
}

/** Returns the members of a request that do not depend on the source. */
export function requestOptions(inputs: SizedOptions, type: string | undefined) {
    const { size, iops, throughput, multiAttachEnabled, encrypted, kmsKeyId } = inputs;
    return {
        Size: size,
        VolumeType: type as VolumeType | undefined,
        Iops: iops,
        Throughput: throughput,
        MultiAttachEnabled: multiAttachEnabled,
        Encrypted: encrypted ?? (kmsKeyId === undefined ? undefined : true),
        KmsKeyId: kmsKeyId,
    };
}

export interface Creation {
    source: VolumeSource;
    /** The id of the volume whose data the new one has; the claim contains it. */
    carriedFrom?: string | undefined;
    tags: TagMap;
    /** Identifies the attempt; it is equal when an interrupted run is repeated. */
    attempt: string;
    deadline: number;
}

/** Distinguishes the calls of this process from those of an earlier process that was interrupted. */
const nonce = randomUUID().slice(0, 8);

/** Returns the claim on a volume, without the nonce of the process. */
export function claimOn(volume: Volume): string | undefined {
    return tagOf(volume, claimTag)?.split("/")[0];
}

/**
 * Creates a volume. A call whose answer was lost, or that an interrupted run has in progress, has the same client
 * token, so that no second volume is created. For hours, EC2 returns the same volume for a token, even if that volume
 * failed, was deleted, or belongs to a state. Therefore a token of an earlier process counts only if its volume is
 * still unclaimed.
 */
export async function createVolume(ctx: ResourceContext, creation: Creation): Promise<CreatedVolume> {
    try {
        return await createWithTokens(ctx, creation, 0);
    } catch (error) {
        if (!(error instanceof Ec2Error) || error.code !== "IncorrectState") throw error;
        await creation.source.waitUntilReady();
        return createWithTokens(ctx, creation, ctx.ec2.clock.now() + visibilityTimeoutMs);
    }
}

type CreatedVolume = Volume & { VolumeId: string };

/** All of EC2 shows the source as ready within this time. */
const visibilityTimeoutMs = 60_000;

async function createWithTokens(
    ctx: ResourceContext,
    creation: Creation,
    pendingUntil: number,
): Promise<CreatedVolume> {
    const { [claimTag]: claim = "", [stackTag]: stack = "" } = creation.tags;
    const { carriedFrom } = creation;
    const claimValue = `${claim}/${nonce}${carriedFrom === undefined ? "" : `/${carriedFrom}`}`;
    const tags = { ...creation.tags, [claimTag]: claimValue };
    for (let attempt = 0; ; attempt++) {
        const token = createHash("sha256")
            .update(`${creation.attempt},${String(attempt)}`)
            .digest("hex");
        const volume = await requestVolume(ctx, creation, {
            tags,
            ClientToken: token.slice(0, 32),
            pendingUntil,
        });
        if (volume !== undefined && (volume.Tags === undefined || tagOf(volume, claimTag) === claimValue))
            return volume;
        const unclaimed = await findUnclaimed(ctx, stack, claim);
        if (unclaimed !== undefined) return unclaimed;
    }
}

/** Returns EC2's answer; undefined if another process used the token, because the nonce in its tags differs. */
async function requestVolume(
    ctx: ResourceContext,
    { source, deadline }: Creation,
    { tags, ClientToken, pendingUntil }: { tags: TagMap; ClientToken: string; pendingUntil: number },
): Promise<CreatedVolume | undefined> {
    const TagSpecifications = [{ ResourceType: "volume" as const, Tags: toTags(tags) }];
    try {
        const options: RetryOptions = {
            deadline,
            mayBeNew: true,
            isRetryable: ({ code }) => code === "IncorrectState" && ctx.ec2.clock.now() < pendingUntil,
            onRetry: reportDelay(ctx),
        };
        const { VolumeId = "", ...volume } = await source.send({ ClientToken, TagSpecifications }, options);
        return { VolumeId, ...volume };
    } catch (error) {
        if (error instanceof Ec2Error && error.code === "IdempotentParameterMismatch") return undefined;
        throw error;
    }
}

/** The lookups wait, because EC2 may show a new volume only a moment later. */
const lookupDelaysMs = [0, 1_000];

/** Finds the volume of an interrupted attempt that no state contains. */
async function findUnclaimed(
    ctx: ResourceContext,
    stack: string,
    claim: string,
): Promise<CreatedVolume | undefined> {
    for (const pause of lookupDelaysMs) {
        await ctx.ec2.clock.sleep(pause);
        const found = await ctx.ec2.volumes.findClaimed(stack, { isFresh: true });
        const match = [...found].find(([, volume]) => claimOn(volume) === claim && isLive(volume));
        if (match !== undefined) return { ...match[1], VolumeId: match[0] };
    }
    return undefined;
}

/** A volume that failed or is being deleted cannot be claimed. */
function isLive({ State }: Volume): boolean {
    return State === "creating" || State === "available" || State === "in-use";
}
