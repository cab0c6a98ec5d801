/**
 * Translates a schedule of all volumes to the default policy of DLM, and to the rights that it needs, as pure functions.
 * https://docs.aws.amazon.com/ebs/latest/userguide/default-policies.html
 *
 * @module
 */
import type { Input } from "@pulumi/pulumi";
import { policyTag, scheduleTag } from "../../schema/recovery-settings";
import type { AllVolumes, SnapshotScheduleInputs } from "../../schema/schedule/args";
import { defined } from "../../schema/values";
import type { LifecyclePolicyArgs } from "../lifecycle-policy";
import {
    allow,
    document,
    onlyTagged,
    resourcesIn,
    snapshotsIn,
    useOfKeys,
    type Place,
    type PolicyDocument,
} from "../dlm/iam";
import { daysOf } from "../dlm/terms";

type Args = SnapshotScheduleInputs<Input<string>>;

/** Returns the arguments of the default policy for volumes; the checks accept one rule, in days. */
export function defaultPolicyOf(
    { copyTags = true, rules }: Args,
    { exceptTagged, exceptTypes, exceptBootVolumes }: AllVolumes,
): Partial<LifecyclePolicyArgs> {
    const [{ every, keep, copyTo = [] } = { every: undefined, keep: undefined }] = rules;
    const exclusions = defined({
        excludeBootVolumes: exceptBootVolumes,
        excludeVolumeTypes: exceptTypes,
        excludeTags: exceptTagged,
    });
    return {
        defaultPolicy: "VOLUME",
        createInterval: daysOf(String(every)),
        retainInterval: daysOf(String(keep)),
        copyTags,
        ...(Object.keys(exclusions).length === 0 ? {} : { exclusions }),
        ...(copyTo.length === 0
            ? {}
            : { crossRegionCopyTargets: copyTo.map(({ region }) => ({ targetRegion: region })) }),
    };
}

/** Returns what DLM may do to create snapshots of all volumes; no tag of the schedule is on them. */
export function defaultPolicyRights(args: Args, place: Place): PolicyDocument {
    const copies = copyRegions(args);
    const snapshots = snapshotsOf(args, place);
    return document([
        allow(["ec2:DescribeInstances", "ec2:DescribeSnapshots", "ec2:DescribeVolumes"], "*"),
        allow(["ec2:CreateSnapshot"], [resourcesIn(place, "volume"), snapshotsIn(place, place.region)]),
        // The snapshots of other schedules cannot be tagged.
        allow(["ec2:CreateTags"], snapshots, { Null: { [`aws:ResourceTag/${scheduleTag}`]: "true" } }),
        ...(copies.length > 0 ? [allow(["ec2:CopySnapshot"], snapshots)] : []),
        ...useOfKeys(place, copies),
    ]);
}

/**
 * Returns the right to delete the snapshots of these policies, by the tag that only DLM can write. It is a document of its
 * own, because the policy that it names needs the role first.
 */
export function deletionRights(args: Args, policyIds: Input<string>[], place: Place): PolicyDocument {
    return document([
        allow(["ec2:DeleteSnapshot"], snapshotsOf(args, place), onlyTagged(policyTag, policyIds)),
    ]);
}

function copyRegions({ rules }: Args): string[] {
    return rules.flatMap(({ copyTo = [] }) => copyTo.map(({ region }) => region));
}

function snapshotsOf(args: Args, place: Place): string[] {
    const regions = new Set([place.region, ...copyRegions(args)]);
    return [...regions].sort().map((region) => snapshotsIn(place, region));
}
