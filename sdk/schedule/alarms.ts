/**
 * What tells of failures: a queue that keeps them, and alarms.
 *
 * @module
 */
import type { MetricAlarmArgs } from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";
import { toMilliseconds } from "../../provider/duration";
import { metricNamespace, type RecoveryMetric } from "../../provider/recovery/wanted";
import type { Aws } from "../aws";
import { summaryOf } from "./plan";
import type { ScheduleIdentity, SchedulePolicy } from "./policy";

/** A policy of DLM that has been made. */
export interface MadePolicy {
    policy: SchedulePolicy;
    id: pulumi.Output<string>;
    arn: pulumi.Output<string>;
}

const twoWeeks = 14 * 86_400;
/** An alarm looks back seven days at most, by the hour. */
const mostHours = 168;

/** The queue of what nobody could handle: events of the function, and policies of DLM in error. Gives its ARN. */
export function makeFailures(
    aws: Aws,
    { name }: ScheduleIdentity,
    policies: MadePolicy[],
    opts: pulumi.CustomResourceOptions,
) {
    const queue = new aws.sqs.Queue(
        `${name}-failures`,
        { messageRetentionSeconds: twoWeeks, sqsManagedSseEnabled: true },
        opts,
    );
    const rule = new aws.cloudwatch.EventRule(
        `${name}-policy-error`,
        {
            eventPattern: pulumi.jsonStringify({
                source: ["aws.dlm"],
                "detail-type": ["DLM Policy State Change"],
                resources: policies.map(({ arn }) => arn),
                detail: { state: ["ERROR"] },
            }),
        },
        opts,
    );
    const rights = new aws.sqs.QueuePolicy(
        `${name}-failures`,
        {
            queueUrl: queue.url,
            policy: pulumi.jsonStringify({
                Version: "2012-10-17",
                Statement: [
                    {
                        Effect: "Allow",
                        Principal: { Service: "events.amazonaws.com" },
                        Action: "sqs:SendMessage",
                        Resource: queue.arn,
                    },
                ],
            }),
        },
        opts,
    );
    new aws.cloudwatch.EventTarget(
        `${name}-policy-error`,
        { rule: rule.name, arn: queue.arn },
        { ...opts, dependsOn: [rights] },
    );
    return queue;
}

export function makeAlarms(
    aws: Aws,
    { name, id }: ScheduleIdentity,
    { topicArn, enabled, recovery }: { topicArn: pulumi.Input<string>; enabled: boolean; recovery: boolean },
    policies: MadePolicy[],
    queueName: pulumi.Output<string>,
    opts: pulumi.CustomResourceOptions,
): void {
    const alarm = (suffix: string, description: string, metric: Partial<MetricAlarmArgs>) =>
        new aws.cloudwatch.MetricAlarm(
            `${name}-${suffix}`,
            {
                alarmDescription: description,
                alarmActions: [topicArn],
                statistic: "Sum",
                comparisonOperator: "GreaterThanThreshold",
                threshold: 0,
                evaluationPeriods: 1,
                period: 3_600,
                treatMissingData: "notBreaching",
                ...metric,
            },
            opts,
        );
    alarm("failures", "A policy is in error, or an event could not be handled: see the queue", {
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: queueName },
        statistic: "Maximum",
        period: 300,
    });
    for (const { policy, id: policyId } of policies) {
        const ofPolicy = { namespace: "AWS/EBS", dimensions: { DLMPolicyId: policyId } };
        alarm(`${suffixOf(name, policy)}-failed`, `A snapshot of ${policy.target} has failed`, {
            ...ofPolicy,
            metricName: "SnapshotsCreateFailed",
        });
        const { recoveryPointObjective } = summaryOf(policy);
        const hours = Math.ceil(toMilliseconds(recoveryPointObjective ?? "36500 days") / 3_600_000);
        if (!enabled || hours > mostHours) continue;
        alarm(
            `${suffixOf(name, policy)}-missed`,
            `No snapshot of ${policy.target} within ${String(hours)} hours`,
            {
                ...ofPolicy,
                metricName: "SnapshotsCreateCompleted",
                comparisonOperator: "LessThanThreshold",
                threshold: 1,
                evaluationPeriods: hours,
                treatMissingData: "breaching",
            },
        );
    }
    if (!recovery) return;
    const ofFunction: Record<RecoveryMetric, string> = {
        VolumesFailed: "A recovery volume could not be made or deleted: see the function's log",
        VolumesBeyondMaximum: "recoveryVolumes.maximum leaves no room for further recovery volumes",
        MissedRecoveryPoints: "The newest snapshot of a volume is too old",
    };
    for (const [metricName, description] of Object.entries(ofFunction)) {
        alarm(metricName, description, {
            namespace: metricNamespace,
            metricName,
            dimensions: { Schedule: id },
            statistic: "Maximum",
        });
    }
}

function suffixOf(name: string, policy: SchedulePolicy): string {
    return policy.name.slice(name.length + 1);
}
