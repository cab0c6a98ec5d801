/**
 * What Data Lifecycle Manager and the recovery function may do: the least that the features asked for need. Pure.
 *
 * @module
 */
import type { Input } from "@pulumi/pulumi";
import { attachedTag, recoveryTag, scheduleTag } from "../../provider/recovery/wanted";
import type { SnapshotScheduleInputs } from "./args";
import { accountId, type ScheduleIdentity, type SchedulePolicy } from "./policy";

type Args = SnapshotScheduleInputs<Input<string>>;

/** Where the schedule is. */
export interface Place {
    partition: string;
    region: string;
    account: string;
}

export interface Statement {
    Effect: "Allow";
    Action: string[];
    Resource: Input<string> | Input<string>[];
    Condition?: Record<string, Record<string, Input<string> | Input<string>[]>>;
}

export interface PolicyDocument {
    Version: "2012-10-17";
    Statement: Statement[];
}

/** Who may take on the role: a service, on behalf of this account only. */
export function trustOf(service: "dlm" | "lambda", { account }: Place) {
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { Service: `${service}.amazonaws.com` },
                Action: "sts:AssumeRole",
                // Lambda does not say for which account it asks.
                ...(service === "dlm"
                    ? { Condition: { StringEquals: { "aws:SourceAccount": account } } }
                    : {}),
            },
        ],
    };
}

export function executionRights(
    identity: ScheduleIdentity,
    args: Args,
    policies: SchedulePolicy[],
    place: Place,
): PolicyDocument {
    const { rules } = args;
    const copies = rules.flatMap(({ copyTo = [] }) => copyTo.map(({ region }) => region));
    const shares = rules.flatMap(({ shareWith }) => shareWith?.accounts ?? []);
    const snapshots = [...new Set([place.region, ...copies])]
        .sort()
        .map((region) => snapshotsIn(place, region));
    const home = snapshotsIn(place, place.region);
    const own = onlyTagged(scheduleTag, identity.id);
    const uses = (feature: "fastRestore" | "archive" | "scripts") =>
        rules.some((rule) => rule[feature] !== undefined);
    return document([
        allow(
            [
                "ec2:DescribeInstances",
                "ec2:DescribeSnapshots",
                "ec2:DescribeVolumes",
                ...(shares.length > 0 ? ["ec2:DescribeSnapshotAttribute"] : []),
                ...(uses("fastRestore") ? ["ec2:DescribeFastSnapshotRestores"] : []),
                ...(uses("archive") ? ["ec2:DescribeSnapshotTierStatus"] : []),
            ],
            "*",
        ),
        ...creation(args, policies, place),
        // DLM tags in a call of its own, so that no condition can tell what the snapshot comes from.
        allow(["ec2:CreateTags"], snapshots),
        allow(["ec2:DeleteSnapshot"], snapshots, own),
        ...when(copies.length > 0, allow(["ec2:CopySnapshot"], snapshots), ...useOfKeys(place, copies)),
        ...when(
            shares.length > 0,
            allow(["ec2:ModifySnapshotAttribute"], home, {
                ...own,
                StringEqualsIfExists: {
                    "ec2:Add/userId": shares.map((account) => accountId(account, identity.accounts)),
                },
            }),
        ),
        ...when(
            uses("fastRestore"),
            allow(["ec2:DisableFastSnapshotRestores", "ec2:EnableFastSnapshotRestores"], home, own),
        ),
        ...when(uses("archive"), allow(["ec2:ModifySnapshotTier"], home, own)),
        ...when(uses("scripts"), ...scriptRights(place)),
    ]);
}

