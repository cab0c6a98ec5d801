/**
 * Declares the steps of a preview that delete or replace a resource, and lists what they lose.
 *
 * @module
 */
import { lostSnapshots, type PreviewStep } from "../../../policies";
import { type Properties } from "../../../schema/values";

export const urnOf = (name: string, type = "Snapshot") =>
    `urn:pulumi:prod::backups::pulumi-nodejs:dynamic/ebs:${type}::${name}`;

export interface StepOptions {
    type?: string;
    op?: string;
    id?: string;
    /** Contains the state. */
    before?: Properties;
    /** Contains the inputs of the replacement; undefined if the resource is deleted. */
    after?: Properties;
    reasons?: string[];
    retain?: boolean;
}

export function step(name: string, options: StepOptions = {}): PreviewStep {
    const { type = "Snapshot", id = "snap-1", before = {}, after, retain = false } = options;
    const token = `pulumi-nodejs:dynamic/ebs:${type}`;
    return {
        op: options.op ?? (after === undefined ? "delete" : "replace"),
        urn: urnOf(name, type),
        oldState: { type: token, id, outputs: before, ...(retain ? { retainOnDelete: true } : {}) },
        ...(after === undefined ? {} : { newState: { type: token, inputs: after } }),
        ...(options.reasons === undefined ? {} : { replaceReasons: options.reasons }),
    };
}

export const lost = (...steps: PreviewStep[]) => lostSnapshots({ steps });
