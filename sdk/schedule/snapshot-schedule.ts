import * as pulumi from "@pulumi/pulumi";
import type { CheckFailure } from "../../provider/rules";
import { makeAlarms, makeFailures, type MadePolicy } from "./alarms";
import type { SnapshotScheduleInputs } from "./args";
import { configuredAccounts } from "../accounts";
import { explicitAwsProvider } from "../resource";
import { loadAws, type Aws } from "../aws";
import { checkSchedule, failureText } from "./checks";
import { summaryOf, type ScheduleSummary } from "./plan";
import { policiesOf, type ScheduleIdentity, type SchedulePolicy } from "./policy";
import { take } from "./program";
import { tellOf } from "./file";
import { PlanRecord, seriesOf } from "./record";
import { makeRecovery } from "./recovery";
import { executionRights, trustOf, type Place } from "./role";

const type = "ebs-snapshots:index:SnapshotSchedule";

/** Which generation a policy is; another one replaces it. */
const generationTag = "pulumi-ebs-snapshots:generation";

/** Arguments of {@link SnapshotSchedule}: ids, ARNs, accounts and codes may be outputs of other resources. */
export type SnapshotScheduleArgs = SnapshotScheduleInputs<pulumi.Input<string>>;

/**
 * Snapshots on AWS's own scheduler, Data Lifecycle Manager, and volumes made from the newest of them. Made of resources
 * of `@pulumi/aws`.
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
    /** Ids of the policies of Data Lifecycle Manager, in the order of the targets. */
    readonly policyIds: pulumi.Output<string[]>;
    /** ARN of the role with which Data Lifecycle Manager acts. */
    readonly roleArn: pulumi.Output<string>;
    /** ARN of the function that makes recovery volumes. Absent where none are asked for. */
    readonly recoveryFunctionArn: pulumi.Output<string | undefined>;
    /** What the rules come to in the long run, for one volume. */
    readonly plan: pulumi.Output<ScheduleSummary>;

    constructor(name: string, args: SnapshotScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
        // Before anything is registered.
        const identity = identityOf(name);
        const provider = explicitAwsProvider(opts);
        refuse(name, checkSchedule(args, surroundingsOf(provider, identity)));
        tellOf({ name, args });
        const policies = policiesOf(identity, args);
        refuse(name, take(provider, identity, policies));
        const aws = loadAws("SnapshotSchedule");
        super(type, name, {}, opts);

        const place = placeOf(aws, this);
        const role = makeRole(aws, this, identity, args, policies, place);
        const record = recordOf(this, name, args, policies, place);
        const made = policies.map((policy) => makePolicy(aws, this, args, policy, role, record));
        tagVolumes(aws, this, args, policies);

        const { recoveryVolumes, alarm, enabled = true } = args;
        const failures =
            recoveryVolumes === undefined && alarm === undefined
                ? undefined
                : makeFailures(aws, identity, made, { parent: this });
        if (failures !== undefined && alarm !== undefined) {
            const recovery = recoveryVolumes !== undefined;
            const told = { topicArn: alarm.topicArn, enabled, recovery };
            makeAlarms(aws, identity, told, made, failures.name, { parent: this });
        }
        this.policyIds = pulumi.all(made.map(({ id }) => id));
        this.roleArn = role.arn;
        this.recoveryFunctionArn = pulumi.output(
            recoveryVolumes === undefined || failures === undefined
                ? undefined
                : makeRecovery(aws, identity, args, place, failures.arn, this),
        );
        this.plan = pulumi.output(summaryOf(args));
        this.registerOutputs({
            policyIds: this.policyIds,
            roleArn: this.roleArn,
            recoveryFunctionArn: this.recoveryFunctionArn,
            plan: this.plan,
        });
    }
}

/** The most characters of a tag's value: the identity is one. */
const longestValue = 256;

function identityOf(name: string): ScheduleIdentity {
    const config = new pulumi.Config("ebs-snapshots");
    const keys = config.getObject<Partial<ScheduleIdentity["tagKeys"]>>("tagKeys");
    const id = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack(), name].join("/");
    if (id.length > longestValue)
        refuse(name, [
            {
                property: "name",
                reason: `makes ${id}, longer than a tag's ${String(longestValue)} characters`,
            },
        ]);
    return {
        name,
        id,
        tagKeys: { name: "Name", group: "Group", billingCode: "BillingCode", ...keys },
        accounts: configuredAccounts(),
    };
}

function surroundingsOf(
    provider: pulumi.ProviderResource | undefined,
    { accounts, tagKeys }: ScheduleIdentity,
) {
    const region = new pulumi.Config("aws").get("region");
    const known = provider === undefined && region !== undefined;
    return { accounts, carriedTags: Object.values(tagKeys), ...(known ? { region } : {}) };
}

function refuse(name: string, failures: CheckFailure[]): void {
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

function makeRole(
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
        { assumeRolePolicy: pulumi.jsonStringify(place.apply((where) => trustOf("dlm", where))) },
        { parent },
    );
    const policy = place.apply((where) =>
        pulumi.jsonStringify(executionRights(identity, args, policies, where)),
    );
    // Known once the rights are there, so that no policy begins without them.
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

function makePolicy(
    aws: Aws,
    parent: pulumi.Resource,
    { enabled = true }: SnapshotScheduleArgs,
    policy: SchedulePolicy,
    role: { arn: pulumi.Output<string> },
    record: PlanRecord,
): MadePolicy {
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
        // DLM takes a target tag in one policy only, so the old one goes first.
        { parent, replaceOnChanges: [`tags["${generationTag}"]`], deleteBeforeReplace: true },
    );
    return { policy, id, arn };
}

/** Named by the volume, so that another order in the program moves no tag. */
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
