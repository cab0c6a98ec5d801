/**
 * Defines the values that the filters of snapshots accept, for the functions and for the command line.
 *
 * @module
 */
import { matching, oneOf } from "./validators";

/** The states of a snapshot. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html */
export const snapshotStates = ["pending", "completed", "error", "recoverable", "recovering"] as const;

export const stateFilter = oneOf(...snapshotStates);

/** Accepts the id of a volume, and any text with a wildcard, which EC2 matches with ids. */
export const volumeIdFilter = matching(
    { valueType: "string", expected: 'an id such as "vol-0123456789abcdef0"' },
    (value) => typeof value === "string" && (/^vol-[0-9a-f]+$/.test(value) || /[*?]/.test(value)),
);
