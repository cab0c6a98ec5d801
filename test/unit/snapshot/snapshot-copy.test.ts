import { describe, expect, test } from "vitest";
import { UNKNOWN, type Properties } from "../../../schema/values";
import { Host, baseConfig } from "../host";
import { copyTagsRow, testRules, type Table } from "../table";
import { answer, type WireRequest } from "../wire";

const id = "1234abcd-12ab-34cd-56ef-1234567890ab";
const arn = `arn:aws:kms:us-east-1:123456789012:key/${id}`;
const otherArn = arn.replace("1234abcd", "9876abcd");

/** Simulates EC2 with every requested snapshot, and KMS with one alias. */
function respond({ action, params }: WireRequest) {
    if (action === "DescribeKey") return { body: JSON.stringify({ KeyMetadata: { KeyId: id, Arn: arn } }) };
    if (action === "GetEbsEncryptionByDefault") return answer(action);
    const [, snapshot = ""] = Object.entries(params).find(([, value]) => value.startsWith("snap-")) ?? [];
    const item = `<item><snapshotId>${snapshot}</snapshotId><status>completed</status></item>`;
    return answer(action, `<snapshotSet>${snapshot === "" ? "" : item}</snapshotSet>`);
}

const newHost = () => new Host(baseConfig, respond, "SnapshotCopy");
const base = { sourceSnapshotId: "snap-1", sourceRegion: "eu-west-1" };

const snapshotId = 'but must be an id such as "snap-0123456789abcdef0"';
const minutes = "but must be from 15 to 2880 in steps of 15";
const key = 'but must be a KMS key: its id, its ARN, or an alias such as "alias/backup"';

const table: Table = {
    sourceSnapshotId: {
        accepts: ["snap-1", "snap-0123456789abcdef0"],
        refuses: [
            ["vol-1", `sourceSnapshotId is "vol-1", ${snapshotId}`],
            [null, "sourceSnapshotId is required"],
        ],
        change: [["snap-1", "snap-2", "replace"]],
    },
    sourceRegion: {
        accepts: ["us-east-1", "us-gov-west-1"],
        refuses: [
            ["Ireland", 'sourceRegion is "Ireland", but must be a region such as "us-east-1"'],
            [undefined, "sourceRegion is required"],
        ],
        change: [["us-east-1", "eu-west-1", "replace"]],
    },
    encrypted: {
        accepts: [true, false, null],
        refuses: [["yes", 'encrypted is "yes", but must be true or false']],
        change: [
            [false, true, "replace"],
            [true, undefined, "nothing"],
        ],
    },
    kmsKeyId: {
        accepts: [
            id,
            arn,
            "alias/backup",
            "alias/aws/ebs",
            "arn:aws-cn:kms:cn-north-1:123456789012:alias/backup",
            "mrk-1234abcd12ab34cd56ef1234567890ab",
        ],
        refuses: [
            ["backup", `kmsKeyId is "backup", ${key}`],
            ["arn:aws:iam::123456789012:role/a", `kmsKeyId is "arn:aws:iam::123456789012:role/a", ${key}`],
            [5, `kmsKeyId is 5, ${key}`],
        ],
        change: [
            [arn, otherArn, "replace"],
            [arn, id, "nothing"],
            [id, arn, "nothing"],
            [arn, "alias/backup", "nothing"],
            ["alias/backup", "arn:aws:kms:us-east-1:123456789012:alias/backup", "nothing"],
            [otherArn, "alias/backup", "replace"],
            [arn, undefined, "nothing"],
        ],
    },
    completionDurationMinutes: {
        accepts: [15, 30, 2880],
        refuses: [0, 14, 16, 2895, 15.5, "30"].map((value) => [
            value,
            `completionDurationMinutes is ${JSON.stringify(value)}, ${minutes}`,
        ]),
        change: [
            [15, 30, "replace"],
            [undefined, 15, "replace"],
        ],
    },
    destinationOutpostArn: {
        accepts: ["arn:aws:outposts:us-east-1:123456789012:outpost/op-1234567890abcdef0"],
        refuses: [["op-1", 'destinationOutpostArn is "op-1", but must be the ARN of an Outpost']],
        change: [[undefined, "arn:aws:outposts:us-east-1:123456789012:outpost/op-1", "replace"]],
    },
    copyTagsFromSource: copyTagsRow("copyTagsFromSource"),
};

