/**
 * Defines which tag keys a user can write.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
 *
 * @module
 */

/** Prefix of the internal tags of this package, which are never shown and never count as drift. */
export const ownPrefix = "pulumi-ebs-snapshots:";

/** The text of the rule for tag keys, which follows "must be". */
export const expectedTagKey = `a key of 1 to 128 characters that does not begin with "aws:" or "${ownPrefix}"`;

/** Tag keys are case-sensitive, so that an internal key has the prefix as it is. */
export function isTagKey(key: string): boolean {
    return key.length >= 1 && key.length <= 128 && !isReserved(key) && !key.startsWith(ownPrefix);
}

/** Reports whether AWS reserves a tag key, in upper or lower case: only AWS can write such a tag. */
export function isReserved(key: string): boolean {
    return /^aws:/i.test(key);
}
