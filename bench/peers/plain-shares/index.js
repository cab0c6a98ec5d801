// This is the program that a user would write without this package: one call to share, one to read, one to revoke.
const pulumi = require("@pulumi/pulumi");
const { volumes: snapshotIds } = require("./input.json");

const account = "111122223333";
const Attribute = "createVolumePermission";

const provider = {
    async create({ snapshotId: SnapshotId }) {
        const ec2 = require("@aws-sdk/client-ec2");
        const client = new ec2.EC2Client({});
        const CreateVolumePermission = { Add: [{ UserId: account }] };
        await client.send(
            new ec2.ModifySnapshotAttributeCommand({ SnapshotId, Attribute, CreateVolumePermission }),
        );
        await client.send(new ec2.DescribeSnapshotAttributeCommand({ SnapshotId, Attribute }));
        return { id: SnapshotId, outs: { snapshotId: SnapshotId } };
    },

    async read(id, props) {
        const ec2 = require("@aws-sdk/client-ec2");
        const client = new ec2.EC2Client({});
        await client.send(new ec2.DescribeSnapshotAttributeCommand({ SnapshotId: id, Attribute }));
        return { id, props };
    },

    async delete(SnapshotId) {
        const ec2 = require("@aws-sdk/client-ec2");
        const client = new ec2.EC2Client({});
        const CreateVolumePermission = { Remove: [{ UserId: account }] };
        await client.send(
            new ec2.ModifySnapshotAttributeCommand({ SnapshotId, Attribute, CreateVolumePermission }),
        );
    },
};

class Share extends pulumi.dynamic.Resource {
    constructor(name, args) {
        super(provider, name, args);
    }
}

snapshotIds.forEach((snapshotId, index) => new Share(`share-${index}`, { snapshotId }));
