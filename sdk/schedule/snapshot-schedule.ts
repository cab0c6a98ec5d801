import * as pulumi from "@pulumi/pulumi";
import { createAlarms, createFailureQueue, sendFailures, type CreatedPolicy } from "./alarms";
import type { SnapshotScheduleInputs } from "../../schema/schedule/args";
import type { Credentials } from "../../schema/configuration";
import { LifecyclePolicy } from "../lifecycle-policy";
import type { DeepInput } from "../types";
import { configuredAccounts } from "../accounts";
import { organization } from "../organization";
import { explicitAwsProvider } from "../door";
import { loadAws } from "../aws";
import { checkSchedule } from "../../schema/schedule/checks";
import { assertValid, createDlmRole, placeOf, profileOf, type Surroundings } from "../dlm/component";
import { boundaryOf, type Place } from "../dlm/iam";
import { summaryOf, type ScheduleSummary } from "./plan";
import { policiesOf, type ScheduleIdentity, type SchedulePolicy } from "./policy";
import { reserveTargets } from "./conflicts";
import { reportSchedule } from "./listeners";
import { PlanRecord } from "./schedule-record";
import { createRecovery } from "./recovery";
import { executionRights } from "./role";

const type = "ebs-snapshots:index:SnapshotSchedule";

/** Arguments of {@link SnapshotSchedule}: ids, ARNs, accounts and billing codes may be outputs of other resources. */
export type SnapshotScheduleArgs = SnapshotScheduleInputs<pulumi.Input<string>>;

/**
 * Creates snapshots on a schedule with Amazon Data Lifecycle Manager (DLM), and recovery volumes from the newest of them.
 * Requires `@pulumi/aws`, unless `role` is given and neither recovery volumes nor alarms are asked for.
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
        assertValid(type, name, checkSchedule(args, contextOf(provider, identity)));
        reportSchedule({ name, args });
        const policies = policiesOf(identity, args);
        assertValid(type, name, reserveTargets(provider, identity, policies));
        const aws = isAwsNeeded(args, provider) ? loadAws("SnapshotSchedule") : undefined;
        super(type, name, {}, opts);

        const surroundings = aws && { aws, place: placeOf(aws, this) };
        this.roleArn = roleOf(this, identity, args, policies, surroundings);
        // An explicit provider does not reach the policies, so that they are told its region and its profile.
        const where = provider === undefined ? {} : { region: surroundings?.place.region };
        const options = { ...where, credentials: args.credentials ?? profileOf(provider) };
        createRecord(this, name, args, options);
        const created = policies.map((policy) => createPolicy(this, args, policy, this.roleArn, options));
        this.policyIds = pulumi.all(created.map(({ id }) => id));
        this.recoveryFunctionArn = pulumi.output(
            surroundings && createWatch(this, identity, args, created, surroundings),
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

/** A tag value, such as the identity, has at most this number of characters. */
const longestValue = 256;

function identityOf(name: string): ScheduleIdentity {
    const config = new pulumi.Config("ebs-snapshots");
    const keys = config.getObject<Partial<ScheduleIdentity["tagKeys"]>>("tagKeys");
    const id = [organization(), pulumi.getProject(), pulumi.getStack(), name].join("/");
    if (id.length > longestValue)
        assertValid(type, name, [
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

/** A schedule with a given role, and nothing else that is a resource of `@pulumi/aws`, needs no such package. */
function isAwsNeeded(
    { role, recoveryVolumes, alarm }: SnapshotScheduleArgs,
    provider: pulumi.ProviderResource | undefined,
): boolean {
    return [role === undefined, recoveryVolumes, alarm, provider].some(Boolean);
}

/** Returns the ARN of the given role, or of one with the rights that the schedule needs. */
function roleOf(
    parent: pulumi.Resource,
    identity: ScheduleIdentity,
    args: SnapshotScheduleArgs,
    policies: SchedulePolicy[],
    surroundings: Surroundings | undefined,
): pulumi.Output<string> {
    if (args.role !== undefined || surroundings === undefined) return pulumi.output(args.role ?? "");
    const name = `${identity.name}-dlm`;
    const rights = (where: Place) => executionRights(identity, args, policies, where);
    return createDlmRole(parent, surroundings, { name, rights, ...boundaryOf(args) });
}

interface PolicyOptions {
    region?: pulumi.Input<string> | undefined;
    credentials?: DeepInput<Credentials | undefined>;
}

/** Records how many recovery volumes there are, so that the next preview can warn of fewer. */
function createRecord(
    parent: pulumi.Resource,
    name: string,
    { recoveryVolumes }: SnapshotScheduleArgs,
    { region }: PolicyOptions,
): void {
    const { availabilityZones = [], keep = 0 } = recoveryVolumes ?? {};
    new PlanRecord(name, { recoveryVolumes: keep * availabilityZones.length, region }, { parent });
}

function createPolicy(
    parent: pulumi.Resource,
    { enabled = true }: SnapshotScheduleArgs,
    policy: SchedulePolicy,
    executionRoleArn: pulumi.Output<string>,
    options: PolicyOptions,
): CreatedPolicy {
    const { id, arn } = new LifecyclePolicy(
        policy.name,
        {
            description: policy.description,
            executionRoleArn,
            state: enabled ? "ENABLED" : "DISABLED",
            policyDetails: policy.details,
            targetVolumeIds: policy.volumeIds,
            ...options,
        },
        // Earlier versions declared a resource of @pulumi/aws; the policy in DLM stays the same one.
        { parent, aliases: [{ type: "aws:dlm/lifecyclePolicy:LifecyclePolicy" }] },
    );
    return { policy, id, arn };
}

/** Creates the alarms and the recovery function that are asked for; returns the ARN of the function. */
function createWatch(
    parent: pulumi.Resource,
    identity: ScheduleIdentity,
    args: SnapshotScheduleArgs,
    created: CreatedPolicy[],
    { aws, place }: Surroundings,
): pulumi.Output<string> | undefined {
    const { recoveryVolumes, alarm, enabled = true } = args;
    if (recoveryVolumes === undefined && alarm === undefined) return undefined;
    const queue = createFailureQueue(aws, identity, { parent });
    if (alarm !== undefined) {
        const settings = { topicArn: alarm.topicArn, enabled, recovery: recoveryVolumes !== undefined };
        createAlarms(aws, identity, settings, created, queue.name, { parent });
    }
    const policyIds = pulumi.all(created.map(({ id }) => id));
    const connections = { place, policyIds, failures: queue.arn };
    const recovery = recoveryVolumes && createRecovery(aws, identity, args, connections, parent);
    const ruleArns = recovery?.ruleArns ?? [];
    sendFailures(aws, identity, { queue, policies: created, ruleArns }, { parent });
    return recovery?.functionArn;
}
