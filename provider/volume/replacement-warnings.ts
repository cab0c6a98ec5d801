/**
 * Formats what a replacement does to a volume.
 *
 * @module
 */
import { joinTexts, textOf, type Mention, type Text } from "../../schema/failure";
import { finalSnapshotOf, isDataCarried } from "../../schema/retention";
import type { Properties } from "../../schema/values";
import type { SizedOptions } from "../../schema/volume";
import { messageOf } from "../aws/errors";
import type { ResourceContext } from "../lifecycle/resource-context";
import { refusal } from "./carry";
import { attachmentsOf } from "./delete";

interface Replacement {
    state: Properties;
    inputs: Partial<SizedOptions>;
}

/** Returns what a replacement does that loses the data. */
export async function lossWarning(
    ctx: ResourceContext,
    id: string,
    { state, inputs, source }: Replacement & { source: Text },
): Promise<Text> {
    const isFinal = (finalSnapshotOf<unknown>(state, inputs) ?? false) !== false;
    const carry = canCarry(state, inputs) ? "carryData: true to move the data to the new volume, or " : "";
    const final = isFinal
        ? "A final snapshot will be taken first."
        : `Set ${carry}finalSnapshot: true to take a snapshot first.`;
    const attachment = await attachmentWarning(ctx, id);
    return textOf`replacement will delete volume ${id} (${formatFacts(state)}) and create a new one from ${source}; data written since then will be lost. ${final}${attachment}`;
}

function canCarry(state: Properties, inputs: Partial<SizedOptions>): boolean {
    const { size } = state;
    const isSmaller = typeof size === "number" && inputs.size !== undefined && inputs.size < size;
    return !isSmaller && isDataCarried({ state, inputs: { ...inputs, carryData: true } });
}

/** Returns what a replacement does that carries the data. */
export async function carryingWarning(
    ctx: ResourceContext,
    id: string,
    { state, inputs }: Replacement,
): Promise<Text> {
    const size = Math.max(inputs.size ?? 0, typeof state["size"] === "number" ? state["size"] : 0);
    const attached = await readAttachments(ctx, id);
    const effect =
        inputs.carryData === "crashConsistent"
            ? `It is attached to ${attached}: what is written after the snapshot has begun is not carried, and it must be detached before it is deleted.`
            : `\`pulumi up\` refuses, because ${refusal(attached)}`;
    return textOf`replacement will carry the data of volume ${id} (${formatFacts(state)}): it takes a snapshot, which takes minutes to hours, creates a volume of ${mentionSize(size)} GiB from it, and deletes volume ${id} and the snapshot last.${attached === "" ? "" : ` ${effect}`}`;
}

export function mentionSize(value: unknown): Mention {
    return { property: "size", value };
}

/** Formats a volume in the state, such as `8 GiB, us-east-1a, created 2026-01-01T00:00:00.000Z`. */
function formatFacts({ size, availabilityZone: zone, createTime }: Properties): Text {
    return joinTexts([
        ...(size === undefined ? [] : [textOf`${mentionSize(size)} GiB`]),
        ...(zone === undefined ? [] : [textOf`${{ property: "availabilityZone", value: zone }}`]),
        ...(typeof createTime === "string" ? [`created ${createTime}`] : []),
    ]);
}

/** Returns the attachments for a message; the text is empty if they cannot be read. */
function readAttachments(ctx: ResourceContext, id: string): Promise<string> {
    return ctx.ec2.volumes.read(id).then(attachmentsOf, () => "");
}

async function attachmentWarning(ctx: ResourceContext, id: string): Promise<string> {
    try {
        const attached = attachmentsOf(await ctx.ec2.volumes.read(id));
        return attached === "" ? "" : ` It is attached to ${attached} and must be detached first.`;
    } catch (error) {
        return ` Its attachments could not be read (${messageOf(error)}).`;
    }
}
