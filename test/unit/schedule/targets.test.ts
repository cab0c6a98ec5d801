import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { nightly } from "./schedules";
import { allowed, made, registered } from "./mocks";

const dlm = "pulumi-nodejs:dynamic/ebs:LifecyclePolicy";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";

test("a target or a rule more, or another order, renames no policy and no schedule of DLM", async () => {
    const weekly = { name: "weekly", cron: "0 3 ? * SUN *", keep: 4 };
    const few = await made("a", { targets: { anyTag: { Backup: ["x"] } }, rules: [nightly] });
    const one = few.child(dlm, "a-x");
    registered.splice(0);
    const many = await made("b", { targets: { anyTag: { Backup: ["y", "z"] } }, rules: [weekly, nightly] });
    registered.forEach((resource) => (resource.name = resource.name.replace(/^b/, "a")));
    const two = many.child(dlm, "a-z");
    expect(few.names).toContain("LifecyclePolicy a-x");
    const schedulesOf = (policy: Record<string, unknown>) =>
        (policy["policyDetails"] as { schedules: { name: string }[] }).schedules.map(({ name }) => name);
    expect([schedulesOf(one), schedulesOf(two)]).toEqual([["nightly"], ["nightly", "weekly"]]);
});

test("volumes by id have a policy for each rule, which tags them with a key of its own", async () => {
    const { names, child } = await made("ids", {
        targets: { volumeIds: ["vol-1", pulumi.output("vol-2")] },
        rules: [nightly, { name: "weekly", cron: "0 3 ? * SUN *", keep: 4 }],
    });
    expect(names.filter((name) => /^(Tag|Lifecycle)/.test(name)).sort()).toEqual([
        "LifecyclePolicy ids-nightly",
        "LifecyclePolicy ids-weekly",
    ]);
    const { targetTags } = child(dlm, "ids-nightly")["policyDetails"] as {
        targetTags: Record<string, string>;
    };
    const [key = ""] = Object.keys(targetTags);
    expect(key).toMatch(/^pulumi-ebs-snapshots:target-[0-9a-f]{12}$/);
    expect(child(dlm, "ids-nightly")["targetVolumeIds"]).toEqual(["vol-1", "vol-2"]);
    const weekly = child(dlm, "ids-weekly")["policyDetails"] as { targetTags: object };
    expect(Object.keys(weekly.targetTags)).not.toContain(key);
});

test("instances are copied as sets, with exclusions, scripts and variable tags", async () => {
    const { child } = await made("db", {
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
    expect(child(dlm, "db-db")).toMatchObject({
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
    const { actions, of } = allowed(child(rolePolicy, "db-dlm"));
    expect(actions).toContain("ssm:SendCommand");
    expect(of("ec2:CreateSnapshots")[0]!.Resource).toBe("arn:aws:ec2:us-east-1:123456789012:instance/*");
});
