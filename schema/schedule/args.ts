/**
 * Defines the arguments of a schedule as plain data: the plan and the DLM policies are functions of it.
 *
 * @module
 */
import type { Credentials } from "../credentials";
import type { Duration } from "../duration";

/**
 * Retention of snapshots: the number of newest ones (1 to 1,000), or an age in whole days (`"30 days"`, at most 100
 * years).
 */
export type Keep = number | Duration;

/**
 * Arguments of a schedule. `Text` is the type of values that may become known later: in a program, an output of another
 * resource.
 * https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-ami-policy.html
 */
export interface SnapshotScheduleInputs<Text = string> {
    /**
     * The volumes or instances to back up. A change updates the DLM policies; the snapshots of a removed target are kept
     * and no longer managed, and the preview warns.
     */
    targets: ScheduleTargets<Text>;
    /**
     * When snapshots are created and how long they are retained: one to four rules, or any number with `volumeIds`. A
     * change updates the DLM policies; the snapshots of a removed or renamed rule are kept and no longer managed, and the
     * preview warns.
     */
    rules: ScheduleRule<Text>[];
    /**
     * Volumes created from the newest snapshots, ready to be attached. Default: none. A change updates: surplus volumes
     * are deleted unless they were ever attached, and the preview warns.
     */
    recoveryVolumes?: RecoveryVolumes;
    /** Destination of alarms about failed and missed snapshots. Default: no alarms. A change updates. */
    alarm?: ScheduleAlarm<Text>;
    /**
     * Value of the tag that its snapshots and recovery volumes carry and are found by: 1 to 256 letters, digits, spaces and `+ - = . _ : / @`.
     * Default: `organization/project/stack/name` when the schedule is created. A schedule or a stack that is renamed keeps its
     * identity, and the preview says so; so does a schedule whose argument is removed. A change updates: the role and the
     * recovery function go by the new one, so that existing snapshots and volumes are no longer managed, and the preview
     * warns.
     */
    identity?: string;
    /**
     * ARN of the role that DLM assumes. It needs the rights that the schedule would give it; the page of the schedule
     * lists them. Default: a role is created, with these rights alone. A change updates the DLM policies.
     */
    role?: Text;
    /**
     * ARN of the policy that bounds the permissions of the created roles. Default: none. A change updates the roles.
     */
    permissionsBoundary?: Text;
    /**
     * The identity for the DLM policies, as of every resource of this package: an explicit `aws.Provider` applies to the
     * resources of `@pulumi/aws` only. Default: the roles (`assumeRoles`) of an explicit `aws.Provider`, otherwise its
     * profile, otherwise the configured identity. A change updates the state alone.
     */
    credentials?: Credentials;
    /**
     * Description of the DLM policies: at most 500 letters, digits, spaces, `_` and `-`. Default: the name of the
     * schedule. A change updates.
     */
    description?: string;
    /** Value of the tag `Group` on the snapshots. Default: none. A change updates, and applies to new snapshots. */
    group?: Text;
    /** Value of the tag `BillingCode` on the snapshots. Default: none. A change updates, and applies to new snapshots. */
    billingCode?: Text;
    /**
     * Tags of the snapshots whose values DLM determines at each run, by tag key: `"$(instance-id)"`, the id of the
     * instance, or `"$(timestamp)"`, when the policy runs. For `targets.instances` only. Default: none. A change updates,
     * and applies to new snapshots.
     * https://docs.aws.amazon.com/dlm/latest/APIReference/API_Schedule.html
     */
    variableTags?: Record<string, VariableValue>;
    /**
     * If `true`, a volume's tags are copied to its snapshots; with `targets.allVolumes`, not to their copies. Default: `true`.
     * A change updates, and applies to new snapshots.
     */
    copyTags?: boolean;
    /**
     * With `false`, DLM neither creates nor deletes snapshots, whatever their age. Default: `true`. A change updates; the
     * preview warns.
     */
    enabled?: boolean;
}

/** A value that DLM determines at each run. */
export type VariableValue = "$(instance-id)" | "$(timestamp)";

