// Projects whose resources the plugin manages, found as users' projects find it.

import { mkdir, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createProject, emulator } from "../../fixture";
import type { Project, StateResource } from "../project";

export const launcher = resolve(__dirname, "../../../dist/provider/plugin/index.js");

/** The emulator's configuration as the plugin's own. */
export function pluginConfig(): Record<string, string> {
    const entries = Object.entries(emulator.pulumiConfig());
    return Object.fromEntries(entries.map(([key, value]) => [key.replace("aws:", "ebs-snapshots:"), value]));
}

/** A project with the plugin in its folder `bin`. */
export async function createPluginProject(
    language: "yaml" | "nodejs",
    { program = "", config = {} }: { program?: string; config?: Record<string, string> },
): Promise<Project> {
    const runtime = language === "yaml" ? "yaml" : "{ name: nodejs, options: { typescript: false } }";
    const plugins = "plugins: { providers: [{ name: ebs-snapshots, path: bin }] }";
    const project = await createProject(program, { runtime: `runtime: ${runtime}\n${plugins}\n`, config });
    await mkdir(join(project.folder, "bin"));
    await symlink(launcher, join(project.folder, "bin/pulumi-resource-ebs-snapshots"));
    return project;
}

/** The resources of the plugin in the state. */
export async function pluginState(project: Project): Promise<StateResource[]> {
    const resources = await project.stack.resources();
    return resources.filter(({ type }) => type.startsWith("ebs-snapshots:index:"));
}
