import { describe, expect, test } from "vitest";
import { UNKNOWN } from "../../../schema/values";
import { checkVolumeClone } from "../../../schema/volume-checks";
import { Host, baseConfig } from "../host";
import { copyTagsRow, testRules, type Table } from "../table";
import { answer, refusal, stsAnswer, type Answering } from "../wire";
import { volumeOptionRows } from "./option-rows";

const base = { sourceVolumeId: "vol-1" };

/** Simulates EC2 with one volume, in an account that encrypts by default. */
const volumeWith =
    (members: string): Answering =>
    ({ action, params }) =>
        action === "DescribeVolumes"
            ? answer(
                  action,
                  `<volumeSet><item><volumeId>${params["Filter.1.Value.1"] ?? ""}</volumeId><size>8</size>${members}</item></volumeSet>`,
              )
            : answer(action, "<ebsEncryptionByDefault>true</ebsEncryptionByDefault>");
const regular = "<status>in-use</status><availabilityZone>us-east-1a</availabilityZone>";
const hostOf = (answering: Answering) =>
    new Host(baseConfig, answering, "VolumeClone", { volumeId: "vol-2", state: "available" });

const table: Table = {
    ...volumeOptionRows,
    sourceVolumeId: {
        accepts: ["vol-1", "vol-0123456789abcdef0"],
        refuses: [
            ["snap-1", 'sourceVolumeId is "snap-1", but must be an id such as "vol-0123456789abcdef0"'],
            [null, "sourceVolumeId is required"],
        ],
        change: [["vol-1", "vol-2", "replace"]],
    },
    size: {
        ...volumeOptionRows.size,
        refuses: [
            ...volumeOptionRows.size.refuses,
            [5, "size is 5, but volume vol-1 has 8 GiB. Specify at least that size, or remove size."],
        ],
    },
    copyTagsFromVolume: copyTagsRow("copyTagsFromVolume"),
};

testRules(hostOf(volumeWith(regular)), base, table);

describe("the source", () => {
    test("is read once for a new clone, and not again for an existing one", async () => {
        const host = hostOf(volumeWith(regular));
        const { inputs } = await host.check(base);
        expect(host.wire.count("DescribeVolumes")).toBeGreaterThan(0);
        const asked = host.wire.requests.length;
        expect(await host.failures({ ...base, size: 20 }, inputs)).toEqual([]);
        expect(await host.failures({ sourceVolumeId: UNKNOWN })).toEqual([]);
        expect(host.wire.requests.length - asked).toBeLessThanOrEqual(1);
    });

    test.each([
        ["<status>error</status>", "the state of that volume is error"],
        ["<status>deleting</status>", "the state of that volume is deleting"],
        [
            "<status>available</status><availabilityZone>us-east-1-wl1-bos-wlz-1</availabilityZone>",
            "that volume is in Wavelength Zone us-east-1-wl1-bos-wlz-1, where EC2 does not copy volumes. Declare a Snapshot of it, and a VolumeFromSnapshot.",
        ],
    ])("that is %s cannot be copied", async (members, reason) => {
        expect(await hostOf(volumeWith(members)).failures(base)).toEqual([
            `sourceVolumeId is "vol-1", but ${reason}`,
        ]);
    });

    test("that is being created is awaited, and one that does not exist is rejected", async () => {
        expect(await hostOf(volumeWith("<status>creating</status>")).failures(base)).toEqual([]);
        const none = hostOf(({ action }) =>
            action === "DescribeVolumes"
                ? answer(action, "<volumeSet/>")
                : stsAnswer(action, "<Account>123456789012</Account>"),
        );
        expect(await none.failures(base)).toEqual([
            'sourceVolumeId is "vol-1", but that volume was not found in us-east-1 (account 123456789012). ' +
                "A clone is created in the zone of its source; if that is in another region, set region.",
        ]);
    });

    test("in a Local Zone leaves the default type unknown, so arguments are not checked against it", async () => {
        const zone = "<status>available</status><availabilityZone>us-west-2-lax-1a</availabilityZone>";
        const host = hostOf(volumeWith(zone));
        expect(await host.failures({ ...base, multiAttachEnabled: true })).toEqual([]);
        expect(await hostOf(volumeWith(regular)).failures({ ...base, multiAttachEnabled: true })).toEqual([
            "multiAttachEnabled is not supported by volumes of type gp3. Remove it, or set volumeType to io1 or io2.",
        ]);
    });

    test("that the caller may not read causes a warning", async () => {
        const host = hostOf(() => refusal("UnauthorizedOperation", "You are not authorized", 403));
        expect(await host.failures(base)).toEqual([]);
        expect(host.messages.join()).toMatch(/could not be validated against AWS: .*ec2:DescribeVolumes/);
    });
});

test("a declared type is checked without the source, and a smaller size is rejected", () => {
    expect(
        checkVolumeClone({ ...base, volumeType: "gp2", iops: 100 }, {}).map(({ property }) => property),
    ).toEqual(["iops"]);
    const [failure] = checkVolumeClone({ ...base, size: 5 }, { ...base, size: 9 });
    expect(JSON.stringify(failure)).not.toContain("allowShrinkByReplacement");
});
