import type { Rules } from "./property";
import { copyTagsRule, type CopiedTags } from "./tags";
import { resourceId } from "./validators";
import { sizeRule, volumeRules, type VolumeOptions } from "./volume";

export interface VolumeCloneInputs extends VolumeOptions {
    /**
     * Id of the volume that is copied, attached or not. It must be in the same region, and not on an Outpost or in a
     * Wavelength Zone; one of another account must be shared by AWS Resource Access Manager. While it is being created
     * or initialized, or EC2 copies it elsewhere, `up` waits. A change replaces the clone.
     */
    sourceVolumeId: string;
    /**
     * Size in GiB. Less than the source's is refused at the preview. Default: the source's size when the clone is
     * created, and afterwards its current size. A change updates: the clone grows in place. Less than the clone's is
     * refused. Growth outside of Pulumi is no difference.
     */
    size?: number;
    /**
     * Tags of the source that are copied to the clone when it is created: `true` for all, `{ only: [keys] }` or `{
     * except: [keys] }`. Tags that begin with `aws:` and tags that `aws:ignoreTags` names are never copied. Declared
     * tags override copied ones, and copied ones override `aws:defaultTags` and the default `name`. EC2 allows 50
     * tags in all; the preview warns of those that do not fit. Default: `false`. A change does nothing to a clone
     * that exists.
     */
    copyTagsFromVolume?: boolean | CopiedTags;
}

export const volumeCloneRules = {
    ...volumeRules,
    sourceVolumeId: { validate: resourceId("vol"), required: true, onChange: "replace" },
    size: sizeRule,
    copyTagsFromVolume: copyTagsRule,
} satisfies Rules<VolumeCloneInputs>;
