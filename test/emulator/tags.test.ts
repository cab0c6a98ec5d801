import { CreateTagsCommand, DeleteTagsCommand, type Tag, EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect } from "vitest";
import { emulator, test } from "../fixture";
import { ec2, createSnapshot, tagList, manyTags, snapshotOf, refusal } from "./calls";

describe("tags", () => {
    test("are added, replaced and deleted by key, by key and value, or all together", async () => {
        const id = await createSnapshot(undefined, { a: "1", b: "2", c: "3" });
        await emulator.snapshot(id, { tags: { "aws:dlm:lifecycle-policy-id": "policy-1" } });
        const tags = async () =>
            Object.fromEntries(
                (await snapshotOf(id)).Tags?.map(({ Key, Value }) => [Key, Value]) ?? [],
            ) as unknown;

        await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagList({ a: "9", d: "4" }) }));
        await ec2.send(
            new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: "b" }, { Key: "c", Value: "no" }] }),
        );
        expect(await tags()).toEqual({ a: "9", c: "3", d: "4", "aws:dlm:lifecycle-policy-id": "policy-1" });

        await ec2.send(new DeleteTagsCommand({ Resources: [id] }));
        expect(await tags()).toEqual({ "aws:dlm:lifecycle-policy-id": "policy-1" });
    });

    test("are limited to 50, except those that begin with aws:, which cannot be set or deleted", async () => {
        const id = await createSnapshot();
        await emulator.snapshot(id, { tags: { "aws:backup": "x" } });
        const create = (Tags: Tag[]) => ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));

        await create(manyTags(50));
        expect(await refusal(create([{ Key: "one-more", Value: "" }]))).toMatch(/^TagLimitExceeded: /);
        expect(await refusal(create([{ Key: "aws:x", Value: "" }]))).toMatch(/^InvalidParameterValue: /);
        expect(
            await refusal(
                ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: "aws:backup" }] })),
            ),
        ).toMatch(/^InvalidParameterValue: /);
        expect((await snapshotOf(id)).Tags).toHaveLength(51);
    });

    test("can be written to at most 1,000 resources per call, and not to unknown ones", async () => {
        const id = await createSnapshot();
        const tag = (Resources: string[]) =>
            ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key: "a", Value: "1" }] }));

        await tag(Array<string>(1000).fill(id));
        expect(await refusal(tag(Array<string>(1001).fill(id)))).toMatch(/^InvalidParameterValue: /);
        expect(await refusal(tag(["snap-0123456789abcdef0"]))).toMatch(/^InvalidSnapshot.NotFound: /);
    });
});

describe("tags of other services and of other users", () => {
    test("aws: keys are set by the control API, and remain when the user's tags are deleted", async () => {
        const volumeId = await emulator.createVolume({ tags: { Name: "data" } });
        const dlm = { "aws:dlm:lifecycle-policy-id": "policy-1" };
        await emulator.tag(volumeId, dlm);

        await ec2.send(new DeleteTagsCommand({ Resources: [volumeId] }));

        expect((await emulator.volumes())[0]?.Tags).toEqual(tagList(dlm));
        await expect(emulator.tag("vol-unknown", dlm)).rejects.toThrow("vol-unknown");
    });

    test("DeleteTags is denied to a user who may only create tags", async () => {
        const id = await createSnapshot(undefined, { a: "1" });
        const { accessKey, secretKey } = await emulator.user("tagger", ["ec2:CreateTags"]);
        const otherClient = new EC2Client({
            endpoint: emulator.endpoint,
            region: "us-east-1",
            credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
        });

        await otherClient.send(new CreateTagsCommand({ Resources: [id], Tags: tagList({ b: "2" }) }));
        expect(
            await refusal(otherClient.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: "a" }] }))),
        ).toMatch(/^UnauthorizedOperation: .*ec2:DeleteTags/);
        expect((await snapshotOf(id)).Tags).toEqual(tagList({ a: "1", b: "2" }));
    });
});
