// The EC2 of the demo, called through the provider's client, with its configuration, credentials and proxies.

import { Stop } from "./cli.mjs";

export const dist = new URL("../../dist/", import.meta.url);

export class Account {
    #ec2;
    #ownsVolume = false;
    /** Contains the snapshots of the volume that existed before the demo. */
    #before = new Set();
    volumeId;

    static async open(settings) {
        const load = (file) => import(new URL(file, dist));
        const [{ openEc2 }, { readConfiguration }, { configuredRegion }] = await Promise.all(
            ["provider/aws/ec2.js", "schema/configuration.js", "provider/aws/region.js"].map(load),
        );
        const clock = { now: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) };
        const configuration = readConfiguration((key) => settings[key]);
        const region = await configuredRegion(configuration.aws);
        if (region === undefined) throw new Stop("Which region? Add --region, or set AWS_REGION.");
        return new Account(openEc2(configuration, { region }, { clock }));
    }

    constructor(ec2) {
        this.#ec2 = ec2;
    }

    get region() {
        return this.#ec2.region;
    }

    async id() {
        try {
            return await this.#ec2.account();
        } catch (error) {
            // The provider's remedy is for stacks: here it would be misleading.
            const hasNone = error.key === "aws:profile" && process.env.AWS_PROFILE === undefined;
            throw new Stop(
                hasNone
                    ? "No AWS credentials found. Set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run without --aws."
                    : `AWS did not say who you are: ${error.message}`,
            );
        }
    }

    async firstZone() {
        const Filters = [
            { Name: "zone-type", Values: ["availability-zone"] },
            { Name: "state", Values: ["available"] },
        ];
        const found = await this.#ec2.send("DescribeAvailabilityZones", { Filters });
        return found.AvailabilityZones[0].ZoneName;
    }

    async sizeOf(volume) {
        const found = await this.#ec2.volumes.read(volume);
        if (found === undefined) throw new Stop(`There is no volume ${volume} in ${this.region}.`);
        return found.Size;
    }

    /** Uses a volume of the user, whose snapshots are not those of the demo. */
    async useVolume(volumeId) {
        this.volumeId = volumeId;
        this.#before = new Set((await this.snapshots()).map(({ SnapshotId }) => SnapshotId));
    }

    async createVolume(zone, size) {
        const tags = [{ Key: "Name", Value: "pulumi-ebs-snapshots demo" }];
        const input = {
            AvailabilityZone: zone,
            Size: size,
            VolumeType: "gp3",
            TagSpecifications: [{ ResourceType: "volume", Tags: tags }],
        };
        const created = await this.#ec2.send("CreateVolume", input, { idempotent: false });
        this.volumeId = created.VolumeId;
        this.#ownsVolume = true;
    }

    /** Returns the snapshots of the volume. */
    async snapshots() {
        const Filters = [{ Name: "volume-id", Values: [this.volumeId] }];
        const { Snapshots } = await this.#ec2.send("DescribeSnapshots", { OwnerIds: ["self"], Filters });
        return Snapshots ?? [];
    }

    /** Returns the volumes with the tag of the demo's stack. */
    async recovered() {
        const tags = { "pulumi-ebs-snapshots:stack": ["organization/quickstart/demo"] };
        return [...(await this.#ec2.volumes.tagged(tags)).values()];
    }

    /** Deletes the demo's own volume, and returns what the demo has created and still exists. */
    async clear() {
        const left = [];
        try {
            const existing = (await this.snapshots()).map(({ SnapshotId }) => SnapshotId);
            left.push(...existing.filter((id) => !this.#before.has(id)));
            left.push(...(await this.recovered()).map(({ VolumeId }) => VolumeId));
        } catch (error) {
            console.error(error.message);
        }
        if (this.#ownsVolume) {
            await this.#ec2.send("DeleteVolume", { VolumeId: this.volumeId }).catch((error) => {
                console.error(error.message);
                left.push(this.volumeId);
            });
        }
        return left;
    }
}
