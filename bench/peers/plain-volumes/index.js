// This is the program that a user would write without this package: a dynamic provider with an SDK client and the SDK's waiters, reading every second.
const pulumi = require("@pulumi/pulumi");
const { volumes: snapshots } = require("./input.json");

const provider = {
    async create(inputs) {
        const ec2 = require("@aws-sdk/client-ec2");
        const client = new ec2.EC2Client({});
        const { VolumeId } = await client.send(
            new ec2.CreateVolumeCommand({
                SnapshotId: inputs.snapshotId,
                AvailabilityZone: "us-east-1a",
                TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: "Group", Value: "payments" }] }],
            }),
        );
        const waiter = { client, maxWaitTime: 3600, minDelay: 1, maxDelay: 1 };
        await ec2.waitUntilVolumeAvailable(waiter, { VolumeIds: [VolumeId] });
        return { id: VolumeId, outs: { ...inputs, state: "available" } };
    },

    async delete(id) {
        const ec2 = require("@aws-sdk/client-ec2");
        const client = new ec2.EC2Client({});
        await client.send(new ec2.DeleteVolumeCommand({ VolumeId: id }));
        const waiter = { client, maxWaitTime: 3600, minDelay: 1, maxDelay: 1 };
        await ec2.waitUntilVolumeDeleted(waiter, { VolumeIds: [id] });
    },
};

class Volume extends pulumi.dynamic.Resource {
    constructor(name, args) {
        super(provider, name, { ...args, state: undefined });
    }
}

snapshots.forEach((snapshotId, index) => {
    new Volume(`volume-${index}`, { snapshotId });
});
