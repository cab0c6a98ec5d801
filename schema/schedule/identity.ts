/**
 * Defines the identity of a schedule: what its snapshots and recovery volumes are tagged and found with.
 *
 * @module
 */
import { text } from "../validators";
import { formatCount, type Properties } from "../values";

/** A tag value, such as the identity, has at most this number of characters. */
export const longestIdentity = 256;

/**
 * IAM reads neither wildcards nor variables from these characters, and every service accepts them in tags. A dimension
 * of CloudWatch begins with neither a colon nor a space.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
 */
export const identityText = text(
    "1 to 256 letters, digits, spaces and + - = . _ : / @, that neither begins nor ends with a space and does not begin " +
        "with a colon",
    /^(?![ :])[A-Za-z0-9 +=._:/@-]{1,256}(?<! )$/,
);

/** Describes what a change of the identity costs, and how it is avoided. */
export interface IdentityLoss {
    reason: string;
    remedy: string;
}

/** Returns what a change from one record of a schedule to another costs; nothing if the identity stays. */
export function identityLoss(state: Properties, inputs: Properties): IdentityLoss | undefined {
    const [before, after] = [state["identity"], inputs["identity"]];
    if (typeof before !== "string" || typeof after !== "string" || before === after) return undefined;
    const [restorePoints, recoveryVolumes] = [state["restorePoints"], state["recoveryVolumes"]];
    const snapshots =
        typeof restorePoints === "number"
            ? `up to ${formatCount(restorePoints, "snapshot")} of each volume`
            : "the existing snapshots";
    const volumes =
        typeof recoveryVolumes === "number" && recoveryVolumes > 0
            ? `. Up to ${formatCount(recoveryVolumes, "recovery volume")} of each volume stay and are no longer managed; ` +
              "delete them yourself"
            : "";
    return {
        reason:
            `the identity changes from ${before} to ${after}: ${snapshots} keep the former one in their tags, so that ` +
            `the role of the schedule no longer lets DLM delete, share or archive them${volumes}`,
        remedy: `To keep them managed, set identity: ${JSON.stringify(before)}`,
    };
}

/** Says that a rename leaves the identity as it is. */
export function formatIdentityKept(identity: string, own: string): string {
    return (
        `the schedule keeps its identity ${identity}, with which its snapshots and volumes are tagged, although ` +
        `its default would now be ${own}`
    );
}
