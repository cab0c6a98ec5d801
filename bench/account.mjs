// Provides one emulated AWS account, which contains only the seeded resources, and the log of its calls.
import { EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { startEmulatorProcess } from "../test/emulator/start.mjs";

const region = "us-east-1";
export const volumesOfInstance = 4;

/** Emulators of closed accounts, which are empty; the start of another one would take both cores for a second. */
const idle = [];

export class Account {
    #process;

    static async open() {
        const account = new Account();
        account.#process = idle.pop() ?? (await startEmulatorProcess());
        account.endpoint = account.#process.endpoint;
        return account;
    }

    /** Returns the environment of every contender, which contains no other settings for AWS or proxies. */
    get env() {
        const inherited = Object.entries(process.env).filter(
            ([name]) => !/^(AWS_|PULUMI_|.*_proxy$)/i.test(name),
        );
        return {
            ...Object.fromEntries(inherited),
            AWS_ACCESS_KEY_ID: "AKIATEST123456789012",
            AWS_SECRET_ACCESS_KEY: "test",
            AWS_REGION: region,
            AWS_DEFAULT_REGION: region,
            AWS_ENDPOINT_URL: this.endpoint,
            AWS_EC2_METADATA_DISABLED: "true",
            AWS_CONFIG_FILE: "/nonexistent/config",
            AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
            AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
        };
    }

    get config() {
        return {
            "aws:region": region,
            "aws:endpoints": JSON.stringify([{ ec2: this.endpoint, sts: this.endpoint }]),
        };
    }

    async seed({ volumes = 0, snapshots = 0, instances = 0 }) {
        const seeded = await this.#control("POST", "seed", { volumes, snapshots });
        return { ...seeded, instances: instances > 0 ? await this.#runInstances(instances) : [] };
    }

    /** Creates a completed snapshot of a volume of 1 GiB. */
    async seedSnapshot() {
        return (await this.#control("POST", "seed", { snapshots: 1 })).snapshots[0];
    }

    /** Changes delays and limits, which are settings of the tests' emulator. */
    async set(settings) {
        await this.#control("PUT", "settings", settings);
    }

    /**
     * Runs the work; returns its result with the calls that it sent, and the seconds from the first call to the last.
     * The calls for claims do not count for the seconds, because they end after the work.
     */
    async counting(work) {
        await this.#control("DELETE", "calls");
        const measured = await work();
        const calls = {};
        const log = await this.#control("GET", "calls");
        for (const { action } of log) calls[action] = (calls[action] ?? 0) + 1;
        const times = log
            .filter(({ action }) => !action.endsWith("Tags"))
            .map(({ time }) => Date.parse(time));
        return { ...measured, calls, span: (Math.max(...times) - Math.min(...times)) / 1000 };
    }

    async close() {
        await this.#control("POST", "reset");
        idle.push(this.#process);
    }

    async #runInstances(count) {
        const ec2 = new EC2Client({
            endpoint: this.endpoint,
            region,
            credentials: { accessKeyId: this.env.AWS_ACCESS_KEY_ID, secretAccessKey: "test" },
        });
        const { Instances } = await ec2.send(
            new RunInstancesCommand({
                ImageId: "ami-12345678",
                MinCount: count,
                MaxCount: count,
                BlockDeviceMappings: Array.from({ length: volumesOfInstance }, (_, index) => ({
                    DeviceName: `/dev/sd${"afgh"[index]}`,
                    Ebs: { VolumeSize: 1 },
                })),
            }),
        );
        ec2.destroy();
        return Instances.map(({ InstanceId }) => InstanceId);
    }

    async #control(method, path, body) {
        const answer = await fetch(`${this.endpoint}/_emulator/${path}`, {
            method,
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        if (!answer.ok) throw new Error(`emulator: ${method} ${path}: ${await answer.text()}`);
        return answer.json();
    }
}

/** Ends the emulators, without which Node would not exit. */
export async function endEmulators() {
    await Promise.all(idle.splice(0).map((one) => one.stop()));
}
