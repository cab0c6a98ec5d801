import * as pulumi from "@pulumi/pulumi";
import { LifecyclePolicy } from "pulumi-ebs-snapshots";

const config = new pulumi.Config();
const executionRoleArn = config.require("roleArn");

// One policy for both values of the tag: a volume with either of them is backed up.
const tagged = new LifecyclePolicy("tagged", {
    description: "daily and weekly snapshots",
    executionRoleArn,
    policyDetails: {
        resourceTypes: ["VOLUME"],
        targetTags: { Backup: ["daily", "critical"] },
        schedules: [
            {
                name: "daily",
                copyTags: true,
                createRule: { interval: 24, intervalUnit: "HOURS", times: ["03:00"] },
                retainRule: { count: config.getNumber("keep") ?? 14 },
            },
            {
                name: "weekly",
                copyTags: true,
                createRule: { cronExpression: "cron(0 4 ? * SUN *)" },
                retainRule: { interval: 8, intervalUnit: "WEEKS" },
            },
        ],
    },
});

// The default policy backs up every other volume, so that none is forgotten.
const everythingElse = new LifecyclePolicy("everything-else", {
    description: "everything else",
    executionRoleArn,
    defaultPolicy: "VOLUME",
    createInterval: 1,
    retainInterval: 7,
    exclusions: { excludeTags: { Backup: "none" } },
});

export const policyIds = [tagged.policyId, everythingElse.policyId];
