/**
 * Reads the output of `pulumi preview --json`.
 *
 * @module
 */

/** The part of the output of `pulumi preview --json` that is read here. */
export interface Preview {
    /** The steps of the run. */
    steps: PreviewStep[];
}

/** A step of the run for one resource. */
export interface PreviewStep {
    /** Operation, such as `replace`; `delete-replaced` appears only with `--show-replacement-steps`. */
    op: string;
    /** URN of the resource. */
    urn: string;
    /** The resource in the state. */
    oldState?: PreviewState;
    /** The resource in the program. */
    newState?: PreviewState;
    /** The properties whose change causes the replacement. */
    replaceReasons?: string[] | null;
}

/** A resource as the preview shows it. */
export interface PreviewState {
    /** Type token. */
    type: string;
    /** EC2's id; absent before the resource is created. */
    id?: string;
    /** The resource option; the value in the state applies. */
    retainOnDelete?: boolean;
    /** The arguments. */
    inputs?: Record<string, unknown>;
    /** The outputs in the state. */
    outputs?: Record<string, unknown>;
}

/**
 * Parses the output of `pulumi preview --json`. A failed preview is rejected, because it may lack steps.
 *
 * @example
 * ```ts
 * import { lostSnapshots, readPreview } from "pulumi-ebs-snapshots/policies";
 *
 * const nothing = lostSnapshots(readPreview('{ "steps": [] }'));
 * ```
 */
export function readPreview(text: string): Preview {
    const read = parse(text) as (Partial<Preview> & { diagnostics?: Diagnostic[] }) | null;
    const error = read?.diagnostics?.find(({ severity }) => severity === "error");
    if (error !== undefined) throw new Error(`the preview failed: ${error.message ?? "no reason was given"}`);
    if (!Array.isArray(read?.steps))
        throw new Error("the input has no steps. Pass the output of `pulumi preview --json`");
    return { steps: read.steps };
}

function parse(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch (error) {
        throw new Error("the input is not JSON. Pass the output of `pulumi preview --json`", {
            cause: error,
        });
    }
}

interface Diagnostic {
    severity?: string;
    message?: string;
}
