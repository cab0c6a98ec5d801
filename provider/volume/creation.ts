/**
 * Making a volume, once.
 *
 * @module
 */
import { createHash, randomUUID } from "node:crypto";
import type { CreateVolumeRequest, EC2Client, Volume } from "@aws-sdk/client-ec2";
import { completed } from "../completion";
import { Ec2Error } from "../ec2/errors";
import { toTags } from "../ec2/tagging";
import { claimTag, stackTag, tagOf, type TagMap } from "../ec2/tags";
import type { Act } from "../resource";

export interface Creation {
    /** Without tags and token. */
    request: CreateVolumeRequest & { SnapshotId: string };
    tags: TagMap;
    /** The same when an interrupted run is repeated. */
    attempt: string;
    deadline: number;
}

/** Tells the calls of this process from those of an earlier one that was interrupted. */
const nonce = randomUUID().slice(0, 8);

/** The claim that a volume carries, without the mark of the process. */
export function claimOn(volume: Volume): string | undefined {
    return tagOf(volume, claimTag)?.split("/")[0];
}

/**
 * Makes a volume. A call whose answer is lost, or that an interrupted run has under way, makes no second one: the token
 * is the same. But EC2 answers a token for hours with the same volume, also when that has failed, is deleted, or
 * belongs to a state; so a token that an earlier process has used counts only if what it made is still unclaimed.
 */
export async function created(act: Act, creation: Creation): Promise<Made> {
    try {
        return await withTokens(act, creation, 0);
    } catch (error) {
        if (!(error instanceof Ec2Error) || error.code !== "IncorrectState") throw error;
        await snapshotCompleted(act, creation);
        return withTokens(act, creation, act.cloud.clock.now() + appearance);
    }
}

type Made = Volume & { VolumeId: string };

/** How long EC2 may take to know everywhere that the snapshot is completed. */
const appearance = 60_000;

async function snapshotCompleted(act: Act, { request: { SnapshotId: id }, deadline }: Creation) {
    try {
        await completed(act, id, deadline);
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`waiting for snapshot ${id}: ${reason}`, { cause: error });
    }
}

async function withTokens(act: Act, creation: Creation, pendingUntil: number): Promise<Made> {
    const { [claimTag]: claim = "", [stackTag]: stack = "" } = creation.tags;
    const mark = `${claim}/${nonce}`;
    const tags = { ...creation.tags, [claimTag]: mark };
    for (let used = 0; ; used++) {
        const token = createHash("sha256")
            .update(`${creation.attempt},${String(used)}`)
            .digest("hex");
        const volume = await answered(act, creation, tags, token.slice(0, 32), pendingUntil);
        if (volume !== undefined && (volume.Tags === undefined || tagOf(volume, claimTag) === mark))
            return volume;
        const begun = await unclaimed(act, stack, claim);
        if (begun !== undefined) return begun;
    }
}

/** What EC2 answers; nothing where the token was used with other parameters: by another process, since its mark differs. */
async function answered(
    act: Act,
    { request, deadline }: Creation,
    tags: TagMap,
    ClientToken: string,
    pendingUntil: number,
): Promise<Made | undefined> {
    const { CreateVolumeCommand } = await import("@aws-sdk/client-ec2");
    const TagSpecifications = [{ ResourceType: "volume" as const, Tags: toTags(tags) }];
    const command = new CreateVolumeCommand({ ...request, ClientToken, TagSpecifications });
    const send = async (ec2: EC2Client) => {
        await act.stillHeard();
        return ec2.send(command);
    };
    try {
        const { VolumeId, ...volume } = await act.cloud.call("CreateVolume", send, {
            deadline,
            passes: ({ code }) => code === "IncorrectState" && act.cloud.clock.now() < pendingUntil,
            delayed: ({ code, words }) => {
                act.status(`waiting to begin: ${code}: ${words}`);
            },
        });
        if (VolumeId === undefined) throw new Error("EC2 answered without the id of a volume");
        return { VolumeId, ...volume };
    } catch (error) {
        if (error instanceof Ec2Error && error.code === "IdempotentParameterMismatch") return undefined;
        throw error;
    }
}

/** EC2 may show a moment later what a call that was under way has made. */
const looks = [0, 1_000];

/** The volume of an interrupted attempt that no state holds. */
async function unclaimed(act: Act, stack: string, claim: string): Promise<Made | undefined> {
    for (const pause of looks) {
        await act.cloud.clock.sleep(pause);
        const found = await act.cloud.volumes.claimed(stack, true);
        const mine = [...found].find(([, volume]) => claimOn(volume) === claim && isWhole(volume));
        if (mine !== undefined) return { ...mine[1], VolumeId: mine[0] };
    }
    return undefined;
}

/** What has failed, or is about to go, is nobody's. */
function isWhole({ State }: Volume): boolean {
    return State === "creating" || State === "available" || State === "in-use";
}
