import { startHosts, type Hosts } from "./engine/hosts";
import { startVault } from "./engine/vault";
import type { TestProject } from "vitest/node" with { "resolution-mode": "import" };

/**
 * So that `npx vitest` alone works on a clean clone: makes the Pulumi CLI and the emulator's Python where they are
 * missing. Starts an emulator for each worker, since a start takes a second of the processor's time, and there are fifty
 * files.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
    const { tools } = await import("../scripts/tools.mjs");
    const { startEmulatorProcess } = await import("./emulator/start.mjs");
    const { pulumi } = await tools();
    const workers = Array.from({ length: project.config.maxWorkers });
    const emulators = await Promise.all(workers.map(() => startEmulatorProcess()));
    // The tests of the project "plugin" run no CLI.
    const hosts = project.name === "plugin" ? [] : await Promise.all(workers.map(() => startHosts()));
    const vault = await startVault();
    project.provide("pulumi", pulumi);
    project.provide("vault", vault.address);
    project.provide(
        "emulators",
        emulators.map(({ endpoint }) => endpoint),
    );
    project.provide(
        "hosts",
        hosts.map(({ ports }) => ports),
    );
    return async () => {
        for (const { stop } of [...hosts, vault]) stop();
        await Promise.all(emulators.map((emulator) => emulator.stop()));
    };
}

declare module "vitest" {
    interface ProvidedContext {
        /** Path of the Pulumi CLI. */
        pulumi: string;
        /** The file with the keys of the stacks' secrets. */
        vault: string;
        /** The endpoints of the emulators, one for each worker. */
        emulators: string[];
        /** The processes that run programs and providers, two for each worker. */
        hosts: Hosts[];
    }
}
