import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { nightly } from "./schedules";
import { inputsOf, registrations } from "../pulumi-mocks";
import { allowed, registerSchedule } from "./register-schedule";

const dlm = "pulumi-nodejs:dynamic/ebs:LifecyclePolicy";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";

test("adding or reordering targets or rules renames no DLM policy or schedule", async () => {
    const weekly = { name: "weekly", cron: "0 3 ? * SUN *", keep: 4 };
    const few = await registerSchedule("a", { targets: { anyTag: { Backup: ["x"] } }, rules: [nightly] });
    const one = inputsOf(dlm, "a-x");
    registrations.splice(0);
    await registerSchedule("b", {
        targets: { anyTag: { Backup: ["y", "z"] } },
        rules: [weekly, nightly],
    });
    registrations.forEach((resource) => (resource.name = resource.name.replace(/^b/, "a")));
    const two = inputsOf(dlm, "a-z");
    expect(few.names).toContain("LifecyclePolicy a-x");
    const schedulesOf = (policy: Record<string, unknown>) =>
        (policy["policyDetails"] as { schedules: { name: string }[] }).schedules.map(({ name }) => name);
    expect([schedulesOf(one), schedulesOf(two)]).toEqual([["nightly"], ["nightly", "weekly"]]);
});

test("volumes by id have one policy per rule, which tags them with its own key", async () => {
    const { names } = await registerSchedule("ids", {
        targets: { volumeIds: ["vol-1", pulumi.output("vol-2")] },
        rules: [nightly, { name: "weekly", cron: "0 3 ? * SUN *", keep: 4 }],
    });
    expect(names.filter((name) => /^(Tag|Lifecycle)/.test(name)).sort()).toEqual([
        "LifecyclePolicy ids-nightly",
        "LifecyclePolicy ids-weekly",
    ]);
    const { targetTags } = inputsOf(dlm, "ids-nightly")["policyDetails"] as {
        targetTags: Record<string, string>;
    };
    const [key = ""] = Object.keys(targetTags);
    expect(key).toMatch(/^pulumi-ebs-snapshots:target-[0-9a-f]{12}$/);
    expect(inputsOf(dlm, "ids-nightly")["targetVolumeIds"]).toEqual(["vol-1", "vol-2"]);
    const weekly = inputsOf(dlm, "ids-weekly")["policyDetails"] as { targetTags: object };
    expect(Object.keys(weekly.targetTags)).not.toContain(key);
});

test("instances have multi-volume snapshots with exclusions, scripts and variable tags", async () => {
    await registerSchedule("db", {
        targets: {
            instances: {
                anyTag: { Role: ["db"] },
                excludeBootVolume: true,
                excludeVolumesTagged: { Scratch: "yes" },
            },
        },
        rules: [{ ...nightly, scripts: { document: "AWS_VSS_BACKUP", timeout: "60 seconds", retries: 1 } }],
        variableTags: { Source: "$(instance-id)", Taken: "$(timestamp)" },
        enabled: false,
    });
    expect(inputsOf(dlm, "db-db")).toMatchObject({
        state: "DISABLED",
        policyDetails: {
            resourceTypes: ["INSTANCE"],
            targetTags: { Role: "db" },
            parameters: { excludeBootVolume: true, excludeDataVolumeTags: { Scratch: "yes" } },
            schedules: [
                {
                    variableTags: { Source: "$(instance-id)", Taken: "$(timestamp)" },
                    createRule: {
                        scripts: [
                            {
                                executionHandler: "AWS_VSS_BACKUP",
                                executionTimeout: 60,
                                maximumRetryCount: 1,
                            },
                        ],
                    },
                },
            ],
        },
    });
    const { actions, of } = allowed(inputsOf(rolePolicy, "db-dlm"));
    expect(actions).toContain("ssm:SendCommand");
    expect(of("ec2:CreateSnapshots")[0]!.Resource).toBe("arn:aws:ec2:us-east-1:123456789012:instance/*");
});
