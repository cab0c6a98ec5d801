import {
    CreateSnapshotCommand,
    CreateVolumeCommand,
    DeleteSnapshotCommand,
    DescribeSnapshotsCommand,
    DescribeVolumesCommand,
    EC2Client,
    type Snapshot,
    type Tag,
    type Volume,
} from "@aws-sdk/client-ec2";
import type { EmulatorProcess } from "./start.mjs" with { "resolution-mode": "import" };

/** Describes one call as the emulator received it; `status` is null until the call has an answer. */
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
    /** Contains the code of the error, if the answer is an error. */
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
    /** A modified volume keeps its old figures for this many seconds; the default is 0. */
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
    /** Deleted snapshots can be restored for this many days; by default (0) they are deleted at once. */
    recycleBinDays: number;
    /** EC2 answers "not found" to new ids for this many seconds; the default is 0. */
    newIdSeconds: number;
    /** A deregistered AMI keeps its snapshots in use for this many seconds; the default is 0. */
    imageReleaseSeconds: number;
    /**
     * A detached volume is shown as `detaching` (`busy` if forced) and in use for this many seconds; the default is 0.
     */
    detachingSeconds: number;
    /** DeleteVolume is then rejected for this many seconds, though nothing is attached; the default is 0. */
    volumeInUseSeconds: number;
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
 * Replaces EC2's answer by an error, by no answer (`reset`, `hang`), a late one, broken XML, or an empty body or an
 * HTML page with status 200. `without` omits the set from EC2's answer, `repeat` puts the same token into every page.
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
    /** Is `"after"` if EC2 acts and its answer is lost; the default is `"before"`. */
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

/** The emulator's own credentials belong to this account. */
export const defaultAccount = "123456789012";

const region = "us-east-1";

/** Starts a separate emulator, which ends with `stop()` or with this process. */
export async function startEmulator(): Promise<Emulator> {
    const { startEmulatorProcess } = await import("./start.mjs");
    return new Emulator(await startEmulatorProcess());
}

export class Emulator {
    readonly endpoint: string;
    readonly pid: number;
    readonly #process: EmulatorProcess;

    constructor(started: EmulatorProcess) {
        this.endpoint = started.endpoint;
        this.pid = started.pid;
        this.#process = started;
    }

    /** Returns this process's environment with the emulator's credentials, and without the user's settings for AWS. */
    env(): Record<string, string> {
        const env: Record<string, string> = {};
        for (const [name, value] of Object.entries(process.env)) {
            if (value !== undefined && !name.startsWith("AWS_")) env[name] = value;
        }
        return {
            ...env,
            AWS_ACCESS_KEY_ID: accessKey(defaultAccount),
            AWS_SECRET_ACCESS_KEY: "test",
            AWS_REGION: region,
            AWS_EC2_METADATA_DISABLED: "true",
            // These files do not exist: without them the SDK would read those in the user's home.
            AWS_CONFIG_FILE: "/nonexistent/config",
            AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
        };
    }

    /** Returns the stack configuration that directs the `aws` provider's keys to the emulator. */
    pulumiConfig(): Record<string, string> {
        return {
            "aws:region": region,
            // Tests count calls, so that the verification is off; a test of the verification enables it.
            "aws:skipCredentialsValidation": "true",
            "aws:endpoints": JSON.stringify([
                {
                    ec2: this.endpoint,
                    sts: this.endpoint,
                    kms: this.endpoint,
                    organizations: this.endpoint,
                },
            ]),
        };
    }

    /** Creates a client of any account in any region, without the SDK's retries so that every call counts. */
    ec2(options: { region?: string; account?: string; maxAttempts?: number } = {}): EC2Client {
        return new EC2Client({
            endpoint: this.endpoint,
            region: options.region ?? region,
            credentials: {
                accessKeyId: accessKey(options.account ?? defaultAccount),
                secretAccessKey: "test",
            },
            maxAttempts: options.maxAttempts ?? 1,
        });
    }

    async createVolume(
        options: { size?: number; az?: string; tags?: Record<string, string>; encrypted?: boolean } = {},
    ): Promise<string> {
        const tags: Tag[] = Object.entries(options.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
        const volume = await this.#ask((client) =>
            client.send(
                new CreateVolumeCommand({
                    AvailabilityZone: options.az ?? `${region}a`,
                    Size: options.size ?? 1,
                    Encrypted: options.encrypted ?? false,
                    ...(tags.length > 0 && { TagSpecifications: [{ ResourceType: "volume", Tags: tags }] }),
                }),
            ),
        );
        if (volume.VolumeId === undefined) throw new Error("the emulator made a volume without an id");
        return volume.VolumeId;
    }

