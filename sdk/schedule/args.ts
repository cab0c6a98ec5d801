/**
 * What a schedule is told. Plain data: the plan and the policies are functions of it.
 *
 * @module
 */
import type { Duration } from "../../provider/duration";

/**
 * How long something is kept: a number of newest ones (1 to 1,000), or an age in whole days (`"30 days"`, at most 100
 * years).
 */
export type Keep = number | Duration;

/**
 * Arguments of a schedule. `Text` is what may be known later: in a program, an output of another resource.
 * https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-ami-policy.html
 */
export interface SnapshotScheduleInputs<Text = string> {
    /**
     * Which volumes are copied. A change updates the policies: the snapshots of a target that is taken away stay for
     * ever, unmanaged; the preview warns.
     */
    targets: ScheduleTargets<Text>;
    /**
     * When they are copied and how long the copies are kept: one to four rules, with `volumeIds` any number. A change
     * updates the policies: the snapshots of a rule that is taken away or renamed stay for ever, unmanaged; the preview
     * warns.
     */
    rules: ScheduleRule<Text>[];
    /**
     * Volumes made from the newest snapshots, ready to be attached. Default: none. A change updates: those that are too
     * many go, unless they were ever attached; the preview warns.
     */
    recoveryVolumes?: RecoveryVolumes;
    /** Who is told of what goes wrong: failed and missed snapshots. Default: nobody. A change updates. */
    alarm?: ScheduleAlarm<Text>;
    /**
     * Description of the policies: letters, digits, spaces, `_` and `-`, at most 500. Default: the name of the schedule. A
     * change updates.
     */
    description?: string;
    /** Written on the snapshots as the tag `Group`. Default: none. A change updates, and counts for new snapshots. */
    group?: Text;
    /** Written on the snapshots as the tag `BillingCode`. Default: none. A change updates, and counts for new snapshots. */
    billingCode?: Text;
    /** Whether a volume's tags are copied to its snapshots. Default: `true`. A change updates, and counts for new snapshots. */
    copyTags?: boolean;
    /**
     * `false`: nothing is taken and nothing is deleted any more, whatever its age. Default: `true`. A change updates; the
     * preview warns.
     */
    enabled?: boolean;
}

/** Which volumes are copied: exactly one of the three. */
export interface ScheduleTargets<Text = string> {
    /**
     * Tag keys and the values of each: a volume with any one of these tags is a target. Several values of one key make
     * a policy each; a second key is then refused, since a volume with both tags would be copied twice. Default: none.
     */
    anyTag?: Record<string, string[]>;
    /**
     * Ids of volumes in the schedule's region. Each is given a tag for every rule, whose key begins with
     * `pulumi-ebs-snapshots:`. A stack that owns such a volume must ignore these tags, else it removes them and the
     * backups stop. Default: none.
     */
    volumeIds?: Text[];
    /** Whole instances: one crash-consistent set of all their volumes a run. Default: none. */
    instances?: InstanceTargets;
}

/** Which instances are copied, and which of their volumes are not. */
export interface InstanceTargets {
    /** Tag keys and the values of each, as for volumes: an instance with any one of these tags is a target. */
    anyTag: Record<string, string[]>;
    /** Whether the boot volume is left out. Default: `false`. */
    excludeBootVolume?: boolean;
    /** Data volumes with any of these tags are left out, at most 50. Default: none. */
    excludeVolumesTagged?: Record<string, string>;
}

/**
 * When volumes are copied, and how long the copies are kept: `every` with `at`, or `cron`. A run starts within an hour of
 * its time.
 */
