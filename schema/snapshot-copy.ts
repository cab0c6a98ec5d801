import { regionRule } from "./placement";
import type { Rules } from "./property";
import { kmsKey, isSameKeyName } from "./kms-key";
import { snapshotOptionRules, type SnapshotOptions } from "./snapshot";
import { copyTagsRule, type CopiedTags } from "./tags";
import { boolean, multipleOf, outpostArn, resourceId } from "./validators";

export interface SnapshotCopyInputs extends SnapshotOptions {
    /**
     * Id of the snapshot to copy, owned by or shared with this account. While it is pending, `up` waits for it within
     * `timeout` and shows its progress. The preview fails if it does not exist, is not shared with this account, or has
     * failed. A change replaces the copy; the old one, which may be the last of the other snapshot, stays in the
     * account unless `keepReplaced` is `false`.
     */
    sourceSnapshotId: string;
    /**
     * Region of the source; the copy is created in `region`. A change replaces the copy, as a change of the source
     * does.
     */
    sourceRegion: string;
    /**
     * If `true`, the copy is encrypted. `false` is refused if the source is encrypted, or if the account encrypts by
     * default. Default: as the source, or as the account encrypts by default. A change replaces the copy; removing
     * the argument later changes nothing.
     */
    encrypted?: boolean;
    /**
     * KMS key of an encrypted copy, of the copy's region: id, ARN, alias or ARN of an alias. It means `encrypted:
     * true`, and is refused together with `encrypted: false`. With a key that EC2 may not use, the copy ends in
     * `error`. Default: the account's default key for EBS. A change replaces the copy; another name of the same key, or
     * none, is no difference.
     */
    kmsKeyId?: string;
    /**
     * Minutes within which EC2 completes the copy, for a fee. Default: none, EC2 sets no time. A change replaces the
     * copy.
     * https://docs.aws.amazon.com/ebs/latest/userguide/time-based-copies.html
     */
    completionDurationMinutes?: number;
    /** ARN of the Outpost to copy to. Default: none, the copy is in the region. A change replaces the copy. */
    destinationOutpostArn?: string;
    /**
     * Tags of the source that are copied to the copy when it is created: `true` for all, `{ only: [keys] }` or `{
     * except: [keys] }`. Tags that begin with `aws:` and tags that `aws:ignoreTags` names are never copied. Declared
     * tags override copied ones, and copied ones override `aws:defaultTags` and the default `name`. EC2 allows 50
     * tags in all; the preview warns of those that do not fit, and of a source of another account, whose tags EC2
     * does not show. Default: `false`. A change does nothing to a copy that exists.
     */
    copyTagsFromSource?: boolean | CopiedTags;
}

export const snapshotCopyRules = {
    ...snapshotOptionRules,
    sourceSnapshotId: { validate: resourceId("snap"), required: true, onChange: "replace" },
    sourceRegion: { ...regionRule, required: true },
    encrypted: { validate: boolean, onChange: "replace", omitted: "keep" },
    kmsKeyId: { validate: kmsKey, onChange: "replace", omitted: "keep", isEqual: isSameKeyName },
    completionDurationMinutes: { validate: multipleOf(15, 2880), onChange: "replace" },
    destinationOutpostArn: { validate: outpostArn, onChange: "replace" },
    copyTagsFromSource: copyTagsRule,
} satisfies Rules<SnapshotCopyInputs>;
