// Tests that a renamed schedule tags, permits and finds with its former identity.

import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test } from "vitest";
import { SnapshotSchedule, type SnapshotScheduleArgs } from "../../../sdk";
import { allows, named, own, snapshot } from "../iam";
import { inputsOf, registrations } from "../pulumi-mocks";
import { registerSchedule, state } from "./register-schedule";

const args: SnapshotScheduleArgs = {
    targets: { anyTag: { Backup: ["nightly"] } },
    rules: [
        {
            name: "nightly",
            every: "24 hours",
            keep: 14,
            shareWith: { accounts: ["111122223333"], unshareAfter: "7 days" },
        },
    ],
    recoveryVolumes: { availabilityZones: ["us-east-1a"], keep: 2, maximum: 40 },
    alarm: { topicArn: "arn:aws:sns:us-east-1:123456789012:backups" },
};
const dlm = "pulumi-nodejs:dynamic/ebs:LifecyclePolicy";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const former = "organization/project/test/former";

/** Returns every place where a schedule uses its identity. */
function identitiesOf(name: string) {
    const details = inputsOf(dlm, `${name}-nightly`)["policyDetails"] as {
        schedules: { tagsToAdd: Record<string, string> }[];
    };
    const { environment } = inputsOf("aws:lambda/function:Function", `${name}-recovery`) as {
        environment: { variables: Record<string, string> };
    };
    const settings = JSON.parse(environment.variables["RECOVERY_VOLUMES"]!) as { schedule: string };
    const { dimensions } = inputsOf("aws:cloudwatch/metricAlarm:MetricAlarm", `${name}-VolumesUnknown`) as {
        dimensions: Record<string, string>;
    };
    return [
        ...details.schedules.map(({ tagsToAdd }) => tagsToAdd["pulumi-ebs-snapshots:schedule"]),
        settings.schedule,
        dimensions["Schedule"],
    ];
}

describe("a renamed schedule", () => {
    beforeEach(() => {
        state.identity = former;
    });

    test("tags and finds snapshots with the identity in its state", async () => {
        await registerSchedule("renamed", args);
        expect(identitiesOf("renamed")).toEqual([former, former, former]);
    });

    const taken = (id: string) => ({
        "aws:ResourceTag/pulumi-ebs-snapshots:schedule": id,
        "aws:ResourceTag/aws:dlm:lifecycle-policy-id": "policy-0123456789abcdef0",
    });
    const unshared = { "ec2:Remove/userId": "111122223333" };
    const volume = `arn:aws:ec2:us-east-1:${own}:volume/vol-0123456789abcdef0`;
    const recovery = (id: string) => ({ "aws:ResourceTag/pulumi-ebs-snapshots:recovery": id });

    test.each([
        ["dlm", "ec2:DeleteSnapshot", snapshot, taken],
        ["dlm", "ec2:ModifySnapshotAttribute", snapshot, (id: string) => ({ ...taken(id), ...unshared })],
        ["recovery", "ec2:DeleteVolume", volume, recovery],
    ])("has a role (%s) that may %s previously tagged snapshots", async (role, action, on, context) => {
        await registerSchedule("renamed", args);
        const document = JSON.parse(inputsOf(rolePolicy, `renamed-${role}`)["policy"] as string) as unknown;
        const principal = `arn:aws:iam::${own}:role/pulumi-ebs-snapshots/renamed-1a2b3c4`;
        const isAllowed = (id: string) =>
            allows({ identityPolicies: named(document) }, { principal, action, on, context: context(id) });
        expect(await isAllowed(former)).toBe(true);
        expect(await isAllowed("organization/project/test/renamed")).toBe(false);
    });

    test("with volumes by id keeps their tags", async () => {
        const targets = { volumeIds: ["vol-0123456789abcdef0"] };
        await registerSchedule("renamed", { targets, rules: args.rules });
        const tagsOf = () =>
            (inputsOf(dlm, "renamed-nightly")["policyDetails"] as { targetTags: object }).targetTags;
        const tags = tagsOf();
        expect(Object.values(tags)).toEqual([former]);
        registrations.splice(0);
        await registerSchedule("former", { targets, rules: args.rules });
        expect(inputsOf(dlm, "former-nightly")["policyDetails"]).toMatchObject({ targetTags: tags });
    });
});

test("an explicit identity is used everywhere, and the record contains both", async () => {
    state.identity = former;
    await registerSchedule("own", { ...args, identity: "payments" });
    expect(identitiesOf("own")).toEqual(["payments", "payments", "payments"]);
    expect(inputsOf("pulumi-nodejs:dynamic/ebs:SchedulePlan", "own")).toMatchObject({
        identity: "payments",
        defaultIdentity: "organization/project/test/own",
        restorePoints: 14,
        recoveryVolumes: 2,
    });
});

describe("is rejected before anything is created", () => {
    test.each<[string, unknown]>([
        ['identity is "", but must be 1 to 256 letters', ""],
        ['identity is "team*", but must be 1 to 256 letters', "team*"],
        ['identity is "team?", but must be 1 to 256 letters', "team?"],
        ['identity is "${aws:username}", but must be', "${aws:username}"],
        ['identity is " team", but must be', " team"],
        ['identity is ":team", but must be', ":team"],
        ["but must be 1 to 256 letters", "x".repeat(257)],
        ["identity is an output, but the program must know it at its start", pulumi.output("team")],
    ])("%s", (message, identity) => {
        expect(() => new SnapshotSchedule("bad", { ...args, identity } as SnapshotScheduleArgs)).toThrow(
            message,
        );
        expect(registrations).toEqual([]);
    });

    test("a default identity that is too long, unless an explicit one is given", () => {
        const name = "x".repeat(250);
        expect(() => new SnapshotSchedule(name, args)).toThrow("Set `identity` to a shorter one");
        expect(() => new SnapshotSchedule(name, { ...args, identity: "payments" })).not.toThrow();
    });

    test("an identity that another schedule of the program uses", () => {
        new SnapshotSchedule("one", { ...args, identity: "payments" });
        const other = { ...args, targets: { anyTag: { Backup: ["weekly"] } }, identity: "payments" };
        expect(() => new SnapshotSchedule("two", other)).toThrow(
            'identity is payments, and two schedules of one identity would manage the same snapshots: set `identity` of one of them. Schedule "one" uses it already',
        );
    });
});
