/**
 * Provides programs that create a snapshot, in each language of the layouts.
 *
 * @module
 */
export const commonJs = (volumeId: string) => `
    const { Snapshot } = require("pulumi-ebs-snapshots");
    exports.id = new Snapshot("copy", { volumeId: "${volumeId}", timeout: "5 minutes" }).snapshotId;
`;
export const esm = (volumeId: string) => `
    import { Snapshot } from "pulumi-ebs-snapshots";
    export const id = new Snapshot("copy", { volumeId: "${volumeId}", timeout: "5 minutes" }).snapshotId;
`;
export const typescript = (volumeId: string) => `
    import * as pulumi from "@pulumi/pulumi";
    import { Snapshot } from "pulumi-ebs-snapshots";
    const copy = new Snapshot("copy", { volumeId: pulumi.output("${volumeId}"), timeout: "5 minutes" });
    export const id: pulumi.Output<string> = copy.snapshotId;
`;

/** Returns a script that runs the engine through the Automation API and prints the changes of each step. */
export const automation = (volumeId: string) => `
    const { LocalWorkspace } = require("@pulumi/pulumi/automation");
    const { Snapshot } = require("pulumi-ebs-snapshots");
    const program = async () => {
        const copy = new Snapshot("copy", { volumeId: "${volumeId}", timeout: "5 minutes" });
        return { id: copy.snapshotId };
    };
    (async () => {
        const where = { stackName: "test", projectName: "inline", program };
        const stack = await LocalWorkspace.selectStack(where, { workDir: __dirname });
        const previewed = (await stack.preview()).changeSummary;
        const created = (await stack.up()).summary.resourceChanges;
        const unchanged = (await stack.up({ expectNoChanges: true })).summary.resourceChanges;
        const destroyed = (await stack.destroy()).summary.resourceChanges;
        console.log(JSON.stringify({ previewed, created, unchanged, destroyed }));
    })();
`;