/** The volumes or instances to back up: exactly one of the four. */
export interface ScheduleTargets<Text = string> {
    /**
     * Tag keys and the values of each: a volume with any one of these tags is a target. With several values of one key,
     * each value becomes a DLM policy; a second key is then refused, because a volume with both tags would be backed up
     * twice. Default: none.
     */
    anyTag?: Record<string, string[]>;
    /**
     * Ids of volumes in the schedule's region. The DLM policies write one tag for every rule on each volume, whose key
     * begins with `pulumi-ebs-snapshots:`. A stack that owns such a volume must ignore these tags; otherwise it removes them and the
     * backups stop. Default: none.
     */
    volumeIds?: Text[];
    /** Whole instances: each run creates crash-consistent multi-volume snapshots. Default: none. */
    instances?: InstanceTargets;
    /**
     * All volumes of the Region that nothing else backs up, by the one default policy for volumes that DLM has in a Region:
     * a volume is backed up if it is at least 24 hours old and its last snapshot, whoever took it, is older than `every`.
     * It takes one rule with `every` (`"1 day"` to `"7 days"`) and `keep` (`"2 days"` to `"14 days"`, more than `every`),
     * and `copyTo` with Regions alone. Default: none.
     * https://docs.aws.amazon.com/ebs/latest/userguide/default-policies.html
     */
    allVolumes?: AllVolumes;
}

/** The volumes of the Region that are excluded. */
export interface AllVolumes {
    /**
     * Tag keys and the values of each: a volume with any one of these tags is excluded, at most 50. Default: none.
     */
    exceptTagged?: Record<string, string[]>;
    /** Types of volumes that are excluded, at most 6. Default: none. */
    exceptTypes?: ("gp2" | "gp3" | "io1" | "io2" | "sc1" | "st1" | "standard")[];
    /** If `true`, boot volumes are left out. Default: `false`. */
    exceptBootVolumes?: boolean;
}

/** The instances to back up, and which of their volumes are excluded. */
export interface InstanceTargets {
    /** Tag keys and the values of each, as for volumes: an instance with any one of these tags is a target. */
    anyTag: Record<string, string[]>;
    /** If `true`, the boot volume is excluded. Default: `false`. */
    excludeBootVolume?: boolean;
    /** Tags that exclude a data volume: any one of them does, at most 50. Default: none. */
    excludeVolumesTagged?: Record<string, string>;
}

/**
 * When snapshots are created, and how long they are retained: `every` with `at`, or `cron`. A run starts within one hour
 * of its time. DLM calls it a schedule of a policy.
 */