/** Snapshots of targets only: each tag by itself, since conditions within a statement must all hold. */
function creation({ targets }: Args, policies: SchedulePolicy[], place: Place): Statement[] {
    const values = new Map<string, string[]>();
    for (const [key, value] of policies.flatMap(({ targetTags }) => Object.entries(targetTags)))
        values.set(key, [...(values.get(key) ?? []), value]);
    const ofInstances = targets.instances !== undefined;
    const action = ofInstances ? "ec2:CreateSnapshots" : "ec2:CreateSnapshot";
    const resource = resourcesIn(place, ofInstances ? "instance" : "volume");
    return [
        ...[...values].map(([key, some]) => allow([action], resource, onlyTagged(key, some))),
        allow(
            [action],
            [snapshotsIn(place, place.region), ...(ofInstances ? [resourcesIn(place, "volume")] : [])],
        ),
    ];
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/app-consistent-prereqs.html */
function scriptRights({ partition, region, account }: Place): Statement[] {
    const documents = `arn:${partition}:ssm:${region}`;
    return [
        allow(["ssm:DescribeInstanceInformation", "ssm:GetCommandInvocation", "ssm:ListCommands"], "*"),
        allow(
            ["ssm:DescribeDocument", "ssm:GetDocument", "ssm:SendCommand"],
            [`${documents}:${account}:document/*`, `${documents}::document/AWSEC2-CreateVssSnapshot`],
        ),
        allow(["ssm:SendCommand"], resourcesIn({ partition, region, account }, "instance")),
    ];
}

/** What the recovery function may do: all of it on what carries the schedule's tags. */
export function recoveryRights(
    { id }: Pick<ScheduleIdentity, "id">,
    place: Place,
    arns: { logStreams: Input<string>; failures: Input<string> },
): PolicyDocument {
    const volumes = resourcesIn(place, "volume");
    const own = onlyTagged(recoveryTag, id);
    return document([
        allow(["cloudwatch:GetMetricData", "ec2:DescribeSnapshots", "ec2:DescribeVolumes"], "*"),
        allow(["ec2:CreateVolume"], snapshotsIn(place, place.region), onlyTagged(scheduleTag, id)),
        allow(["ec2:CreateVolume"], volumes, { StringEquals: { [`aws:RequestTag/${recoveryTag}`]: id } }),
        allow(["ec2:CreateTags"], volumes, { StringEquals: { "ec2:CreateAction": "CreateVolume" } }),
        allow(["ec2:CreateTags"], volumes, {
            ...own,
            "ForAllValues:StringEquals": { "aws:TagKeys": [attachedTag] },
        }),
        allow(["ec2:DeleteVolume"], volumes, own),
        ...useOfKeys(place, []),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], arns.logStreams),
        allow(["sqs:SendMessage"], arns.failures),
    ]);
}

/** Through EC2 only; which keys the volumes have is not known here. */
function useOfKeys({ partition, region, account }: Place, others: string[]): Statement[] {
    const keys = [...new Set([region, ...others])].sort();
    const resource = keys.map((where) => `arn:${partition}:kms:${where}:${account}:key/*`);
    const viaEc2 = { "kms:ViaService": keys.map((where) => `ec2.${where}.amazonaws.com`) };
    return [
        allow(["kms:CreateGrant"], resource, {
            StringEquals: viaEc2,
            Bool: { "kms:GrantIsForAWSResource": "true" },
        }),
        allow(
            ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"],
            resource,
            { StringEquals: viaEc2 },
        ),
    ];
}

const document = (statements: Statement[]): PolicyDocument => ({
    Version: "2012-10-17",
    Statement: statements,
});

function allow(
    actions: string[],
    resources: Input<string> | Input<string>[],
    condition?: NonNullable<Statement["Condition"]>,
): Statement {
    return {
        Effect: "Allow",
        Action: actions,
        Resource: resources,
        ...(condition === undefined ? {} : { Condition: condition }),
    };
}

const when = (used: boolean, ...statements: Statement[]) => (used ? statements : []);

const onlyTagged = (key: string, value: string | string[]) => ({
    StringEquals: { [`aws:ResourceTag/${key}`]: value },
});

/** EC2 leaves the account of a snapshot empty. */
const snapshotsIn = ({ partition }: Place, region: string) => `arn:${partition}:ec2:${region}::snapshot/*`;

const resourcesIn = ({ partition, region, account }: Place, kind: "volume" | "instance") =>
    `arn:${partition}:ec2:${region}:${account}:${kind}/*`;
