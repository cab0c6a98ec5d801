/**
 * Defines the details of a policy of Data Lifecycle Manager in DLM's own terms: its members in camelCase, and lists of
 * tags as maps.
 *
 * @module
 */
/** Tags that select resources, by key: a value, or several of them. A resource with any one of the tags is selected. */
export type SelectedTags = Record<string, string | string[]>;

/**
 * Actions of a policy: `resourceTypes`, `targetTags` and `schedules` of a policy for snapshots or AMIs, or
 * `eventSource` and `actions` of an event-based policy.
 * https://docs.aws.amazon.com/dlm/latest/APIReference/API_PolicyDetails.html
 */
export interface PolicyDetails {
    /** Type of the resources to back up: `["VOLUME"]` or `["INSTANCE"]`. A change replaces the policy. */
    resourceTypes?: string[];
    /** Location of the resources: `["CLOUD"]`, `["OUTPOST"]` or `["LOCAL_ZONE"]`. Default: `["CLOUD"]`. */
    resourceLocations?: string[];
    /** Tags of the resources to back up: any one of them suffices. DLM accepts a tag in one policy only. */
    targetTags?: SelectedTags;
    /** One to four schedules with different names. */
    schedules?: PolicySchedule[];
    /** Options for instances. */
    parameters?: PolicyParameters;
    /** The event of an event-based policy. */
    eventSource?: PolicyEventSource;
    /** The copies that an event-based policy creates: one action. */
    actions?: PolicyAction[];
}

/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_Schedule.html */
export interface PolicySchedule {
    /** At most 120 characters. A schedule that is renamed no longer manages its earlier snapshots. */
    name: string;
    /** If `true`, the tags of a volume are copied to its snapshots. Default: `false`. */
    copyTags?: boolean;
    /** Tags that DLM adds to the snapshots. Default: none. */
    tagsToAdd?: Record<string, string>;
    /**
     * Tags with values such as `$(instance-id)` and `$(timestamp)` that DLM adds to the snapshots. Only for
     * instances. Default: none.
     */
    variableTags?: Record<string, string>;
    /** Times at which snapshots are created. */
    createRule: PolicyCreateRule;
    /** Number or age of the snapshots that are retained. */
    retainRule?: PolicyRetainRule;
    /** Fast snapshot restore of the snapshots. Default: none. */
    fastRestoreRule?: PolicyFastRestoreRule;
    /** Copies in other Regions, at most three. Default: none. */
    crossRegionCopyRules?: PolicyCopyRule[];
    /** Accounts that may use the snapshots: one rule at most. Default: none. */
    shareRules?: PolicyShareRule[];
    /** Number or age of AMIs after which they are deprecated. Default: never. */
    deprecateRule?: PolicyRetainRule;
    /** Moves snapshots to the archive tier instead of deleting them. Only for volumes. Default: none. */
    archiveRule?: PolicyArchiveRule;
}

/** `interval` with `times`, or `cronExpression`. */
export interface PolicyCreateRule {
    /** `CLOUD`, `OUTPOST_LOCAL` or `LOCAL_ZONE`. Default: `CLOUD`. */
    location?: string;
    /** 1, 2, 3, 4, 6, 8, 12 or 24. */
    interval?: number;
    /** `HOURS`. */
    intervalUnit?: string;
    /** One time, `hh:mm` in UTC. */
    times?: string[];
    /** Such as `cron(0 4 1 * ? *)`. */
    cronExpression?: string;
    /** Scripts before and after a snapshot of an instance. Default: none. */
    scripts?: PolicyScript[];
}

/** A number of snapshots (`count`), or an age (`interval` with `intervalUnit`). Changing between them replaces the policy. */
export interface PolicyRetainRule {
    /** 1 to 1,000; 0 only with an archive rule. */
    count?: number;
    /** At most 100 years. */
    interval?: number;
    /** `DAYS`, `WEEKS`, `MONTHS` or `YEARS`. */
    intervalUnit?: string;
}

/** An age. */
export interface PolicyAge {
    /** At most 100 years. */
    interval: number;
    /** `DAYS`, `WEEKS`, `MONTHS` or `YEARS`. */
    intervalUnit: string;
}