export interface ScheduleRule<Text = string> {
    /**
     * Letters, digits, spaces, `_` and `-`, at most 120; it stands in the snapshots' tags. Keep it: with another name, the
     * snapshots taken so far stay for ever, unmanaged.
     */
    name: string;
    /** How often: 1, 2, 3, 4, 6, 8, 12 or 24 hours. Default: none, `cron` is given instead. */
    every?: Duration;
    /** The first run of a day, `hh:mm` in UTC. Default: `"00:00"`. Only with `every`. */
    at?: string;
    /**
     * Six fields in UTC as AWS has them (minute, hour, day of month, month, day of week, year), hourly to yearly. Default:
     * none, `every` is given instead.
     */
    cron?: string;
    /**
     * How many snapshots of a volume are kept, or how long each. `0`, only with `archive`: archived at once. A new number
     * counts at the next run; a new age for new snapshots only. From number to age or back is a new policy: what was taken
     * so far stays for ever, unmanaged. The preview warns.
     */
    keep: Keep;
    /** Copies in other regions, at most three. Default: none. */
    copyTo?: ScheduleCopy<Text>[];
    /** Accounts that may use the snapshots. Default: none. */
    shareWith?: ScheduleShare<Text>;
    /** Fast restore, billed by the hour for each zone, also after the policy is deleted. Default: none. */
    fastRestore?: ScheduleFastRestore;
    /**
     * After `keep`, snapshots move to the archive tier. For volumes, in at most one rule of a policy, whose runs are 28
     * days or more apart. Sharing and fast restore end there; copies are not archived. Default: deleted after `keep`.
     */
    archive?: ScheduleArchive;
    /** Run on the instance before and after a snapshot, by Systems Manager. Only for instances. Default: none. */
    scripts?: ScheduleScripts;
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html */
export interface ScheduleArchive {
    /** A number or an age, as the rule's own `keep` is, so that each stays in the archive for 90 days or longer. */
    keep: Keep;
}

/** Copies of a rule's snapshots in another region. */
export interface ScheduleCopy<Text = string> {
    /** Another region than the schedule's. */
    region: string;
    /** How long each copy is kept: whole days. */
    keep: Duration;
    /** Whether a copy of an unencrypted snapshot is encrypted. Copies of encrypted ones always are. Default: `false`. */
    encrypted?: boolean;
    /** ARN of a KMS key in that region. Refused without `encrypted`. Default: that region's default key. */
    kmsKeyId?: Text;
}

/** Accounts that may use a rule's snapshots. */
export interface ScheduleShare<Text = string> {
    /** Account ids of 12 digits, or aliases of `ebs-snapshots:accounts`. */
    accounts: Text[];
    /** After how long the share ends, whole days. Default: never. */
    unshareAfter?: Duration;
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-fast-snapshot-restore.html */
export interface ScheduleFastRestore {
    /** Names of zones of the region, one to ten. */
    availabilityZones: string[];
    /** For how many snapshots, or for how long: a number or an age, as the rule's own `keep` is, and not more than it. */
    keep: Keep;
}

/**
 * Scripts that make a snapshot of an instance consistent with its applications.
 * https://docs.aws.amazon.com/ebs/latest/userguide/automate-app-consistent-backups.html
 */
export interface ScheduleScripts {
    /** Name or ARN of a document of Systems Manager, or `AWS_VSS_BACKUP`. */
    document: string;
    /** Which of the document's scripts are run. Default: `["PRE", "POST"]`. */
    stages?: ("PRE" | "POST")[];
    /** How long a script may take, 1 to 120 seconds. Default: DLM's, 10 seconds. */
    timeout?: Duration;
    /** How often a script that failed is run again, 0 to 3. Default: 0. */
    retries?: number;
    /** Whether a snapshot is taken although the first script failed. Default: `true`. */
    snapshotOnFailure?: boolean;
}

/** Volumes made from the newest snapshots, by a function that the schedule brings along. */
export interface RecoveryVolumes {
    /** Names of zones in which there is a volume of each of the newest snapshots. */
    availabilityZones: string[];
    /** From how many of the newest snapshots of each volume there is one. */
    keep: number;
    /** The most volumes that may exist for this schedule, those once attached included; more than `keep` times zones. */
    maximum: number;
    /** Type of the volumes. Default: `gp3`. A change counts for new volumes. */
    volumeType?: "gp2" | "gp3" | "io1" | "io2" | "sc1" | "st1" | "standard";
    /** How often it is looked for what the events did not tell, in whole minutes. Default: `"1 hour"`. */
    sweepEvery?: Duration;
    /**
     * What becomes of the volumes when the schedule is destroyed or no longer has any. `"delete"` spares those that are
     * or ever were attached. Default: `"keep"`.
     */
    onDestroy?: "keep" | "delete";
}

/** Who is told of what goes wrong. */
export interface ScheduleAlarm<Text = string> {
    /** ARN of a topic of SNS. */
    topicArn: Text;
}
