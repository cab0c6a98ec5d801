/**
 * Composes the messages that the provider adds to a preview.
 *
 * @module
 */
/** Returns the warning for a replaced resource that is deleted or retained. */
export const goes = (resource: string, when = "warning: ") =>
    `${when}replacement will delete ${resource} after the new one completes. To keep it, set keepReplaced: true.`;
export const stays = (resource: string) =>
    `warning: replacement will retain ${resource} in the account; Pulumi will no longer manage it`;
export const taken = "snapshot ? (of volume vol-1, created ?, 8 GiB)";
export const copied = "snapshot ? (of snapshot snap-1 in us-east-1, created ?, 8 GiB)";
export const set = "set ? (2 snapshots of instance i-1, created ?)";
export const carryOrFinal =
    "Set carryData: true to move the data to the new volume, or finalSnapshot: true to take a snapshot first.";
export const volumeGoes = (
    size: number,
    from = "snapshot snap-1",
    final = "Set finalSnapshot: true to take a snapshot first.",
) =>
    `replacement will delete volume ? (${size} GiB, us-east-1a, created ?) and create a new one from ${from}; ` +
    `data written since then will be lost. ${final}`;
export const ifAnother = (property: string) =>
    `warning: ${property} is not known yet: if it turns out to be another one, `;
export const revokes = (account: string) =>
    `warning: revokes the access of ${account} to ?, unless another share declares it`;