testRules(newHost(), base, table);

describe("encryption", () => {
    test("a key requires an encrypted copy", async () => {
        expect(await newHost().failures({ ...base, encrypted: false, kmsKeyId: "alias/backup" })).toEqual([
            "kmsKeyId cannot be combined with encrypted: false. Remove one of them.",
        ]);
    });

    test("an equivalent form of AWS's value shows no diff, nor does adopting that form", async () => {
        const host = newHost();
        const state = {
            kmsKeyId: arn,
            encrypted: true,
            __given: { kmsKeyId: "alias/moved", encrypted: null },
        };
        const diff = (after: Properties) =>
            host.diff({ ...base, kmsKeyId: "alias/moved" }, { ...base, ...after }, state);
        for (const after of [{ kmsKeyId: "alias/moved" }, { kmsKeyId: arn }, { kmsKeyId: id }, {}]) {
            expect(await diff(after)).toEqual({ changes: false });
            expect(await diff({ ...after, encrypted: true })).toEqual({ changes: false });
        }
        expect(host.wire.count("DescribeKey")).toBe(0);
        expect(await diff({ kmsKeyId: otherArn })).toEqual({ changes: true, replaces: ["kmsKeyId"] });
        expect(await diff({ encrypted: false })).toEqual({ changes: true, replaces: ["encrypted"] });

        const before = host.wire.count("DescribeKey");
        const unknown = { kmsKeyId: otherArn, credentials: UNKNOWN };
        expect(await diff(unknown)).toMatchObject({ replaces: ["kmsKeyId"] });
        expect(host.wire.count("DescribeKey")).toBe(before);
    });
});

test("the source is read once, and not at all if neither the source nor `encrypted` changed", async () => {
    const host = newHost();
    const { inputs } = await host.check(base);
    const requests = () =>
        host.wire.requests
            .filter(({ params }) => params["Filter.1.Name"] === "snapshot-id")
            .map(({ action, host: where }) => [action, where]);
    expect(requests()).toEqual([["DescribeSnapshots", "ec2.eu-west-1.amazonaws.com"]]);
    await host.check({ ...base, group: "payments", description: "other" }, inputs);
    expect(requests()).toHaveLength(1);
});

test("a failed check against AWS is a warning at the preview, because up checks again", async () => {
    const host = new Host(
        baseConfig,
        () => ({
            status: 403,
            body: "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>",
        }),
        "SnapshotCopy",
    );
    expect(await host.failures(base)).toEqual([]);
    expect(host.messages).toEqual([
        "warn: could not be validated against AWS: UnauthorizedOperation: no. The caller needs the IAM permission ec2:DescribeSnapshots. `pulumi up` will check again.",
    ]);
});

test("an archived source is rejected; a source that is a copy in the same region causes a message", async () => {
    const source = (facts: string) =>
        new Host(
            baseConfig,
            ({ action }) =>
                answer(
                    action,
                    `<snapshotSet><item><snapshotId>snap-1</snapshotId><status>completed</status>${facts}</item></snapshotSet>`,
                ),
            "SnapshotCopy",
        );
    expect(await source("<storageTier>archive</storageTier>").failures(base)).toEqual([
        expect.stringMatching(
            /^sourceSnapshotId is "snap-1", but that snapshot is archived\. Restore it first/,
        ),
    ]);
    const copy = source("<volumeId>vol-ffffffff</volumeId>");
    expect(await copy.failures(base)).toEqual([]);
    expect(copy.messages).toEqual([]);
    expect(await copy.failures({ ...base, sourceRegion: "us-east-1" })).toEqual([]);
    expect(copy.messages).toEqual([
        "warn: snap-1 is a copy itself, in the same region: its data is kept, and paid for, once more",
    ]);
});
