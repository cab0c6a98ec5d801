/**
 * Builds the IAM policies of the role that copies shared snapshots, with least privilege.
 * https://docs.aws.amazon.com/ebs/latest/userguide/event-policy.html#target_iam-role
 *
 * @module
 */
import type { Input } from "@pulumi/pulumi";
import { policyTag, scheduleTag } from "../../schema/recovery-settings";
import type { SharedSnapshotCopy } from "../../schema/shared-snapshot-copies";
import {
    allow,
    document,
    keyActions,
    keysIn,
    onlyTagged,
    snapshotsIn,
    throughEc2,
    type Place,
    type PolicyDocument,
} from "../dlm/iam";

type Copies = Pick<SharedSnapshotCopy<Input<string>>, "region" | "kmsKeyId">[];

/**
 * The rules of EventBridge by which DLM learns of shared snapshots.
 * https://docs.aws.amazon.com/ebs/latest/userguide/managed-policies.html
 */
const managedRule = "rule/AwsDataLifecycleRule.managed-cwe.*";
const ruleActions = ["Delete", "Describe", "Disable", "Enable", "Put"].map((verb) => `events:${verb}Rule`);
const targetActions = ["events:ListTargetsByRule", "events:PutTargets", "events:RemoveTargets"];

/** Returns the rights to copy what these accounts share. */
export function copyRights(owners: Input<string>[], copyTo: Copies, place: Place): PolicyDocument {
    const { partition, region, account } = place;
    const targets = regionsOf(copyTo);
    const involved = [...new Set([region, ...targets])].sort();
    return document([
        allow(["ec2:DescribeSnapshots"], "*"),
        // EC2 checks this right on the shared snapshot and on its copy, which this account owns.
        allow(
            ["ec2:CopySnapshot"],
            involved.map((where) => snapshotsIn(place, where)),
            { StringEqualsIfExists: { "ec2:Owner": [account, ...owners] } },
        ),
        // DLM tags in a separate call, so that no condition can check the source of the copy. A snapshot of a schedule
        // cannot be tagged, and any other gains nothing by the tag, because its deletion requires DLM's own.
        allow(
            ["ec2:CreateTags"],
            targets.map((where) => snapshotsIn(place, where)),
            { Null: { [`aws:ResourceTag/${scheduleTag}`]: "true" } },
        ),
        allow(
            [...ruleActions, ...targetActions],
            `arn:${partition}:events:${region}:${account}:${managedRule}`,
        ),
        ...throughEc2(
            involved,
            owners.map((owner) => keysIn(place, region, owner)),
            keyActions.decrypt,
        ),
        ...throughEc2(
            involved,
            [...new Set(copyTo.map((copy) => copy.kmsKeyId ?? keysIn(place, copy.region)))],
            keyActions.encrypt,
        ),
    ]);
}

/** Returns the rights to delete the copies of one DLM policy after their age; only AWS can write the tag. */
export function expiryRights(copyTo: Copies, place: Place, policyId: Input<string>): PolicyDocument {
    const copies = regionsOf(copyTo).map((where) => snapshotsIn(place, where));
    return document([allow(["ec2:DeleteSnapshot"], copies, onlyTagged(policyTag, [policyId]))]);
}

function regionsOf(copyTo: Copies): string[] {
    return copyTo.map(({ region }) => region).sort();
}
