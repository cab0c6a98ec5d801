/**
 * Describes the inputs and outputs of the emulator's own interface: recorded calls, settings, faults and states.
 *
 * @module
 */
/** Describes one call as the emulator received it; `status` is null until the call has a response. */
export interface Call {
    seq: number;
    /** Contains the emulator's time in ISO 8601. */
    time: string;
    region: string;
    account: string;
    service: string;
    action: string;
    /** Contains the query's parameters in the form of the wire format, such as `"Filter.1.Value.1"`. */
    params: Record<string, string>;
    /** Contains the caller's `User-Agent`, in which the SDK describes its runtime. */
    agent: string;
    status: number | null;
    /** Contains the code of the error, if the response is an error. */
    error: string | null;
    /** Contains the kind of fault that applied to this call. */
    fault: FaultKind | null;
}

export interface Settings {
    /** A new snapshot stays pending for this many seconds; the default is 0. */
    snapshotSeconds: number;
    /** New snapshots end in `error` with this message; by default (null) they do not fail. */
    snapshotError: string | null;
    /** A new volume stays creating for this many seconds; the default is 0. */
    volumeSeconds: number;
    /** New volumes fail or disappear after their creation; by default (null) they do neither. */
    volumeError: "error" | "vanish" | null;
    /** A modified volume keeps its old size and performance for this many seconds; the default is 0. */
    modifyingSeconds: number;
    /** A volume accepts this many modifications in a rolling 24 hours; the default is 4. */
    modificationsPerDay: number;
    /** A volume then stays optimizing for this many seconds; the default is 0. */
    optimizingSeconds: number;
    /** Modifications fail with this message; by default (null) they succeed. */
    modificationError: string | null;
    /** The initialization of a volume from its snapshot takes this many seconds; the default is 0. */
    initializationSeconds: number;
    /** A volume may have this many pending snapshots; the default is 5. */
    pendingPerVolume: number;
    /** A region accepts this many pending copies; the default is 20. */
    pendingCopies: number;
    volumeCopies: number;
    /** At least this many seconds must separate two snapshots of one volume; the default is 0, for no limit. */
    perVolumeRateSeconds: number;
    /** A snapshot still shows its former grants for this many seconds; the default is 0. */
    grantSeconds: number;
    /** Fast snapshot restore is enabled or disabled after this many seconds; the default is 0. */
    fastRestoreSeconds: number;
    /** A region accepts this many snapshots with fast snapshot restore; the default is 5. */
    fastRestoreLimit: number;
    /** A move to or from the archive takes this many seconds; the default is 0. */
    tieringSeconds: number;
    /** Moves to or from the archive fail with this message; by default (null) they succeed. */
    tieringError: string | null;
    /** Deleted snapshots can be restored for this many days; by default (0) they are deleted immediately. */
    recycleBinDays: number;
    /** EC2 returns "not found" for new ids for this many seconds; the default is 0. */
    newIdSeconds: number;
    /** A deregistered AMI keeps its snapshots in use for this many seconds; the default is 0. */
    imageReleaseSeconds: number;
    /**
     * A detached volume is shown as `detaching` (`busy` if forced) and in use for this many seconds; the default is 0.
     */
    detachingSeconds: number;
    /** DeleteVolume is then rejected for this many seconds, although the volume is not attached; the default is 0. */
    volumeInUseSeconds: number;
    /** A deleted volume is shown as `deleting` for this many seconds; the default is 0: it is not shown. */
    deletingSeconds: number;
    /**
     * DescribeSnapshots shows each member of CreateSnapshots this many seconds after the previous one, or after the
     * delay of each member in the list; the default is 0.
     */
    memberSeconds: number | number[];
    /** If false, `ListSnapshotsInRecycleBin` is an unknown action; the default is true. */
    recycleBinSupported: boolean;
    /** If true, an empty page follows every page of blocks that is not the last one; the default is false. */
    emptyBlockPages: boolean;
    /** A region accepts this many DLM policies; the default is 100. */
    dlmPolicies: number;
    dlmError: string | null;
    /** A seed makes the probability of faults reproducible; by default (null) it is random. */
    seed: number | null;
}

/**
 * Replaces EC2's response by an error, no response (`reset`, `hang`), a late one, malformed XML, or an empty body or an
 * HTML page with status 200. `without` omits the list from the response, `repeat` puts the same token into every page.
 */
export type FaultKind =
    "error" | "reset" | "delay" | "hang" | "malformed" | "empty" | "html" | "without" | "repeat";

/** Defines which calls fail, and how. Only the first rule that applies counts a call; later rules do not see it. */
export interface Fault {
    /** Names the action, such as `"CreateSnapshot"`; the default is `"*"`. */
    action?: string;
    /** Restricts the rule to calls that carry all of these parameters, such as `{ VolumeId: "vol-1" }`. */
    params?: Record<string, string>;
    /** Is between 0 and 1; the default is 1. */
    probability?: number;
    /** Limits how often the rule applies; by default (null) there is no limit. */
    times?: number | null;
    /** The rule skips this many matching calls first; the default is 0. */
    after?: number;
    /** Is `"after"` if EC2 acts and its response is lost; the default is `"before"`. */
    where?: "before" | "after";
    /** Defaults to `"error"`, with `code`, `message` and `status` (400). */
    kind?: FaultKind;
    code?: string;
    message?: string;
    status?: number;
    /** A `"delay"` takes this many seconds of real time. */
    seconds?: number;
}

/** Forces a snapshot's state; with `seconds` its state follows its age again, for this duration from its start. */
export interface SnapshotPatch {
    status?: "pending" | "completed" | "error" | "recoverable" | "recovering";
    progress?: string;
    statusMessage?: string;
    seconds?: number;
    /** Adds tags without EC2's checks, for keys such as `aws:dlm:lifecycle-policy-id`. */
    tags?: Record<string, string>;
}

export interface RestAnswer {
    status: number;
    body: Record<string, unknown>;
}
