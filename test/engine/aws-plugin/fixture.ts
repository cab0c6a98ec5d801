/**
 * Creates projects that use @pulumi/aws with a plugin that replaces its own.
 *
 * @module
 */
import { mkdir, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Project } from "../project";

/** A line of Pulumi.yaml. */
export const useAwsPlugin = "plugins: { providers: [{ name: aws, path: bin }] }\n";

/** Installs the plugin in the folder of the project. */
export async function installAwsPlugin(project: Project): Promise<void> {
    await mkdir(join(project.folder, "bin"), { recursive: true });
    await symlink(resolve(__dirname, "index.mjs"), join(project.folder, "bin/pulumi-resource-aws"));
}
