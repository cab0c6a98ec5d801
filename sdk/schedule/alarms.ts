/**
 * Creates the failure queue and the CloudWatch alarms of a schedule.
 *
 * @module
 */
import type { MetricAlarmArgs } from "@pulumi/aws/cloudwatch";
import type { Queue } from "@pulumi/aws/sqs";
import * as pulumi from "@pulumi/pulumi";
import { toMilliseconds } from "../../schema/duration";
import { metricNamespace, type RecoveryMetric } from "../../schema/recovery-settings";
import type { Aws } from "../aws";
import { summaryOf } from "./summary";
import type { ScheduleIdentity } from "./dlm-schedule";
import type { SchedulePolicy } from "./policy";

/** A DLM policy with the outputs of its resource. */
export interface CreatedPolicy {
    policy: SchedulePolicy;
    id: pulumi.Output<string>;
    arn: pulumi.Output<string>;
}

const twoWeeks = 14 * 86_400;
/** CloudWatch evaluates hourly periods over at most seven days. */
const mostHours = 168;

/** Creates the queue for events that the function could not handle, and for DLM policies in error. */
export function createFailureQueue(
    aws: Aws,
    { name }: Pick<ScheduleIdentity, "name">,
    opts: pulumi.CustomResourceOptions,
): Queue {
    return new aws.sqs.Queue(
        `${name}-failures`,
        { messageRetentionSeconds: twoWeeks, sqsManagedSseEnabled: true },
        opts,
    );
}

/** Lets the event rules of the schedule, and no others, send to the queue; one of them reports DLM policies in error. */
export function sendFailures(
    aws: Aws,
    { name }: Pick<ScheduleIdentity, "name">,
    {
        queue,
        policies,
        ruleArns,
        opts,
    }: {
        queue: Queue;
        policies: CreatedPolicy[];
        ruleArns: pulumi.Output<string>[];
        opts: pulumi.CustomResourceOptions;
    },
): void {
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
                        Condition: { ArnEquals: { "aws:SourceArn": [rule.arn, ...ruleArns] } },
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
}

export function createAlarms(
    aws: Aws,
    { name, id }: ScheduleIdentity<pulumi.Input<string>>,
    {
        topicArn,
        enabled,
        recovery,
        policies,
        queueName,
        opts,
    }: {
        topicArn: pulumi.Input<string>;
        enabled: boolean;
        recovery: boolean;
        policies: CreatedPolicy[];
        queueName: pulumi.Output<string>;
        opts: pulumi.CustomResourceOptions;
    },
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
    alarm("failures", "A DLM policy is in error, or an event could not be handled: see the queue", {
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: queueName },
        statistic: "Maximum",
        period: 300,
    });
    for (const { policy, id: policyId } of policies) {
        const ofPolicy = { namespace: "AWS/EBS", dimensions: { DLMPolicyId: policyId } };
        alarm(`${suffixOf(name, policy)}-failed`, `A snapshot of ${policy.target} failed`, {
            ...ofPolicy,
            metricName: "SnapshotsCreateFailed",
        });
        const { recoveryPointObjective } = summaryOf(policy);
        const hours = Math.ceil(toMilliseconds(recoveryPointObjective ?? "36500 days") / 3_600_000);
        // A default policy creates no snapshot as long as something else backs up every volume.
        if (!enabled || hours > mostHours || policy.isDefault === true) continue;
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
    const functionAlarms: Record<RecoveryMetric, string> = {
        VolumesFailed: "A recovery volume could not be created or deleted: see the log of the function",
        VolumesBeyondMaximum: "recoveryVolumes.maximum is reached: no further recovery volumes are created",
        VolumesUnknown:
            "Volumes carry the tag of the schedule, but their snapshot no longer exists or is of none of its policies",
        MissedRecoveryPoints: "The newest snapshot of a volume is too old",
    };
    for (const [metricName, description] of Object.entries(functionAlarms)) {
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
