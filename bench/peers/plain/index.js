// This is the program that a user would write without this package: a dynamic provider with an SDK client, the SDK's waiter, and one describe per read.
const pulumi = require("@pulumi/pulumi");
const { volumes, lock } = require("./input.json");

const provider = {
    async diff(id, olds, news) {
        const replaces = olds.volumeId === news.volumeId ? [] : ["volumeId"];
        return { changes: replaces.length > 0, replaces };
    },

    async create(inputs) {
        const ec2 = require("@aws-sdk/client-ec2");
        const client = new ec2.EC2Client({});
        const tags = { Name: inputs.name, Group: inputs.group, BillingCode: inputs.billingCode };
        const { SnapshotId } = await client.send(
            new ec2.CreateSnapshotCommand({
                VolumeId: inputs.volumeId,
                TagSpecifications: [
                    {
                        ResourceType: "snapshot",
                        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
                    },
                ],
            }),
        );
        // It reads every second; with the SDK's default of 15 seconds it makes fewer calls and takes longer.
        await ec2.waitUntilSnapshotCompleted(
            { client, maxWaitTime: 3600, minDelay: 1, maxDelay: 1 },
            { SnapshotIds: [SnapshotId] },
        );
        if (inputs.lock) {
            await client.send(
                new ec2.LockSnapshotCommand({ SnapshotId, LockMode: "governance", LockDuration: 30 }),
            );
        }
        return { id: SnapshotId, outs: { ...inputs, state: "completed" } };
    },

    async read(id, props) {
        const ec2 = require("@aws-sdk/client-ec2");
        const client = new ec2.EC2Client({});
        const { Snapshots } = await client.send(new ec2.DescribeSnapshotsCommand({ SnapshotIds: [id] }));
        if (props.lock) await client.send(new ec2.DescribeLockedSnapshotsCommand({ SnapshotIds: [id] }));
        return { id, props: { ...props, state: Snapshots[0].State } };
    },

    async delete(id, props) {
        const ec2 = require("@aws-sdk/client-ec2");
        const client = new ec2.EC2Client({});
        if (props.lock) await client.send(new ec2.UnlockSnapshotCommand({ SnapshotId: id }));
        await client.send(new ec2.DeleteSnapshotCommand({ SnapshotId: id }));
    },
};

class Snapshot extends pulumi.dynamic.Resource {
    constructor(name, args) {
        super(provider, name, { name, ...args, state: undefined });
    }
}

volumes.forEach((volumeId, index) => {
    new Snapshot(`snapshot-${index}`, { volumeId, group: "payments", billingCode: "CC-1042", lock });
});
