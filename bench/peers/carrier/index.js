// Does as little as `nothing` with the data of a snapshot of this package, to measure the engine's cost of the data.
const pulumi = require("@pulumi/pulumi");
const { volumes } = require("./input.json");

const tags = { Name: "snapshot-0", Group: "payments", BillingCode: "CC-1042" };
const provider = {
    async create(inputs) {
        const snapshotId = `snap-${inputs.volumeId.slice(4)}`;
        const outputs = {
            snapshotId,
            arn: `arn:aws:ec2:us-east-1::snapshot/${snapshotId}`,
            ownerId: "123456789012",
            state: "completed",
            progress: "100%",
            startTime: "2026-01-01T00:00:00.000Z",
            completionTime: "2026-01-01T00:00:00.000Z",
            volumeSize: 8,
            encrypted: false,
            tagsAll: tags,
        };
        return { id: snapshotId, outs: { ...inputs, ...outputs } };
    },
};

class Carrier extends pulumi.dynamic.Resource {
    constructor(name, inputs) {
        const outputs = {
            snapshotId: undefined,
            arn: undefined,
            ownerId: undefined,
            state: undefined,
            progress: undefined,
            startTime: undefined,
            completionTime: undefined,
            volumeSize: undefined,
            encrypted: undefined,
            tagsAll: undefined,
        };
        super(provider, name, { ...inputs, ...outputs });
    }
}

volumes.forEach(
    (volumeId, index) =>
        new Carrier(`carrier-${index}`, {
            volumeId,
            group: "payments",
            billingCode: "CC-1042",
            waitForCompletion: false,
            name: `carrier-${index}`,
            region: "us-east-1",
        }),
);
