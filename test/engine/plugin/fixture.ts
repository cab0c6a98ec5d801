// Creates projects whose resources the plugin manages, which the CLI finds as in users' projects.

import { mkdir, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createProject, emulator } from "../../fixture";
import type { Project, StateResource } from "../project";

export const launcher = resolve(__dirname, "../../../dist/provider/plugin/index.js");

/** Returns the emulator's configuration in the namespace of the plugin. */
export function pluginConfig(): Record<string, string> {
    const entries = Object.entries(emulator.pulumiConfig());
    return Object.fromEntries(entries.map(([key, value]) => [key.replace("aws:", "ebs-snapshots:"), value]));
}

/** Lines of Pulumi.yaml. */
export const usePlugin = "plugins: { providers: [{ name: ebs-snapshots, path: bin }] }\n";

/** Creates a project with the plugin in its folder `bin`. */
export async function createPluginProject(
    language: "yaml" | "python" | "go" | "nodejs",
    { program = "", config = {} }: { program?: string; config?: Record<string, string> },
): Promise<Project> {
    const runtime = language === "nodejs" ? "{ name: nodejs, options: { typescript: false } }" : language;
    const project = await createProject(program, { runtime: `runtime: ${runtime}\n${usePlugin}`, config });
    await installPlugin(project);
    return project;
}

export async function installPlugin(project: Project): Promise<void> {
    await mkdir(join(project.folder, "bin"), { recursive: true });
    await symlink(launcher, join(project.folder, "bin/pulumi-resource-ebs-snapshots"));
}

/** Returns the resources of the plugin in the state. */
export async function pluginState(project: Project): Promise<StateResource[]> {
    const resources = await project.stack.resources();
    return resources.filter(({ type }) => type.startsWith("ebs-snapshots:index:"));
}
