import { startHosts, type Hosts } from "./engine/hosts";
import { startVault } from "./engine/vault";
import type { TestProject } from "vitest/node" with { "resolution-mode": "import" };

/**
 * Installs the Pulumi CLI and the emulator's Python if they are missing, so that `npx vitest` works on a clean clone.
 * Starts an emulator for each worker, because a start takes a second of processor time and there are fifty
 * files.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
    const { tools } = await import("../scripts/tools.mjs");
    const { startEmulatorProcess } = await import("./emulator/start.mjs");
    const { pulumi } = await tools();
    const workers = Array.from({ length: project.config.maxWorkers });
    const emulators = await Promise.all(workers.map(() => startEmulatorProcess()));
    // Other tests do not run the CLI.
    const hosts = project.name === "engine" ? await Promise.all(workers.map(() => startHosts())) : [];
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
        /** Is the path of the Pulumi CLI. */
        pulumi: string;
        /** Is the file with the keys of the stacks' secrets. */
        vault: string;
        /** Contains the endpoints of the emulators, one per worker. */
        emulators: string[];
        /** Contains the processes that run programs and providers, two per worker. */
        hosts: Hosts[];
    }
}