/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_Script.html */
export interface PolicyScript {
    /** Name or ARN of a Systems Manager document, or `AWS_VSS_BACKUP`. */
    executionHandler: string;
    /** `AWS_SYSTEMS_MANAGER`. Default: DLM's own. */
    executionHandlerService?: string;
    /** `["PRE"]`, `["POST"]` or both. Default: both. */
    stages?: string[];
    /** If `true`, a snapshot is created even if the script fails. Default: `true`. */
    executeOperationOnScriptFailure?: boolean;
    /** 1 to 120 seconds. Default: 10. */
    executionTimeout?: number;
    /** 0 to 3. Default: 0. */
    maximumRetryCount?: number;
}

/** Number or age of the snapshots with fast snapshot restore, and its availability zones. */
export interface PolicyFastRestoreRule extends PolicyRetainRule {
    /** Names of the zones. */
    availabilityZones?: string[];
    /** Ids of the zones. */
    availabilityZoneIds?: string[];
}

/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_CrossRegionCopyRule.html */
export interface PolicyCopyRule {
    /** Region, or the ARN of an Outpost. */
    target?: string;
    /** Region of the copies of AMIs. */
    targetRegion?: string;
    /** If `true`, copies of unencrypted snapshots are encrypted; copies of encrypted ones always are. */
    encrypted: boolean;
    /** ARN of the KMS key. Default: the account's default key. */
    cmkArn?: string;
    /** If `true`, tags are copied too. Default: `false`. */
    copyTags?: boolean;
    /** Age at which copies are deleted. */
    retainRule?: PolicyAge;
    /** Age at which copies of AMIs are deprecated. */
    deprecateRule?: PolicyAge;
}

/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_ShareRule.html */
export interface PolicyShareRule {
    /** Ids of the accounts. */
    targetAccounts: string[];
    /** Age at which the snapshots are unshared, in `unshareIntervalUnit`. Default: never. */
    unshareInterval?: number;
    /** `DAYS`, `WEEKS`, `MONTHS` or `YEARS`. */
    unshareIntervalUnit?: string;
}

/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_ArchiveRule.html */
export interface PolicyArchiveRule {
    /** The retention in the archive tier. */
    retainRule: PolicyArchiveRetainRule;
}

/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_ArchiveRetainRule.html */
export interface PolicyArchiveRetainRule {
    /** Number or age of the snapshots that are retained in the archive tier. */
    retentionArchiveTier: PolicyRetainRule;
}

/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_Parameters.html */
export interface PolicyParameters {
    /** If `true`, boot volumes are excluded. Default: `false`. */
    excludeBootVolume?: boolean;
    /** Tags of data volumes that are excluded. Default: none. */
    excludeDataVolumeTags?: SelectedTags;
    /** If `true`, instances are not rebooted when AMIs are created. Default: `false`. */
    noReboot?: boolean;
}

/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_EventSource.html */
export interface PolicyEventSource {
    /** `MANAGED_CWE`. */
    type: string;
    /** Conditions that a shared snapshot must meet. */
    parameters: PolicyEventParameters;
}

/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_EventParameters.html */
export interface PolicyEventParameters {
    /** `shareSnapshot`. */
    eventType: string;
    /** Ids of the accounts that share snapshots, at most 50. */
    snapshotOwner: string[];
    /**
     * A regular expression of at most 1,000 characters for the whole description of a snapshot: `.*` matches all,
     * `.*production.*` those that contain the word.
     */
    descriptionRegex: string;
}

/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_Action.html */
export interface PolicyAction {
    /** At most 120 letters, digits, spaces, `_` and `-`. */
    name: string;
    /** One to three copies. */
    crossRegionCopy: PolicyEventCopy[];
}

/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_CrossRegionCopyAction.html */
export interface PolicyEventCopy {
    /** Region of the copies. */
    target: string;
    /** Encryption of the copies. */
    encryptionConfiguration: PolicyEncryption;
    /** Age at which copies are deleted. Default: never. */
    retainRule?: PolicyAge;
}

/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_EncryptionConfiguration.html */
export interface PolicyEncryption {
    /** If `true`, copies of unencrypted snapshots are encrypted; copies of encrypted ones always are. */
    encrypted: boolean;
    /** ARN of the KMS key. Default: the account's default key. */
    cmkArn?: string;
}
