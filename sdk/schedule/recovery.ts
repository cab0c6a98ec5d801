/**
 * The resources that make recovery volumes: a function, and what calls it.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import { join } from "node:path";
import { toMilliseconds } from "../../provider/duration";
import { wantedVariable, type RecoveryWanted } from "../../provider/recovery/wanted";
import type { SnapshotScheduleInputs } from "./args";
import type { Aws } from "../aws";
import { summaryOf } from "./plan";
import type { ScheduleIdentity } from "./policy";
import { recoveryRights, trustOf, type Place } from "./role";

type Args = SnapshotScheduleInputs<pulumi.Input<string>>;

/** Made by `npm run build`; from sources and from dist/ at the same place. */
const bundle = join(__dirname.replace(/([/\\])sdk([/\\])schedule$/, "$1recovery"));

/** EBS tells of a snapshot, and of the set of an instance; both as well as they can. */
const eventPattern = {
    source: ["aws.ec2"],
    "detail-type": ["EBS Snapshot Notification", "EBS Multi-Volume Snapshots Completion Status"],
    detail: { event: ["createSnapshot", "createSnapshots"], result: ["succeeded"] },
};

export function recoveryWanted({ id, tagKeys }: ScheduleIdentity, args: Args): pulumi.Input<RecoveryWanted> {
    const {
        availabilityZones = [],
        keep = 0,
        maximum = 0,
        volumeType = "gp3",
        onDestroy = "keep",
    } = args.recoveryVolumes ?? {};
    const { recoveryPointObjective } = summaryOf(args);
    const tags = pulumi.output({
        ...(args.group === undefined ? {} : { [tagKeys.group]: args.group }),
        ...(args.billingCode === undefined ? {} : { [tagKeys.billingCode]: args.billingCode }),
    });
    return tags.apply((known) => ({
        schedule: id,
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

/** Gives the ARN of the function. */
export function makeRecovery(
    aws: Aws,
    identity: ScheduleIdentity,
    args: Args,
    place: pulumi.Output<Place>,
    failures: pulumi.Output<string>,
    parent: pulumi.Resource,
): pulumi.Output<string> {
    const { name } = identity;
    const opts = { parent };
    const wanted = pulumi.jsonStringify(recoveryWanted(identity, args));

    const logs = new aws.cloudwatch.LogGroup(`${name}-recovery`, { retentionInDays: 30 }, opts);
    const role = new aws.iam.Role(
        `${name}-recovery`,
        { assumeRolePolicy: pulumi.jsonStringify(place.apply((where) => trustOf("lambda", where))) },
        opts,
    );
    const arns = { logStreams: pulumi.interpolate`${logs.arn}:*`, failures };
    const rights = new aws.iam.RolePolicy(
        `${name}-recovery`,
        {
            role: role.id,
            policy: place.apply((where) => pulumi.jsonStringify(recoveryRights(identity, where, arns))),
        },
        opts,
    );
    const recover = new aws.lambda.Function(
        `${name}-recovery`,
        {
            description: "Makes recovery volumes of the newest snapshots of a schedule",
            runtime: "nodejs22.x",
            architectures: ["arm64"],
            handler: "index.handler",
            code: new pulumi.asset.FileArchive(bundle),
            role: role.arn,
            memorySize: 256,
            // The most that Lambda has; 500 volumes take one.
            timeout: 900,
            // Two at once could go beyond the maximum together.
            reservedConcurrentExecutions: 1,
            environment: { variables: { [wantedVariable]: wanted } },
            deadLetterConfig: { targetArn: failures },
            loggingConfig: { logFormat: "Text", logGroup: logs.name },
        },
        { ...opts, dependsOn: [rights] },
    );
    // At each change at once, and before the function goes: onDestroy.
    const invocation = new aws.lambda.Invocation(
        `${name}-recovery`,
        { functionName: recover.name, input: wanted, lifecycleScope: "CRUD", terraformKey: "tf" },
        opts,
    );
    const minutes = toMilliseconds(args.recoveryVolumes?.sweepEvery ?? "1 hour") / 60_000;
    const callers = {
        snapshots: { eventPattern: JSON.stringify(eventPattern) },
        // Events may be lost.
        sweep: { scheduleExpression: minutes === 1 ? "rate(1 minute)" : `rate(${String(minutes)} minutes)` },
    };
    for (const [caller, when] of Object.entries(callers)) {
        // Destroyed before the invocation, so that nothing makes volumes anew meanwhile.
        const after = { ...opts, dependsOn: [invocation] };
        const rule = new aws.cloudwatch.EventRule(`${name}-${caller}`, when, after);
        new aws.lambda.Permission(
            `${name}-${caller}`,
            {
                action: "lambda:InvokeFunction",
                function: recover.name,
                principal: "events.amazonaws.com",
                sourceArn: rule.arn,
            },
            opts,
        );
        new aws.cloudwatch.EventTarget(
            `${name}-${caller}`,
            { rule: rule.name, arn: recover.arn, deadLetterConfig: { arn: failures } },
            after,
        );
    }
    return recover.arn;
}
