// Tests the record of a schedule: its identity survives a rename, and a preview reports the losses of a change.

import { afterEach, describe, expect, test, vi } from "vitest";
import { baseConfig, Host } from "../host";
import { schedulePlan } from "../../../provider/resources/schedule-record";
import type { ResourceName } from "../../../schema/index";
import type { Properties } from "../../../schema/values";

afterEach(() => vi.unstubAllEnvs());

const identity = "organization/project/test/a";
const renamed = "organization/project/test/b";

function warning(state: Properties, inputs: Properties): unknown {
    return schedulePlan.warning?.({ state, inputs } as never);
}

const declared: Record<ResourceName, Properties> = {
    CompletedSnapshots: { snapshotIds: ["snap-1"] },
    InstanceSnapshots: { instanceId: "i-1" },
    LifecyclePolicy: {
        description: "nightly",
        executionRoleArn: "arn:aws:iam::123456789012:role/dlm",
        defaultPolicy: "VOLUME",
    },
    SchedulePlan: { defaultIdentity: renamed, restorePoints: 14, recoveryVolumes: 0, region: "eu-west-1" },
    Snapshot: { volumeId: "vol-1" },
    SnapshotCopy: { sourceSnapshotId: "snap-1", sourceRegion: "us-east-1" },
    SnapshotShare: { snapshotId: "snap-1", accounts: ["111122223333"] },
    VolumeClone: { sourceVolumeId: "vol-1" },
    VolumeFromSnapshot: { snapshotId: "snap-1", availabilityZone: "us-east-1a" },
};

test.each(Object.entries(declared) as [ResourceName, Properties][])(
    "%s is refused at preview without credentials, except the record: a schedule's aws.Provider may have them",
    async (name, inputs) => {
        const names = ["AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"];
        for (const variable of [...names, "AWS_WEB_IDENTITY_TOKEN_FILE"]) vi.stubEnv(variable, "");
        vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
        vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        const config = { "aws:region": "us-east-1", "aws:skipMetadataApiCheck": "true" };
        const failures = await new Host(config, undefined, name).failures(inputs);
        const refused = expect.stringContaining("no AWS credentials") as string;
        expect(failures).toEqual(name === "SchedulePlan" ? [] : [refused]);
    },
);

describe("recovery volumes", () => {
    const record = (recoveryVolumes: unknown): Properties =>
        recoveryVolumes === undefined ? {} : { recoveryVolumes };

    test("a preview reports how many recovery volumes a change deletes, or that no more will be created", () => {
        expect(warning(record(4), record(1))).toBe(
            "up to 3 recovery volumes of each volume will be deleted, except volumes that were ever attached",
        );
        expect(warning(record(4), record(0))).toBe(
            "the schedule will create no more recovery volumes. Those that exist, up to 4 of each volume, are kept or deleted, " +
                "as recoveryVolumes.onDestroy was set",
        );
    });

    test.each([
        [1, 4],
        [2, 2],
        [undefined, 2],
        [2, undefined],
    ])("a change from %j to %j causes no warning", (before, after) => {
        expect(warning(record(before), record(after))).toBeUndefined();
    });
});

describe("the identity", () => {
    const fillIn = (former: Properties, inputs: Properties) =>
        schedulePlan.fillIn?.({ former, inputs: { defaultIdentity: renamed, ...inputs } })["identity"];

    test("is the explicit one, else that of the state, else the default", () => {
        expect(fillIn({ identity }, { identity: "payments" })).toBe("payments");
        expect(fillIn({ identity }, {})).toBe(identity);
        expect(fillIn({}, {})).toBe(renamed);
    });

    test("is that of the state for a replacement too, which the engine checks again without the state", async () => {
        const host = new Host(baseConfig, undefined, "SchedulePlan");
        const declared = { defaultIdentity: renamed, restorePoints: 14, recoveryVolumes: 0 };
        const olds = { ...declared, identity, region: "us-east-1" };
        const checked = [await host.check(declared, olds), await host.check(declared)];
        expect(checked.map(({ inputs }) => inputs["identity"])).toEqual([identity, identity]);
    });

    const urn =
        "urn:pulumi:test::project::ebs-snapshots:index:SnapshotSchedule$pulumi-nodejs:dynamic/ebs:SchedulePlan::a";
    const declaredAs = { urn, organization: "organization" };

    test("of an earlier version is that of its last run, which existing resources have", () => {
        expect(schedulePlan.upgrade?.({ recoveryVolumes: 2 }, { declaredAs })).toEqual({
            recoveryVolumes: 2,
            identity,
        });
        const present = { identity: "payments", recoveryVolumes: 2 };
        expect(schedulePlan.upgrade?.(present, { declaredAs })).toEqual(present);
    });

    test("of a new schedule is not in any state, and an earlier state without a URN provides none", () => {
        expect(schedulePlan.upgrade?.({}, { declaredAs })).toEqual({});
        expect(schedulePlan.upgrade?.({ recoveryVolumes: 0 }, {})).toEqual({ recoveryVolumes: 0 });
    });

    test("that a renamed schedule keeps is reported in that run only", () => {
        const inputs = { identity, defaultIdentity: renamed };
        expect(warning({ identity, defaultIdentity: identity }, inputs)).toBe(
            `the schedule keeps its identity ${identity}, with which its snapshots and volumes are tagged, although its default ` +
                `would now be ${renamed}`,
        );
        expect(warning({ identity }, inputs)).toContain(`keeps its identity ${identity}`);
        expect(warning(inputs, inputs)).toBeUndefined();
        expect(warning({ identity }, { identity, defaultIdentity: identity })).toBeUndefined();
    });

    test("that the program changes is reported with the number of resources that become unmanaged, if known", () => {
        const state = { identity, defaultIdentity: identity, restorePoints: 14, recoveryVolumes: 2 };
        const changed = { ...state, identity: "payments" };
        const [from, to] = [`the identity changes from ${identity} to payments`, "of each volume"];
        expect(warning(state, changed)).toBe(
            `${from}: up to 14 snapshots ${to} keep the former one in their tags, so that the role of the schedule no longer ` +
                `lets DLM delete, share or archive them. Up to 2 recovery volumes ${to} stay and are no longer managed; delete ` +
                `them yourself. To keep them managed, set identity: "${identity}"`,
        );
        const earlier = warning({ identity, recoveryVolumes: 0 }, { ...changed, recoveryVolumes: 0 });
        expect(earlier).toContain(`${from}: the existing snapshots keep the former one`);
        expect(earlier).not.toContain("recovery volume");
    });

    const declared = (name: string, more: Properties = {}) => ({
        urn: urn.replace(/a$/, name),
        inputs: {
            identity,
            defaultIdentity: `organization/project/test/${name}`,
            region: "us-east-1",
            ...more,
        },
        secrets: [],
        former: {},
    });
    const failures = (other: ReturnType<typeof declared>) => {
        const { urn: own, inputs } = declared("a");
        return schedulePlan.check?.({
            inputs,
            urn: own,
            declarations: [declared("a"), other],
            olds: {},
        } as never);
    };

    test("that a renamed schedule keeps is rejected for a new schedule with the former name in the same region", () => {
        expect(failures(declared("b"))).toEqual([
            {
                property: "identity",
                reason:
                    `is ${identity}, which the schedule b has too, since a renamed schedule keeps its identity. Set \`identity\` ` +
                    "of the new schedule to another text",
            },
        ]);
        expect(failures(declared("b", { region: "eu-west-1" }))).toEqual([]);
        expect(failures(declared("b", { identity: renamed }))).toEqual([]);
    });
});
