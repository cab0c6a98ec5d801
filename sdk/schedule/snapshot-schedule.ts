import * as pulumi from "@pulumi/pulumi";
import type { CheckFailure } from "../../schema/failure";
import { createAlarms, createFailureQueue, sendFailures, type CreatedPolicy } from "./alarms";
import type { SnapshotScheduleInputs } from "../../schema/schedule/args";
import { configuredAccounts } from "../accounts";
import { organization } from "../organization";
import { explicitAwsProvider } from "../door";
import { loadAws, type Aws } from "../aws";
import { checkSchedule, failureText } from "../../schema/schedule/checks";
import { summaryOf, type ScheduleSummary } from "./plan";
import { policiesOf, type ScheduleIdentity, type SchedulePolicy } from "./policy";
import { reserveTargets } from "./conflicts";
import { reportSchedule } from "./listeners";
import { PlanRecord, seriesOf } from "./schedule-record";
import { createRecovery } from "./recovery";
import { executionRights, rolePath, trustOf, type Place } from "./role";

const type = "ebs-snapshots:index:SnapshotSchedule";

/** Tag with the generation of a policy; a new generation replaces the policy. */
const generationTag = "pulumi-ebs-snapshots:generation";

/** Arguments of {@link SnapshotSchedule}: ids, ARNs, accounts and billing codes may be outputs of other resources. */
export type SnapshotScheduleArgs = SnapshotScheduleInputs<pulumi.Input<string>>;

/**
 * Creates snapshots on a schedule with Amazon Data Lifecycle Manager (DLM), and recovery volumes from the newest of them.
 * Requires `@pulumi/aws`.
 *
 * @example
 * ```ts
 * import { SnapshotSchedule } from "pulumi-ebs-snapshots";
 *
 * new SnapshotSchedule("nightly", {
 *     targets: { anyTag: { Backup: ["nightly"] } },
 *     rules: [{ name: "nightly", every: "12 hours", at: "03:00", keep: 14 }],
 * });
 * ```
 * @see [Data Lifecycle Manager](https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lifecycle.html)
 * @see [Snapshot policies](https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-ami-policy.html)
 */
export class SnapshotSchedule extends pulumi.ComponentResource {
    /** Ids of the DLM policies, in the order of the targets. */
    readonly policyIds: pulumi.Output<string[]>;
    /** ARN of the role that DLM assumes. */
    readonly roleArn: pulumi.Output<string>;
    /** ARN of the function that creates recovery volumes. Absent without `recoveryVolumes`. */
    readonly recoveryFunctionArn: pulumi.Output<string | undefined>;
    /** Figures of the rules for one volume, once the retention is reached. */
    readonly plan: pulumi.Output<ScheduleSummary>;

    constructor(name: string, args: SnapshotScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
        // Invalid arguments are refused before anything is registered.
        const identity = identityOf(name);
        const provider = explicitAwsProvider(opts);
        assertValid(name, checkSchedule(args, contextOf(provider, identity)));
        reportSchedule({ name, args });
        const policies = policiesOf(identity, args);
        assertValid(name, reserveTargets(provider, identity, policies));
        const aws = loadAws("SnapshotSchedule");
        super(type, name, {}, opts);

        const place = placeOf(aws, this);
        const role = createRole(aws, this, identity, args, policies, place);
        const record = recordOf(this, name, args, policies, place);
        const created = policies.map((policy) => createPolicy(aws, this, args, policy, role, record));
        tagVolumes(aws, this, args, policies);

        const { recoveryVolumes, alarm, enabled = true } = args;
        const failures =
            recoveryVolumes === undefined && alarm === undefined
                ? undefined
                : createFailureQueue(aws, identity, { parent: this });
        if (failures !== undefined && alarm !== undefined) {
            const recovery = recoveryVolumes !== undefined;
            const settings = { topicArn: alarm.topicArn, enabled, recovery };
            createAlarms(aws, identity, settings, created, failures.name, { parent: this });
        }
        this.policyIds = pulumi.all(created.map(({ id }) => id));
        this.roleArn = role.arn;
        const connections = { place, policyIds: this.policyIds };
        const recovery =
            recoveryVolumes === undefined || failures === undefined
                ? undefined
                : createRecovery(aws, identity, args, { ...connections, failures: failures.arn }, this);
        this.recoveryFunctionArn = pulumi.output(recovery?.functionArn);
        if (failures !== undefined) {
            const ruleArns = recovery?.ruleArns ?? [];
            sendFailures(aws, identity, { queue: failures, policies: created, ruleArns }, { parent: this });
        }
        this.plan = pulumi.output(summaryOf(args));
        this.registerOutputs({
            policyIds: this.policyIds,
            roleArn: this.roleArn,
            recoveryFunctionArn: this.recoveryFunctionArn,
            plan: this.plan,
        });
    }
}

