import * as pulumi from "@pulumi/pulumi";
import { defaultTagKeys } from "../../schema/configuration";
import type { CheckFailure } from "../../schema/failure";
import { createAlarms, createFailureQueue, sendFailures, type CreatedPolicy } from "./alarms";
import type { SnapshotScheduleInputs } from "../../schema/schedule/args";
import { LifecyclePolicy } from "../lifecycle-policy";
import { configuredAccounts } from "../accounts";
import { organization } from "../organization";
import { explicitAwsProvider } from "../door";
import { loadAws } from "../aws";
import { checkSchedule } from "../../schema/schedule/checks";
import { longestIdentity } from "../../schema/schedule/identity";
import { assertValid, placeOf, policyOptionsOf, type PolicyOptions, type AwsContext } from "../dlm/component";
import { summaryOf, type ScheduleSummary } from "./summary";
import type { KeptIdentity, ScheduleIdentity } from "./dlm-schedule";
import { policiesOf, type SchedulePolicy } from "./policy";
import { reserveTargets } from "./conflicts";
import { reportSchedule } from "./listeners";
import { PlanRecord } from "./schedule-record";
import { createRecovery } from "./recovery";
import { allowDeletion, createRole } from "./create-role";

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
        const settings = settingsOf(name);
        const provider = explicitAwsProvider(opts);
        assertValid(type, name, checkSchedule(args, contextOf(provider, settings)));
        const identity = { ...settings, id: args.identity ?? settings.defaultId };
        assertValid(type, name, checkLength(identity));
        reportSchedule({ name, args });
        const policies = policiesOf(identity, args);
        assertValid(
            type,
            name,
            reserveTargets({ provider, credentials: args.credentials }, identity, policies),
        );
        const aws = isAwsNeeded(args, provider) ? loadAws("SnapshotSchedule") : undefined;
        super(type, name, {}, opts);

        const awsContext = aws && { aws, place: placeOf(aws, this) };
        const options = policyOptionsOf(provider, awsContext, args.credentials);
        const id = createRecord(this, identity, { args, options });
        const kept = { ...identity, id };
        const role = createRole(this, kept, { args, awsContext });
        this.roleArn = role.arn;
        const created = policiesOf(identity, args, id).map((policy) =>
            createPolicy(this, policy, { args, executionRoleArn: this.roleArn, options }),
        );
        this.policyIds = pulumi.all(created.map(({ id: policyId }) => policyId));
        if (args.targets.allVolumes !== undefined)
            allowDeletion(this, kept, { args, role, policyIds: this.policyIds, awsContext });
        this.recoveryFunctionArn = pulumi.output(
            awsContext && createWatch(this, kept, { args, created, awsContext }),
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

/** The configuration of a schedule, and the identity that it has if neither the program nor the state has one. */
interface Settings extends Omit<ScheduleIdentity, "id"> {
    defaultId: string;
}

function settingsOf(name: string): Settings {
    const config = new pulumi.Config("ebs-snapshots");
    const keys = config.getObject<Partial<ScheduleIdentity["tagKeys"]>>("tagKeys");
    return {
        name,
        defaultId: [organization(), pulumi.getProject(), pulumi.getStack(), name].join("/"),
        tagKeys: { ...defaultTagKeys, ...keys },
        accounts: configuredAccounts(),
    };
}

/** Refuses a default identity that is too long; the rules check an explicit one. */
function checkLength({ id }: ScheduleIdentity): CheckFailure[] {
    if (id.length <= longestIdentity) return [];
    const reason =
        `results in the identity ${id}, longer than the ${String(longestIdentity)} characters of a tag value. ` +
        "Set `identity` to a shorter one";
    return [{ property: "name", reason }];
}

function contextOf(provider: pulumi.ProviderResource | undefined, { accounts, tagKeys }: Settings) {
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

/** Records the identity and what exists of each volume; returns the identity that the state has. */
function createRecord(
    parent: pulumi.Resource,
    { name, defaultId, id }: Settings & ScheduleIdentity,
    { args, options: { region } }: { args: SnapshotScheduleArgs; options: PolicyOptions },
): pulumi.Output<string> {
    const { availabilityZones = [], keep = 0 } = args.recoveryVolumes ?? {};
    const record = new PlanRecord(
        name,
        {
            identity: args.identity,
            defaultIdentity: defaultId,
            restorePoints: summaryOf(args).maximumSnapshots,
            recoveryVolumes: keep * availabilityZones.length,
            region,
        },
        { parent },
    );
    // Mocks of a program answer with what they are given.
    return record.identity.apply((kept) => kept ?? id);
}

function createPolicy(
    parent: pulumi.Resource,
    policy: SchedulePolicy,
    {
        args: { enabled = true },
        executionRoleArn,
        options,
    }: { args: SnapshotScheduleArgs; executionRoleArn: pulumi.Output<string>; options: PolicyOptions },
): CreatedPolicy {
    const { id, arn } = new LifecyclePolicy(
        policy.name,
        {
            description: policy.description,
            executionRoleArn,
            state: enabled ? "ENABLED" : "DISABLED",
            ...policy.inputs,
            ...options,
        },
        // Earlier versions declared a resource of @pulumi/aws; the policy in DLM stays the same one.
        { parent, aliases: [{ type: "aws:dlm/lifecyclePolicy:LifecyclePolicy" }] },
    );
    return { policy, id, arn };
}

/** Creates the declared alarms and recovery function; returns the ARN of the function. */
function createWatch(
    parent: pulumi.Resource,
    identity: KeptIdentity,
    {
        args,
        created,
        awsContext: { aws, place },
    }: { args: SnapshotScheduleArgs; created: CreatedPolicy[]; awsContext: AwsContext },
): pulumi.Output<string> | undefined {
    const { recoveryVolumes, alarm, enabled = true } = args;
    if (recoveryVolumes === undefined && alarm === undefined) return undefined;
    const queue = createFailureQueue(aws, identity, { parent });
    if (alarm !== undefined) {
        const settings = { topicArn: alarm.topicArn, enabled, recovery: recoveryVolumes !== undefined };
        createAlarms(aws, identity, {
            ...settings,
            policies: created,
            queueName: queue.name,
            opts: { parent },
        });
    }
    const policyIds = pulumi.all(created.map(({ id }) => id));
    const connections = { place, policyIds, failures: queue.arn };
    const recovery = recoveryVolumes && createRecovery(aws, identity, { args, ...connections, parent });
    const ruleArns = recovery?.ruleArns ?? [];
    sendFailures(aws, identity, { queue, policies: created, ruleArns, opts: { parent } });
    return recovery?.functionArn;
}
