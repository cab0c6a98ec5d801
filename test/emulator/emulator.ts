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
import type { Call, Fault, RestAnswer, Settings, SnapshotPatch } from "./controls";

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
            // The verification is disabled, because tests count calls; a test of the verification enables it.
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
        const created = await this.#ask((client) =>
            client.send(
                new CreateSnapshotCommand({
                    VolumeId: volumeId,
                    ...(tags.length > 0 && { TagSpecifications: [{ ResourceType: "snapshot", Tags: tags }] }),
                }),
            ),
        );
        return created.SnapshotId ?? "";
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

    /** Advances the emulator's clock: everything in it ages by this duration immediately. */
    async advance(seconds: number): Promise<void> {
        await this.#control("POST", "clock", { advance: seconds });
    }

    /**
     * Creates volumes of the default account, and this number of snapshots that were created manually or deleted into
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
