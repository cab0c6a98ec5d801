// Tests the preview of a DLM policy: it replaces only if DLM requires it, and reports how many restore points are lost.

import { CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { UNKNOWN, type Properties } from "../../schema/values";
import { emulator, test } from "../fixture";
import { args, kind, nightly, warnings, weekly, withDetails } from "./dlm-policies";
import { Door, failure } from "./door";

test("another resource or policy type, or retention by number or age, replaces the policy; the old one is deleted first", async () => {
    const created = await new Door(emulator).create(kind, args);
    const aged = { ...nightly, retainRule: { interval: 7, intervalUnit: "DAYS" } };
    const cases: [Properties, string, string][] = [
        [
            withDetails({ schedules: [aged, weekly] }),
            "policyDetails",
            "DLM cannot change the retention of the schedule nightly from a number to an age: up to 22 restore points of each " +
                "volume (nightly 14, weekly 8) stay and are no longer managed; delete them yourself",
        ],
        [
            withDetails({ resourceTypes: ["INSTANCE"] }),
            "policyDetails",
            "DLM cannot change the resource type of a policy: up to 22 restore points of each volume (nightly 14, weekly 8) stay",
        ],
        [
            { ...args, policyType: "IMAGE_MANAGEMENT" },
            "policyType",
            "DLM cannot change the type of a policy: up to 22 restore points of each volume (nightly 14, weekly 8) stay",
        ],
    ];
    for (const [changed, property, message] of cases) {
        const door = new Door(emulator);
        expect(await door.diff(kind, created, changed)).toMatchObject({
            replaces: [property],
            deleteBeforeReplace: true,
        });
        expect(door.messages.join("\n")).toContain(message);
    }
});

test("the preview counts the restore points that a change leaves unmanaged or reduces", async () => {
    const created = await new Door(emulator).create(kind, args);
    const monthly = { ...nightly, createRule: { cronExpression: "cron(0 3 1 * ? *)" } };
    const cases: [Properties, string][] = [
        [withDetails({ schedules: [nightly] }), "schedule weekly: it is removed: up to 8 restore points"],
        [
            withDetails({ schedules: [{ ...nightly, name: "nights" }, weekly] }),
            "schedule nightly: it is renamed to nights: up to 14 restore points of each volume stay and are no longer managed",
        ],
        [
            withDetails({ schedules: [{ ...nightly, retainRule: { count: 4 } }, weekly] }),
            "schedule nightly: 14 retained becomes 4: 10 restore points of each volume are deleted at its next run",
        ],
        [
            withDetails({
                schedules: [{ ...nightly, retainRule: { count: 5 }, tagsToAdd: { Group: UNKNOWN } }, weekly],
            }),
            "schedule nightly: 14 retained becomes 5: 9 restore points of each volume are deleted at its next run",
        ],
        [
            withDetails({
                schedules: [nightly, { ...weekly, retainRule: { interval: 28, intervalUnit: "DAYS" } }],
            }),
            "schedule weekly: 56 days retained becomes 28 days: in the long run there are",
        ],
        [
            withDetails({ schedules: [monthly, weekly] }),
            "schedule nightly: it runs every 31 days instead of every 12 hours: in the long run there are 14 restore points of " +
                "each volume fewer",
        ],
        [
            withDetails({ targetTags: { Tier: ["nightly", "critical"] } }),
            "Backup=critical and Backup=nightly are no longer targeted: up to 22 restore points",
        ],
        [withDetails({ targetTags: { Backup: "nightly" } }), "Backup=critical is no longer targeted"],
        [withDetails({ parameters: { excludeBootVolume: true } }), "boot volumes are left out"],
        [{ ...args, state: "DISABLED" }, "the policy is disabled: no more runs, and up to 22 restore points"],
    ];
    for (const [changed, message] of cases) expect(await warnings(created, changed)).toContain(message);
    // Longer retention loses nothing.
    const more = withDetails({
        targetTags: { Backup: ["nightly", "critical", "more"] },
        schedules: [{ ...nightly, retainRule: { count: 20 } }, weekly],
    });
    expect(await warnings(created, more)).toBe("");
});

test("the preview lists volumes with the key aws/ebs whose snapshots would be shared", async () => {
    const createVolume = async (KmsKeyId?: string) => {
        const disk = { AvailabilityZone: "us-east-1a", Size: 1, Encrypted: true, KmsKeyId };
        const { VolumeId = "" } = await emulator.ec2().send(new CreateVolumeCommand(disk));
        return VolumeId;
    };
    const own = await createVolume(
        "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111",
    );
    const [managed, plain] = [await createVolume(), await emulator.createVolume()];
    const targetVolumeIds = [own, managed, plain];
    const shared = { ...nightly, shareRules: [{ targetAccounts: ["111122223333"] }] };
    const door = new Door(emulator);
    const created = await door.create(kind, { ...args, targetVolumeIds });
    expect(door.messages.join("\n")).not.toContain("aws/ebs");
    await door.diff(kind, created, { ...withDetails({ schedules: [shared] }), targetVolumeIds });
    expect(door.messages.join("\n")).toContain(
        `DLM cannot share the snapshots of ${managed}, because they are under the key aws/ebs`,
    );
});

test("policies that DLM would reject are rejected at preview; other rejections show DLM's message at up", async () => {
    const cases: [Properties, string][] = [
        [{ ...args, policyDetails: undefined }, "is required unless defaultPolicy is specified"],
        [{ ...args, defaultPolicy: "VOLUME" }, "specify exactly one of policyDetails and defaultPolicy"],
        [{ ...args, description: "no: colons" }, "must be 1 to 500 letters"],
        [withDetails({ schedules: [{ ...nightly, retainRule: {} }] }), "specify either count, or interval"],
        [
            withDetails({ schedules: [{ ...nightly, createRule: { interval: 12 } }] }),
            "specify either interval with intervalUnit, or cronExpression",
        ],
        [
            withDetails({
                schedules: [
                    { ...nightly, shareRules: [{ targetAccounts: ["111122223333"], unshareInterval: 2 }] },
                ],
            }),
            "specify both unshareInterval and unshareIntervalUnit",
        ],
        [withDetails({ schedules: [nightly, nightly] }), 'contain two of the name \\"nightly\\"'],
        [withDetails({ targetTag: {} }), "Did you mean `targetTags`?"],
        [withDetails({ schedules: undefined }), "policyDetails.schedules is required"],
        [{ ...args, retainInterval: 3 }, "is for default policies only"],
    ];
    for (const [changed, message] of cases)
        expect(await failure(new Door(emulator).create(kind, changed))).toContain(message);
    await new Door(emulator).create(kind, args, "first");
    expect(await failure(new Door(emulator).create(kind, args, "second"))).toMatch(
        /creating policy nightly: InvalidRequestException: The target tags .* are in use by policy-.*give the resource an alias/,
    );
});