export interface ScheduleRule<Text = string> {
    /**
     * At most 120 letters, digits, spaces, `_` and `-`; DLM writes it to the snapshots' tags. Do not rename a rule: its
     * existing snapshots would be kept and no longer managed.
     */
    name: string;
    /**
     * Interval between runs: 1, 2, 3, 4, 6, 8, 12 or 24 hours; with `targets.allVolumes`, 1 to 7 days. Default: none; `cron`
     * is used instead.
     */
    every?: Duration;
    /** Time of the first run of a day, `hh:mm` in UTC. Default: `"00:00"`. Only with `every`. */
    at?: string;
    /**
     * AWS cron expression in UTC with six fields (minute, hour, day of month, month, day of week, year), hourly to yearly.
     * Default: none; `every` is used instead.
     */
    cron?: string;
    /**
     * Number or age of the snapshots of each volume that are retained. `0`, only with `archive`, archives at once. A
     * new number applies at the next run; a new age applies to new snapshots only. Changing between number and age
     * replaces the DLM policy: existing snapshots are kept and no longer managed. The preview warns.
     */
    keep: Keep;
    /** Copies in other regions, at most three. Default: none. */
    copyTo?: ScheduleCopy<Text>[];
    /** Accounts that may use the snapshots. Default: none. */
    shareWith?: ScheduleShare<Text>;
    /** Fast snapshot restore (FSR), billed by the hour for each zone, also after the policy is deleted. Default: none. */
    fastRestore?: ScheduleFastRestore;
    /**
     * Moves snapshots to the archive tier after `keep`. For volumes only, in at most one rule of a policy, whose runs are
     * 28 days or more apart. Archived snapshots lose sharing and FSR; copies are not archived. Default: snapshots are
     * deleted after `keep`.
     */
    archive?: ScheduleArchive;
    /** Scripts that Systems Manager runs on the instance before and after a snapshot. Only for instances. Default: none. */
    scripts?: ScheduleScripts;
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html */
export interface ScheduleArchive {
    /** A number or an age, as the `keep` of the rule; each snapshot must be archived for 90 days or longer. */
    keep: Keep;
}

/** Copies of a rule's snapshots in another region. */
export interface ScheduleCopy<Text = string> {
    /** Destination region; must differ from the schedule's region. */
    region: string;
    /**
     * Age at which each copy is deleted, in whole days; required, except with `targets.allVolumes`. Default: there, as long as
     * the snapshots.
     */
    keep?: Duration;
    /**
     * If `true`, copies of unencrypted snapshots are encrypted. Copies of encrypted snapshots always are. Default:
     * `false`.
     */
    encrypted?: boolean;
    /** ARN of a KMS key in that region. Requires `encrypted`. Default: that region's default key. */
    kmsKeyId?: Text;
}

/** Accounts that may use a rule's snapshots. */
export interface ScheduleShare<Text = string> {
    /** Account ids of 12 digits, or aliases of `ebs-snapshots:accounts`. */
    accounts: Text[];
    /** Age at which the snapshots are unshared, in whole days. Default: until they are deleted. */
    unshareAfter?: Duration;
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-fast-snapshot-restore.html */
export interface ScheduleFastRestore {
    /** Names of one to ten Availability Zones of the region. */
    availabilityZones: string[];
    /** For how many snapshots, or for how long: a number or an age, as the `keep` of the rule, and not more than it. */
    keep: Keep;
}

/**
 * Scripts that make the snapshots of an instance application-consistent.
 * https://docs.aws.amazon.com/ebs/latest/userguide/automate-app-consistent-backups.html
 */
export interface ScheduleScripts {
    /** Name or ARN of a Systems Manager document, or `AWS_VSS_BACKUP`. */
    document: string;
    /** Scripts of the document that are run. Default: `["PRE", "POST"]`. */
    stages?: ("PRE" | "POST")[];
    /** Timeout of a script, 1 to 120 seconds. Default: DLM's, 10 seconds. */
    timeout?: Duration;
    /** Number of retries of a failed script, 0 to 3. Default: 0. */
    retries?: number;
    /** If `true`, a snapshot is created even if the PRE script fails. Default: `true`. */
    snapshotOnFailure?: boolean;
}

/** Volumes created from the newest snapshots by a Lambda function, which is part of the schedule. */
export interface RecoveryVolumes {
    /** Names of the Availability Zones in which a volume of each of the newest snapshots is created. */
    availabilityZones: string[];
    /** For how many of the newest snapshots of each source volume a recovery volume is kept. */
    keep: number;
    /** The most recovery volumes of this schedule, including those that were ever attached; more than `keep` times zones. */
    maximum: number;
    /** Type of the volumes. Default: `gp3`. A change applies to new volumes. */
    volumeType?: "gp2" | "gp3" | "io1" | "io2" | "sc1" | "st1" | "standard";
    /**
     * Interval at which the function runs without an event, because events can be lost; in whole minutes. Default:
     * `"1 hour"`.
     */
    sweepEvery?: Duration;
    /**
     * Fate of the volumes when the schedule is destroyed or `recoveryVolumes` is removed: they are kept or deleted.
     * `"delete"` keeps those that are or ever were attached. Default: `"keep"`.
     */
    onDestroy?: "keep" | "delete";
}

/** The destination of alarms. */
export interface ScheduleAlarm<Text = string> {
    /** ARN of an SNS topic. */
    topicArn: Text;
}
