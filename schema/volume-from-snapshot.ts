import type { Rules } from "./property";
import { copyTagsRule, type CopiedTags } from "./tags";
import { boolean, oneOf, outpostArn, positiveInteger, resourceId, text } from "./validators";
import type { Properties } from "./values";
import { sizeRule, volumeRules, type VolumeOptions } from "./volume";
import { zonePattern } from "./volume-checks";

export interface VolumeFromSnapshotInputs extends VolumeOptions {
    /**
     * Id of the snapshot. While it is pending, `up` waits for it and shows its progress; a snapshot in `error` fails
     * with its message. A change does what `onSnapshotChange` says.
     */
    snapshotId: string;
    /**
     * Effect of another `snapshotId` once the volume exists. `"refuse"`: the preview fails, or `up` if the id becomes
     * known only then. `"keep"`: the volume stays, and its data are those of the first snapshot. `"replace"`: a new
     * volume is created from the other snapshot. Default: `"refuse"`. A change updates the state alone.
     */
    onSnapshotChange?: "refuse" | "keep" | "replace";
    /**
     * Zone of the volume, by name such as `us-east-1a`; one of another region is refused. Default: none; specify
     * exactly one of this and `availabilityZoneId`. A change replaces the volume; the name and the id of one zone are
     * no difference.
     */
    availabilityZone?: string;
    /**
     * Zone of the volume, by id such as `use1-az1`, which means the same place in every account. Default: none; specify
     * exactly one of this and `availabilityZone`. A change replaces the volume.
     */
    availabilityZoneId?: string;
    /**
     * Size in GiB. Less than the snapshot's is refused at the preview. Default: the snapshot's size when the volume is
     * created, and afterwards its current size. A change updates: the volume grows in place. Less than the volume's is
     * refused, unless `allowShrinkByReplacement` is `true`: then it replaces. Growth outside of Pulumi is no
     * difference.
     */
    size?: number;
    /**
     * If `true`, a smaller `size` replaces the volume by a new one from the snapshot. Default: `false`. A change
     * updates the state alone.
     */
    allowShrinkByReplacement?: boolean;
    /**
     * ARN of the Outpost on which the volume is created. Default: none, it is in the zone. A change replaces the
     * volume; removing the argument later changes nothing.
     */
    outpostArn?: string;
    /**
     * Rate at which the volume is initialized from the snapshot, MiB/s, for a fee; it applies when the volume is
     * created. Default: EC2's own. A change updates the state alone.
     * https://docs.aws.amazon.com/ebs/latest/userguide/initalize-volume.html
     */
    volumeInitializationRate?: number;
    /**
     * Tags of the snapshot that are copied to the volume when it is created: `true` for all, `{ only: [keys] }` or `{
     * except: [keys] }`. Tags that begin with `aws:` and tags that `aws:ignoreTags` names are never copied. Declared
     * tags override copied ones, and copied ones override `aws:defaultTags` and the default `name`. EC2 allows 50
     * tags in all; the preview warns of those that do not fit, and of a snapshot of another account, whose tags EC2
     * does not show. Default: `false`. A change does nothing to a volume that exists.
     */
    copyTagsFromSnapshot?: boolean | CopiedTags;
}

const zone = text('a zone such as "us-east-1a" or "use1-az1"', zonePattern);
/** A zone that the state does not contain under this key may be the same zone. */
const replacesWhereKnown = (key: string) => (state: Properties) =>
    state[key] === undefined ? "update" : "replace";

export const volumeFromSnapshotRules = {
    ...volumeRules,
    snapshotId: {
        validate: resourceId("snap"),
        required: true,
        onChange: (_, { onSnapshotChange }) => (onSnapshotChange === "replace" ? "replace" : "update"),
    },
    onSnapshotChange: {
        validate: oneOf("refuse", "keep", "replace"),
        onChange: "update",
        default: "refuse",
    },
    availabilityZone: {
        validate: zone,
        onChange: replacesWhereKnown("availabilityZone"),
        omitted: "keep",
    },
    availabilityZoneId: {
        validate: zone,
        onChange: replacesWhereKnown("availabilityZoneId"),
        omitted: "keep",
    },
    size: sizeRule,
    allowShrinkByReplacement: { validate: boolean, onChange: "update", default: false },
    outpostArn: { validate: outpostArn, onChange: "replace", omitted: "keep" },
    volumeInitializationRate: { validate: positiveInteger, onChange: "update" },
    copyTagsFromSnapshot: copyTagsRule,
} satisfies Rules<VolumeFromSnapshotInputs>;
