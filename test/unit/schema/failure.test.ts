/**
 * Tests the text of a failure, which must not contain secrets.
 *
 * @module
 */
import { describe, expect, test } from "vitest";
import {
    describeFailure,
    formatText,
    redactValues,
    reportFailure,
    textOf,
    type CheckFailure,
} from "../../../schema/failure";
import { UNKNOWN, type Properties } from "../../../schema/values";
import type { ResourceName } from "../../../schema/index";
import { Host, baseConfig } from "../host";
import { answer } from "../wire";

const failure: CheckFailure = { property: "size", value: 7, expected: "a multiple of 8" };

describe("a failure", () => {
    test("contains the property, the given value and the expected one", () => {
        expect(reportFailure(failure, [])).toEqual({
            property: "size",
            reason: "is 7, but must be a multiple of 8",
        });
    });

    test("on a nested path is reported on the top-level property, with the path in the reason", () => {
        expect(reportFailure({ ...failure, property: "rules[0].size" }, [])).toEqual({
            property: "rules",
            reason: "rules[0].size is 7, but must be a multiple of 8",
        });
    });

    test("on a secret has no property, because the engine would print its value", () => {
        for (const property of ["size", "size.inner", "size[0]"])
            expect(reportFailure({ ...failure, property, suggestion: "7" }, ["size"])).toEqual({
                property: "",
                reason: `${property} is [secret], but must be a multiple of 8`,
            });
    });

    test("does not show secrets in its reason", () => {
        const reason = textOf`but volume ${{ property: "volumeId", value: "vol-1" }} has ${{ property: "size", value: 9 }} GiB`;
        const mentioning = { property: "size", value: 7, reason };
        expect(describeFailure(mentioning)).toBe("size is 7, but volume vol-1 has 9 GiB");
        expect(describeFailure(mentioning, ["size"])).toBe(
            "size is [secret], but volume vol-1 has [secret] GiB",
        );
        expect(formatText(reason, ["volumeId"])).toBe("but volume [secret] has 9 GiB");
    });
});

describe("no failure, warning or message of a check or diff shows a secret", () => {
    const hush = { lock: "77 days", snapshotId: "snap-0aaa", size: 17 };
    const cases: [string, ResourceName, Properties, Properties, string[]][] = [
        [
            "another snapshot",
            "VolumeFromSnapshot",
            { snapshotId: "snap-0aaa", availabilityZone: "us-east-1a" },
            { snapshotId: "snap-0bbb", availabilityZone: "us-east-1a", __secrets: ["snapshotId"] },
            ["snap-0aaa", "snap-0bbb"],
        ],
        [
            "a smaller size",
            "VolumeFromSnapshot",
            { snapshotId: "snap-0aaa", availabilityZone: "us-east-1a", size: 19 },
            { snapshotId: "snap-0aaa", availabilityZone: "us-east-1a", size: 17, __secrets: ["size"] },
            ["17", "19"],
        ],
        [
            "a zone elsewhere",
            "VolumeFromSnapshot",
            {},
            { snapshotId: "snap-0aaa", availabilityZone: "eu-west-1c", __secrets: ["availabilityZone"] },
            ["eu-west-1c"],
        ],
        [
            "a type without the figure",
            "VolumeFromSnapshot",
            {},
            {
                snapshotId: "snap-0aaa",
                availabilityZone: "us-east-1a",
                volumeType: "st1",
                iops: 4321,
                __secrets: ["volumeType", "iops"],
            },
            ["st1", "4321"],
        ],
        [
            "a cool-off period",
            "SnapshotCopy",
            {},
            {
                sourceSnapshotId: "snap-0aaa",
                sourceRegion: "us-east-1",
                lock: { mode: "governance", duration: "77 days", coolOff: "7 hours" },
                __secrets: ["lock"],
            },
            ["77 days", "7 hours"],
        ],
        [
            "a lock that cannot be lifted",
            "SnapshotCopy",
            {},
            {
                sourceSnapshotId: UNKNOWN,
                sourceRegion: "us-east-1",
                lock: { mode: "compliance", duration: hush.lock },
                __secrets: ["lock"],
            },
            ["77 days"],
        ],
        [
            "a value that is none of those allowed",
            "InstanceSnapshots",
            {},
            { instanceId: "i-0secret", descripton: "hush", __secrets: ["instanceId", "descripton"] },
            ["i-0secret", "hush"],
        ],
    ];
    test.each(cases)("%s", async (_, resource, olds, news, hidden) => {
        const host = new Host(baseConfig, ({ action }) => answer(action), resource);
        const { inputs: before } = Object.keys(olds).length === 0 ? { inputs: {} } : await host.check(olds);
        const { inputs, failures } = await host.check(news, before);
        const compared = host.lifecycle.diff("vol-1", { ...before, size: 19, state: "available" }, inputs);
        const texts = [
            ...failures.map(({ property, reason }) => {
                // The engine prints the value of the reported property.
                return property === "" ? reason : `${property} ${JSON.stringify(inputs[property])} ${reason}`;
            }),
            ...(await host.clock.until(
                compared.then(
                    () => [],
                    (error: unknown) => [String(error)],
                ),
            )),
            ...host.messages,
        ];
        expect(texts.join("\n")).toMatch(/\[secret\]|must be a value|is not a supported property/);
        for (const secret of hidden) expect(texts.join("\n")).not.toContain(secret);
    });
});

test.each([
    ["another zone", { availabilityZone: "us-east-1b" }, ["availabilityZone"], ["us-east-1a", "us-east-1b"]],
    ["another snapshot", { snapshotId: "snap-0bbb" }, ["snapshotId"], ["snap-0aaa", "snap-0bbb"]],
    ["a size that will be changed", { size: 4321 }, ["size"], ["1234", "4321"]],
    [
        "a type that will be changed",
        { volumeType: "io2", iops: 4321 },
        ["volumeType", "iops"],
        ["io2", "gp3", "4321"],
    ],
])("an adoption compares secrets without showing them: %s", async (_, args, secrets, hidden) => {
    const snapshotXml =
        "<volumeSet><item><volumeId>vol-1</volumeId><status>available</status><size>1234</size>" +
        "<availabilityZone>us-east-1a</availabilityZone><volumeType>gp3</volumeType><iops>3000</iops>" +
        "<snapshotId>snap-0aaa</snapshotId></item></volumeSet>";
    const source =
        "<snapshotSet><item><snapshotId>snap-0aaa</snapshotId><status>completed</status>" +
        "<volumeSize>8</volumeSize></item></snapshotSet>";
    const inner: Record<string, string> = { DescribeVolumes: snapshotXml, DescribeSnapshots: source };
    const host = new Host(baseConfig, ({ action }) => answer(action, inner[action]), "VolumeFromSnapshot");
    const base = { adopt: "vol-1", snapshotId: "snap-0aaa", availabilityZone: "us-east-1a" };
    const { failures } = await host.check({ ...base, ...args, __secrets: secrets });
    const text = [...failures.map(({ property, reason }) => `${property}: ${reason}`), ...host.messages].join(
        "\n",
    );
    expect(text).toContain("[secret]");
    for (const secret of hidden) expect(text).not.toContain(secret);
});

test("values of secret inputs are redacted at any depth, the longest first; short ones stay", () => {
    const inputs = { tags: { Pw: "hunter2", Also: "hunter2-b", Short: "ab" }, group: "payments" };
    const words = "Value (hunter2-b) and (hunter2) of ab in payments";
    expect(redactValues(words, inputs, ["tags"])).toBe("Value ([secret]) and ([secret]) of ab in payments");
});
