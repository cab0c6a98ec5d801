/**
 * Builds the IAM policies of Data Lifecycle Manager and of the recovery function, with least privilege for the features
 * in use.
 *
 * @module
 */
import type { Input } from "@pulumi/pulumi";
import { attachedTag, policyTag, recoveryTag, scheduleTag } from "../../schema/recovery-settings";
import type { SnapshotScheduleInputs } from "../../schema/schedule/args";
import {
    allow,
    document,
    onlyTagged,
    resourcesIn,
    snapshotsIn,
    useOfKeys,
    type Place,
    type PolicyDocument,
    type Statement,
} from "../dlm/iam";
import { accountId } from "../dlm/terms";
import type { ScheduleIdentity } from "./dlm-schedule";
import type { SchedulePolicy } from "./policy";

type Args = SnapshotScheduleInputs<Input<string>>;

export function executionRights(
    identity: ScheduleIdentity,
    args: Args,
    { policies, place }: { policies: SchedulePolicy[]; place: Place },
): PolicyDocument {
    const { rules } = args;
    const copies = rules.flatMap(({ copyTo = [] }) => copyTo.map(({ region }) => region));
    const shares = rules.flatMap(({ shareWith }) => shareWith?.accounts ?? []);
    const snapshots = [...new Set([place.region, ...copies])]
        .sort()
        .map((region) => snapshotsIn(place, region));
    const home = snapshotsIn(place, place.region);
    const ofSchedule = takenBySchedule(identity.id);
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
        // DLM tags in a separate call, so that no condition can check the source of the snapshot. A snapshot of another
        // schedule cannot be tagged, and any other gains nothing by the tag, because the rights below require DLM's tag.
        allow(["ec2:CreateTags"], snapshots, {
            StringEqualsIfExists: { [`aws:ResourceTag/${scheduleTag}`]: identity.id },
        }),
        allow(["ec2:DeleteSnapshot"], snapshots, ofSchedule),
        ...(copies.length > 0 ? [allow(["ec2:CopySnapshot"], snapshots)] : []),
        ...useOfKeys(place, copies),
        ...(shares.length > 0
            ? [
                  allow(["ec2:ModifySnapshotAttribute"], home, {
                      ...ofSchedule,
                      "ForAllValues:StringEquals": {
                          "ec2:Add/userId": shares.map((account) => accountId(account, identity.accounts)),
                      },
                      // `ForAllValues` also matches requests without accounts, and a group makes the snapshot public.
                      Null: { "ec2:Add/userId": "false", "ec2:Add/group": "true" },
                  }),
                  allow(["ec2:ModifySnapshotAttribute"], home, {
                      ...ofSchedule,
                      Null: {
                          "ec2:Add/userId": "true",
                          "ec2:Add/group": "true",
                          "ec2:Remove/userId": "false",
                      },
                  }),
              ]
            : []),
        ...(uses("fastRestore")
            ? [allow(["ec2:DisableFastSnapshotRestores", "ec2:EnableFastSnapshotRestores"], home, ofSchedule)]
            : []),
        ...(uses("archive") ? [allow(["ec2:ModifySnapshotTier"], home, ofSchedule)] : []),
        ...scriptRights(args, policies, place),
    ]);
}

/** Allows snapshots of targets only: one statement for each tag, because all conditions of a statement must hold. */
function creation({ targets }: Args, policies: SchedulePolicy[], place: Place): Statement[] {
    const ofInstances = targets.instances !== undefined;
    const action = ofInstances ? "ec2:CreateSnapshots" : "ec2:CreateSnapshot";
    const resource = resourcesIn(place, ofInstances ? "instance" : "volume");
    return [
        ...targetTagsOf(policies).map(([key, values]) => allow([action], resource, onlyTagged(key, values))),
        allow(
            [action],
            [snapshotsIn(place, place.region), ...(ofInstances ? [resourcesIn(place, "volume")] : [])],
        ),
    ];
}

/** Returns the values of each key of the target tags. */
function targetTagsOf(policies: SchedulePolicy[]): [string, string[]][] {
    const values = new Map<string, string[]>();
    for (const [key, value] of policies.flatMap(({ targetTags }) => Object.entries(targetTags)))
        values.set(key, [...(values.get(key) ?? []), value]);
    return [...values];
}

/**
 * Allows the documents of the rules on the target instances.
 * https://docs.aws.amazon.com/ebs/latest/userguide/app-consistent-prereqs.html
 */
function scriptRights({ rules }: Args, policies: SchedulePolicy[], place: Place): Statement[] {
    const documents = rules.flatMap(({ scripts }) => scripts?.document ?? []);
    if (documents.length === 0) return [];
    return [
        allow(["ssm:DescribeInstanceInformation", "ssm:GetCommandInvocation", "ssm:ListCommands"], "*"),
        allow(
            ["ssm:DescribeDocument", "ssm:GetDocument", "ssm:SendCommand"],
            [...new Set(documents.map((document) => documentArn(document, place)))].sort(),
        ),
        ...targetTagsOf(policies).map(([key, values]) =>
            allow(["ssm:SendCommand"], resourcesIn(place, "instance"), onlyTagged(key, values)),
        ),
    ];
}

/** Returns the ARN of a document that is given as name, as ARN or as `AWS_VSS_BACKUP`. */
function documentArn(document: string, { partition, region, account }: Place): string {
    if (document.startsWith("arn:")) return document;
    // AWS writes no account in the ARNs of its documents, or another one; only AWS can create names with this prefix.
    if (document === "AWS_VSS_BACKUP")
        return `arn:${partition}:ssm:${region}:*:document/AWSEC2-CreateVssSnapshot`;
    return `arn:${partition}:ssm:${region}:${account}:document/${document}`;
}

/**
 * Returns the policy of the recovery function, which may use only snapshots of the schedule's DLM policies, and change
 * only volumes with the schedule's tag.
 */
export function recoveryRights(
    { id }: Pick<ScheduleIdentity<Input<string>>, "id">,
    place: Place,
    uses: { policies: Input<string>[]; logStreams: Input<string>; failures: Input<string> },
): PolicyDocument {
    const volumes = resourcesIn(place, "volume");
    const ofSchedule = onlyTagged(recoveryTag, id);
    return document([
        allow(["cloudwatch:GetMetricData", "ec2:DescribeSnapshots", "ec2:DescribeVolumes"], "*"),
        allow(["ec2:CreateVolume"], snapshotsIn(place, place.region), onlyTagged(policyTag, uses.policies)),
        allow(["ec2:CreateVolume"], volumes, { StringEquals: { [`aws:RequestTag/${recoveryTag}`]: id } }),
        allow(["ec2:CreateTags"], volumes, { StringEquals: { "ec2:CreateAction": "CreateVolume" } }),
        allow(["ec2:CreateTags"], volumes, {
            ...ofSchedule,
            "ForAllValues:StringEquals": { "aws:TagKeys": [attachedTag] },
            // The condition also matches requests without tags.
            Null: { "aws:TagKeys": "false" },
        }),
        allow(["ec2:DeleteVolume"], volumes, ofSchedule),
        ...useOfKeys(place, []),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], uses.logStreams),
        allow(["sqs:SendMessage"], uses.failures),
    ]);
}

/** Matches snapshots that a DLM policy created, with the schedule's tag: the first tag cannot be forged. */
const takenBySchedule = (id: string) => ({
    StringEquals: { [`aws:ResourceTag/${scheduleTag}`]: id },
    StringLike: { [`aws:ResourceTag/${policyTag}`]: "policy-*" },
});
