/**
 * Creates the resources for recovery volumes: a Lambda function and its triggers.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import { join } from "node:path";
import { toMilliseconds } from "../../schema/duration";
import { settingsVariable, type RecoverySettings } from "../../schema/recovery-settings";
import type { SnapshotScheduleInputs } from "../../schema/schedule/args";
import type { Aws } from "../aws";
import { summaryOf } from "./summary";
import type { ScheduleIdentity } from "./dlm-schedule";
import { boundaryOf, rolePath, trustOf, type Place } from "../dlm/iam";
import { recoveryRights } from "./role";

type Args = SnapshotScheduleInputs<pulumi.Input<string>>;

/** `npm run build` creates the bundle; its path is the same from sources and from dist/. */
const bundle = join(__dirname.replace(/([/\\])sdk([/\\])schedule$/, "$1recovery"));

/** EBS sends these events for single and for multi-volume snapshots; both are best effort. */
const eventPattern = {
    source: ["aws.ec2"],
    "detail-type": ["EBS Snapshot Notification", "EBS Multi-Volume Snapshots Completion Status"],
    detail: { event: ["createSnapshot", "createSnapshots"], result: ["succeeded"] },
};

function recoverySettings(
    { id, tagKeys }: ScheduleIdentity<pulumi.Input<string>>,
    args: Args,
    policyIds: pulumi.Output<string[]>,
): pulumi.Output<RecoverySettings> {
    const {
        availabilityZones = [],
        keep = 0,
        maximum = 0,
        volumeType = "gp3",
        onDestroy = "keep",
    } = args.recoveryVolumes ?? {};
    const { recoveryPointObjective } = summaryOf(args);
    const tags = {
        ...(args.group === undefined ? {} : { [tagKeys.group]: args.group }),
        ...(args.billingCode === undefined ? {} : { [tagKeys.billingCode]: args.billingCode }),
    };
    return pulumi.all([tags, policyIds, id]).apply(([known, policies, schedule]) => ({
        schedule,
        policies,
        availabilityZones,
        keep,
        maximum,
        volumeType,
        onDestroy,
        carriedTags: Object.values(tagKeys),
        tags: known,
        ...(args.enabled === false || recoveryPointObjective === undefined
            ? {}
            : { recoveryPointHours: toMilliseconds(recoveryPointObjective) / 3_600_000 }),
    }));
}

/** Contains the resources that the function is connected to. */
export interface RecoveryConnections {
    place: pulumi.Output<Place>;
    /** Ids of the DLM policies whose snapshots count. */
    policyIds: pulumi.Output<string[]>;
    /** ARN of the failure queue. */
    failures: pulumi.Output<string>;
}

/** Creates the function with its triggers; the event rules send to the failure queue. */
export function createRecovery(
    aws: Aws,
    identity: ScheduleIdentity<pulumi.Input<string>>,
    {
        args,
        place,
        policyIds,
        failures,
        parent,
    }: { args: Args; parent: pulumi.Resource } & RecoveryConnections,
): { functionArn: pulumi.Output<string>; ruleArns: pulumi.Output<string>[] } {
    const { name } = identity;
    const opts = { parent };
    const settings = pulumi.jsonStringify(recoverySettings(identity, args, policyIds));

    const logs = new aws.cloudwatch.LogGroup(`${name}-recovery`, { retentionInDays: 30 }, opts);
    const role = new aws.iam.Role(
        `${name}-recovery`,
        {
            path: rolePath,
            assumeRolePolicy: pulumi.jsonStringify(place.apply((where) => trustOf("lambda", where))),
            ...boundaryOf(args),
        },
        opts,
    );
    const rights = new aws.iam.RolePolicy(
        `${name}-recovery`,
        {
            role: role.id,
            policy: pulumi.all([place, policyIds]).apply(([where, policies]) => {
                const uses = { policies, logStreams: pulumi.interpolate`${logs.arn}:*`, failures };
                return pulumi.jsonStringify(recoveryRights(identity, where, uses));
            }),
        },
        opts,
    );
    const recoveryFunction = new aws.lambda.Function(
        `${name}-recovery`,
        {
            description: "Creates recovery volumes from the newest snapshots of a schedule",
            // Lambda supports it until April 2028: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
            runtime: "nodejs24.x",
            architectures: ["arm64"],
            handler: "index.handler",
            code: new pulumi.asset.FileArchive(bundle),
            role: role.arn,
            memorySize: 256,
            // This is the maximum of Lambda, which is enough for 500 volumes.
            timeout: 900,
            // Two concurrent runs could exceed the maximum together.
            reservedConcurrentExecutions: 1,
            environment: { variables: { [settingsVariable]: settings } },
            deadLetterConfig: { targetArn: failures },
            loggingConfig: { logFormat: "Text", logGroup: logs.name },
        },
        { ...opts, dependsOn: [rights] },
    );
    // The invocation runs the function on each change, and before it is deleted (onDestroy).
    const invocation = new aws.lambda.Invocation(
        `${name}-recovery`,
        { functionName: recoveryFunction.name, input: settings, lifecycleScope: "CRUD", terraformKey: "tf" },
        opts,
    );
    const minutes = toMilliseconds(args.recoveryVolumes?.sweepEvery ?? "1 hour") / 60_000;
    const callers = {
        snapshots: { eventPattern: JSON.stringify(eventPattern) },
        // EBS events are best effort, so that a timer runs the function too.
        sweep: { scheduleExpression: minutes === 1 ? "rate(1 minute)" : `rate(${String(minutes)} minutes)` },
    };
    const ruleArns = Object.entries(callers).map(([caller, when]) => {
        // The triggers are deleted before the invocation, so that none recreates volumes in between.
        const after = { ...opts, dependsOn: [invocation] };
        const rule = new aws.cloudwatch.EventRule(`${name}-${caller}`, when, after);
        new aws.lambda.Permission(
            `${name}-${caller}`,
            {
                action: "lambda:InvokeFunction",
                function: recoveryFunction.name,
                principal: "events.amazonaws.com",
                sourceArn: rule.arn,
            },
            opts,
        );
        new aws.cloudwatch.EventTarget(
            `${name}-${caller}`,
            { rule: rule.name, arn: recoveryFunction.arn, deadLetterConfig: { arn: failures } },
            after,
        );
        return rule.arn;
    });
    return { functionArn: recoveryFunction.arn, ruleArns };
}