    /** Returns all snapshots of the default account. */
    async snapshots(): Promise<Snapshot[]> {
        const { Snapshots } = await this.#ask((client) =>
            client.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] })),
        );
        return Snapshots ?? [];
    }

    /** Returns all volumes of the default account. */
    async volumes(): Promise<Volume[]> {
        const { Volumes } = await this.#ask((client) => client.send(new DescribeVolumesCommand({})));
        return Volumes ?? [];
    }

    /** Creates a snapshot outside of Pulumi. */
    async createSnapshot(volumeId: string, tags: Tag[] = []): Promise<string> {
        const made = await this.#ask((client) =>
            client.send(
                new CreateSnapshotCommand({
                    VolumeId: volumeId,
                    ...(tags.length > 0 && { TagSpecifications: [{ ResourceType: "snapshot", Tags: tags }] }),
                }),
            ),
        );
        return made.SnapshotId ?? "";
    }

    /** Deletes a snapshot outside of Pulumi. */
    async deleteSnapshot(id: string): Promise<void> {
        await this.#ask((client) => client.send(new DeleteSnapshotCommand({ SnapshotId: id })));
    }

    async #ask<Answer>(request: (client: EC2Client) => Promise<Answer>): Promise<Answer> {
        const client = this.ec2();
        try {
            return await request(client);
        } finally {
            client.destroy();
        }
    }

    async calls(filter: (call: Call) => boolean = () => true): Promise<Call[]> {
        return ((await this.#control("GET", "calls")) as Call[]).filter(filter);
    }

    async count(action: string): Promise<number> {
        return (await this.calls((call) => call.action === action)).length;
    }

    async clearCalls(): Promise<void> {
        await this.#control("DELETE", "calls");
    }

    /** Changes the given settings and keeps the others. */
    async set(settings: Partial<Settings>): Promise<Settings> {
        return (await this.#control("PUT", "settings", settings)) as Settings;
    }

    /** Replaces the current rules; an empty list removes all of them. */
    async faults(rules: Fault[]): Promise<void> {
        await this.#control("PUT", "faults", rules);
    }

    async snapshot(id: string, patch: SnapshotPatch): Promise<void> {
        await this.#control("POST", `snapshots/${id}`, patch);
    }

    /** Adds tags to a snapshot or volume as other AWS services do, also with `aws:` keys. */
    async tag(id: string, tags: Record<string, string>): Promise<void> {
        await this.#control("POST", `tags/${id}`, tags);
    }

    /**
     * Defines the blocks of a snapshot for the EBS direct APIs: a text represents the content of each block, by index.
     */
    async blocks(snapshotId: string, blocks: Record<number, string>): Promise<void> {
        await this.#control("PUT", `blocks/${snapshotId}`, blocks);
    }

    /** Calls a REST service; the signature contains the account and the service and is not verified. */
    async rest(service: "dlm" | "ebs", method: string, path: string, body?: unknown): Promise<RestAnswer> {
        const scope = `${accessKey(defaultAccount)}/20260101/${region}/${service}/aws4_request`;
        const response = await fetch(`${this.endpoint}${path}`, {
            method,
            headers: { Authorization: `AWS4-HMAC-SHA256 Credential=${scope}` },
            ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    }

    /** Creates an IAM user of the default account with permission for only these actions; returns an access key. */
    async user(name: string, actions: string[]): Promise<{ accessKey: string; secretKey: string }> {
        const key = await this.#control("POST", `users/${name}`, { actions });
        return key as { accessKey: string; secretKey: string };
    }

    /** Advances the emulator's clock: everything in it ages by this duration at once. */
    async advance(seconds: number): Promise<void> {
        await this.#control("POST", "clock", { advance: seconds });
    }

    /**
     * Creates volumes of the default account, and this number of snapshots that were created by hand or deleted into
     * the Recycle Bin, without one call for each. Returns the ids of the volumes.
     */
    async seed(amounts: { volumes?: number; snapshots?: number; recycled?: number }): Promise<string[]> {
        return ((await this.#control("POST", "seed", amounts)) as { volumes: string[] }).volumes;
    }

    /** Resets the emulator: it removes resources, calls and faults, and restores the initial settings and clock. */
    async reset(): Promise<void> {
        await this.#control("POST", "reset");
    }

    async stop(): Promise<void> {
        await this.#process.stop();
    }

    async #control(method: string, path: string, body?: unknown): Promise<unknown> {
        const response = await fetch(`${this.endpoint}/_emulator/${path}`, {
            method,
            ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`emulator: ${method} ${path}: ${text}`);
        return JSON.parse(text);
    }
}

/** Returns an access key that contains its account for the emulator. */
function accessKey(account: string): string {
    return `AKIATEST${account}`;
}
