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

/** One call as the emulator saw it; `status` is null while, and if, it has no answer. */
export interface Call {
    seq: number;
    /** In the emulator's time, ISO 8601. */
    time: string;
    region: string;
    account: string;
    service: string;
    action: string;
    /** The query's parameters as they are on the wire, e.g. `"Filter.1.Value.1"`. */
    params: Record<string, string>;
    /** The caller's `User-Agent`, in which the SDK says what it runs on. */
    agent: string;
    status: number | null;
    /** The code of the error, if it was answered with one. */
    error: string | null;
    /** The kind of fault that struck this call. */
    fault: FaultKind | null;
}

export interface Settings {
    /** Seconds that a new snapshot stays pending; 0 by default. */
    snapshotSeconds: number;
    /** The message with which new snapshots end in `error`; null by default. */
    snapshotError: string | null;
    /** Seconds that a new volume stays creating; 0 by default. */
    volumeSeconds: number;
    /** What becomes of new volumes once they are created; null, all is well, by default. */
    volumeError: "error" | "vanish" | null;
    /** Seconds that a volume that is modified keeps its old figures; 0 by default. */
    modifyingSeconds: number;
    /** Seconds that it is optimizing after that; 0 by default. */
    optimizingSeconds: number;
    /** The message with which modifications fail; null by default. */
    modificationError: string | null;
    /** Seconds that a volume is filled from its snapshot; 0 by default. */
    initializationSeconds: number;
    /** Most pending snapshots of one volume; 5 by default. */
    pendingPerVolume: number;
    /** Most pending copies into one region; 20 by default. */
    pendingCopies: number;
    /** Least seconds between two snapshots of one volume; 0, any, by default. */
    perVolumeRateSeconds: number;
    /** Seconds for which a snapshot's former grants are still shown; 0 by default. */
    grantSeconds: number;
    /** Seconds until fast restore is enabled, or disabled; 0 by default. */
    fastRestoreSeconds: number;
    /** Most snapshots of a region with fast restore; 5 by default. */
    fastRestoreLimit: number;
    /** Seconds that a move to the archive or back takes; 0 by default. */
    tieringSeconds: number;
    /** Days for which deleted snapshots can be restored; 0, they are gone at once, by default. */
    recycleBinDays: number;
    /** Makes the probability of faults repeatable; null by default. */
    seed: number | null;
}

export type FaultKind = "error" | "reset" | "delay" | "hang" | "malformed";

/** A rule for calls that go wrong; the first one that strikes counts, those after it do not see the call. */
export interface Fault {
    /** `"CreateSnapshot"`, or `"*"`, the default. */
    action?: string;
    /** Only calls that carry all of these, e.g. `{ VolumeId: "vol-1" }`. */
    params?: Record<string, string>;
    /** From 0 to 1, the default. */
    probability?: number;
    /** How often it strikes; null, the default, is for ever. */
    times?: number | null;
    /** How many matching calls are let through first; 0 by default. */
    after?: number;
    /** `"after"`: EC2 acted, and its answer is lost. `"before"` by default. */
    where?: "before" | "after";
    /** `"error"` by default, with `code`, `message` and `status` (400). */
    kind?: FaultKind;
    code?: string;
    message?: string;
    status?: number;
    /** How long a `"delay"` takes, in real time. */
    seconds?: number;
}

/** Forces a snapshot's state; `seconds` lets it live by its age again, with that time from its start. */
export interface SnapshotPatch {
    status?: "pending" | "completed" | "error" | "recoverable" | "recovering";
    progress?: string;
    statusMessage?: string;
    seconds?: number;
    /** Added without EC2's checks, for keys such as `aws:dlm:lifecycle-policy-id`. */
    tags?: Record<string, string>;
}

/** The account that calls with the emulator's own credentials. */
export const defaultAccount = "123456789012";

const region = "us-east-1";

/** Starts an emulator of its own, which ends with `stop()` or with this process. */
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

    /** This process's environment with the emulator's credentials, and nothing of the user's that concerns AWS. */
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
            // Files that do not exist: without these the SDK would read the ones in the user's home.
            AWS_CONFIG_FILE: "/nonexistent/config",
            AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
        };
    }

    /** The stack configuration that points the `aws` provider's keys to the emulator. */
    pulumiConfig(): Record<string, string> {
        return {
            "aws:region": region,
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

    /** A client of any account in any region, with the SDK's own retries off so that every call counts. */
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

    /** All snapshots of the default account. */
    async snapshots(): Promise<Snapshot[]> {
        const { Snapshots } = await this.#ask((client) =>
            client.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] })),
        );
        return Snapshots ?? [];
    }

    /** All volumes of the default account. */
    async volumes(): Promise<Volume[]> {
        const { Volumes } = await this.#ask((client) => client.send(new DescribeVolumesCommand({})));
        return Volumes ?? [];
    }

    /** A snapshot that somebody else makes. */
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

    /** Somebody else deletes a snapshot. */
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

    /** Changes the settings given, leaves the others. */
    async set(settings: Partial<Settings>): Promise<Settings> {
        return (await this.#control("PUT", "settings", settings)) as Settings;
    }

    /** These rules in place of the former; none ends them. */
    async faults(rules: Fault[]): Promise<void> {
        await this.#control("PUT", "faults", rules);
    }

    async snapshot(id: string, patch: SnapshotPatch): Promise<void> {
        await this.#control("POST", `snapshots/${id}`, patch);
    }

    /** An IAM user of the default account who may take these actions and no others; gives an access key. */
    async user(name: string, actions: string[]): Promise<{ accessKey: string; secretKey: string }> {
        const key = await this.#control("POST", `users/${name}`, { actions });
        return key as { accessKey: string; secretKey: string };
    }

    /** Moves the emulator's clock: everything in it ages by this much at once. */
    async advance(seconds: number): Promise<void> {
        await this.#control("POST", "clock", { advance: seconds });
    }

    /**
     * Volumes of the default account, and that many snapshots that somebody made by hand, without a call for each;
     * gives the volumes' ids.
     */
    async seed(amounts: { volumes?: number; snapshots?: number }): Promise<string[]> {
        return ((await this.#control("POST", "seed", amounts)) as { volumes: string[] }).volumes;
    }

    /** Everything as new: no resources, calls, faults; settings and clock as at the start. */
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

/** An access key that names its account to the emulator. */
function accessKey(account: string): string {
    return `AKIATEST${account}`;
}
