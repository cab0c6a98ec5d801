import {
    AttachVolumeCommand,
    CreateSnapshotsCommand,
    RunInstancesCommand,
    type Tag,
} from "@aws-sdk/client-ec2";
import { describe, expect } from "vitest";
import { emulator, test } from "../fixture";
import { ec2, createSnapshot, tagList, manyTags, idsOf, refusal } from "./calls";

describe("CreateSnapshots", () => {
    test("creates pending snapshots of all volumes of an instance except excluded ones, with given and copied tags", async () => {
        const { Instances = [] } = await ec2.send(
            new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
        );
        const InstanceId = Instances[0]?.InstanceId;
        const data = await emulator.createVolume({ size: 5, tags: { Role: "data" } });
        const scratch = await emulator.createVolume();
        for (const [index, VolumeId] of [data, scratch].entries()) {
            await ec2.send(
                new AttachVolumeCommand({ InstanceId, VolumeId, Device: `/dev/sd${"fg"[index] ?? ""}` }),
            );
        }
        const create = (excluded: { ExcludeBootVolume?: boolean; ExcludeDataVolumeIds?: string[] }) =>
            ec2.send(
                new CreateSnapshotsCommand({
                    InstanceSpecification: { InstanceId, ...excluded },
                    CopyTagsFromSource: "volume",
                    TagSpecifications: [{ ResourceType: "snapshot", Tags: tagList({ Set: "one" }) }],
                }),
            );

        expect((await create({})).Snapshots).toHaveLength(3);
        expect(
            (await create({ ExcludeBootVolume: true, ExcludeDataVolumeIds: [scratch] })).Snapshots,
        ).toEqual([
            expect.objectContaining({
                VolumeId: data,
                VolumeSize: 5,
                State: "pending",
                Tags: tagList({ Role: "data", Set: "one" }),
            }),
        ]);
    });

    test("creates no snapshot if one volume has too many pending snapshots", async () => {
        await emulator.set({ snapshotSeconds: 60, pendingPerVolume: 1 });
        const { Instances = [] } = await ec2.send(
            new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
        );
        const InstanceId = Instances[0]?.InstanceId;
        const VolumeId = await emulator.createVolume();
        await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: "/dev/sdf" }));
        const only = await createSnapshot(VolumeId);

        expect(
            await refusal(ec2.send(new CreateSnapshotsCommand({ InstanceSpecification: { InstanceId } }))),
        ).toMatch(/^ConcurrentSnapshotLimitExceeded: /);
        expect(await idsOf({ OwnerIds: ["self"] })).toEqual([only]);
    });
});

describe("the members of CreateSnapshots", () => {
    async function instance(tags: Record<string, string>): Promise<string | undefined> {
        const { Instances = [] } = await ec2.send(
            new RunInstancesCommand({ ImageId: "ami-12345678", MinCount: 1, MaxCount: 1 }),
        );
        const InstanceId = Instances[0]?.InstanceId;
        for (const letter of ["f", "g"]) {
            const VolumeId = await emulator.createVolume({ tags });
            await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: `/dev/sd${letter}` }));
        }
        return InstanceId;
    }

    function create(InstanceId: string | undefined, tags: Tag[]) {
        return ec2.send(
            new CreateSnapshotsCommand({
                InstanceSpecification: { InstanceId },
                CopyTagsFromSource: "volume",
                ...(tags.length > 0 && { TagSpecifications: [{ ResourceType: "snapshot", Tags: tags }] }),
            }),
        );
    }

    test.each([
        ["one after another", 10, [1, 2, 3]],
        ["each at its own time", [15, 0, 15], [1, 1, 3]],
    ])("become visible %s, according to memberSeconds", async (_, memberSeconds, shown) => {
        await emulator.set({ memberSeconds });
        const InstanceId = await instance({});
        await create(InstanceId, []);
        const counts: number[] = [];
        for (const seconds of [1, 10, 10]) {
            await emulator.advance(seconds);
            counts.push((await idsOf({ OwnerIds: ["self"] })).length);
        }

        expect(counts).toEqual(shown);
    });

    test("are all rejected if a copied tag is also given or the tag limit is exceeded", async () => {
        const InstanceId = await instance({ Name: "data" });

        expect(await refusal(create(InstanceId, tagList({ Name: "set" })))).toMatch(
            /: Tag \(Name\) is already defined in resource id vol-/,
        );
        expect(await refusal(create(InstanceId, manyTags(50)))).toMatch(/^TagLimitExceeded: /);
        expect(await idsOf({ OwnerIds: ["self"] })).toEqual([]);
    });
});