/** A tag value, such as the identity, has at most this number of characters. */
const longestValue = 256;

function identityOf(name: string): ScheduleIdentity {
    const config = new pulumi.Config("ebs-snapshots");
    const keys = config.getObject<Partial<ScheduleIdentity["tagKeys"]>>("tagKeys");
    const id = [organization(), pulumi.getProject(), pulumi.getStack(), name].join("/");
    if (id.length > longestValue)
        assertValid(name, [
            {
                property: "name",
                reason: `results in the identity ${id}, longer than the ${String(longestValue)} characters of a tag value`,
            },
        ]);
    return {
        name,
        id,
        tagKeys: { name: "Name", group: "Group", billingCode: "BillingCode", ...keys },
        accounts: configuredAccounts(),
    };
}

function contextOf(provider: pulumi.ProviderResource | undefined, { accounts, tagKeys }: ScheduleIdentity) {
    const region = new pulumi.Config("aws").get("region");
    const known = provider === undefined && region !== undefined;
    return { accounts, carriedTags: Object.values(tagKeys), ...(known ? { region } : {}) };
}

function assertValid(name: string, failures: CheckFailure[]): void {
    if (failures.length > 0) throw new pulumi.RunError(`${type} "${name}":\n${failureText(failures)}`);
}

function placeOf(aws: Aws, parent: pulumi.Resource): pulumi.Output<Place> {
    const opts = { parent };
    return pulumi.output({
        partition: aws.getPartitionOutput({}, opts).partition,
        region: aws.getRegionOutput({}, opts).region,
        account: aws.getCallerIdentityOutput({}, opts).accountId,
    });
}

function createRole(
    aws: Aws,
    parent: pulumi.Resource,
    identity: ScheduleIdentity,
    args: SnapshotScheduleArgs,
    policies: SchedulePolicy[],
    place: pulumi.Output<Place>,
) {
    const name = `${identity.name}-dlm`;
    const role = new aws.iam.Role(
        name,
        {
            path: rolePath,
            assumeRolePolicy: pulumi.jsonStringify(place.apply((where) => trustOf("dlm", where))),
        },
        { parent },
    );
    const policy = place.apply((where) =>
        pulumi.jsonStringify(executionRights(identity, args, policies, where)),
    );
    // Resolves after the rights are attached, so that no DLM policy starts without them.
    const rights = new aws.iam.RolePolicy(name, { role: role.id, policy }, { parent });
    return { arn: pulumi.all([role.arn, rights.id]).apply(([arn]) => arn) };
}

function recordOf(
    parent: pulumi.Resource,
    name: string,
    { enabled = true, recoveryVolumes }: SnapshotScheduleArgs,
    policies: SchedulePolicy[],
    place: pulumi.Output<Place>,
): PlanRecord {
    const { availabilityZones = [], keep = 0 } = recoveryVolumes ?? {};
    return new PlanRecord(
        name,
        {
            series: seriesOf(policies),
            enabled,
            recoveryVolumes: keep * availabilityZones.length,
            region: place.region,
        },
        { parent },
    );
}

function createPolicy(
    aws: Aws,
    parent: pulumi.Resource,
    { enabled = true }: SnapshotScheduleArgs,
    policy: SchedulePolicy,
    role: { arn: pulumi.Output<string> },
    record: PlanRecord,
): CreatedPolicy {
    const generation = record.generations.apply((all) => String(all?.[policy.name] ?? 1));
    const { id, arn } = new aws.dlm.LifecyclePolicy(
        policy.name,
        {
            description: policy.description,
            executionRoleArn: role.arn,
            state: enabled ? "ENABLED" : "DISABLED",
            policyDetails: policy.details,
            tags: { [generationTag]: generation },
        },
        // DLM accepts a target tag in one policy only, so the old one is deleted first.
        { parent, replaceOnChanges: [`tags["${generationTag}"]`], deleteBeforeReplace: true },
    );
    return { policy, id, arn };
}

/** Tags the volumes; the names derive from the volume id, so that reordering them changes no tag. */
function tagVolumes(
    aws: Aws,
    parent: pulumi.Resource,
    { targets: { volumeIds = [] } }: SnapshotScheduleArgs,
    policies: SchedulePolicy[],
): void {
    const tag = (volumeId: string) => {
        for (const { name, targetTags } of policies)
            for (const [key, value] of Object.entries(targetTags))
                new aws.ec2.Tag(`${name}-${volumeId}`, { resourceId: volumeId, key, value }, { parent });
    };
    for (const volumeId of volumeIds) {
        if (typeof volumeId === "string") tag(volumeId);
        else pulumi.output(volumeId).apply(tag);
    }
}
