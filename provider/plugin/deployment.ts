/**
 * Defines the deployment of one provider instance.
 *
 * @module
 */
import type { ClientDependencies } from "../aws/client";
import { Deployment } from "../lifecycle/deployment";
import { engineLog, type EngineLog } from "../lifecycle/engine-log";
import type { RunNotes } from "../lifecycle/run-notes";
import type { CancellableClock } from "./clock";
import { withPluginKeys } from "./configuration";

function withKeysOfPlugin(log: EngineLog): EngineLog {
    return {
        ...log,
        status: (urn, line) => {
            log.status(urn, withPluginKeys(line));
        },
        info: (urn, line) => {
            log.info(urn, withPluginKeys(line));
        },
        warn: (urn, line) => {
            log.warn(urn, withPluginKeys(line));
        },
    };
}

/** A cancelled run ends its waits, and revokes nothing on the way. */
export class InstanceDeployment extends Deployment {
    constructor(
        readonly clock: CancellableClock,
        dependencies: Omit<ClientDependencies, "clock">,
        { log = engineLog, notes }: { log?: EngineLog | undefined; notes: RunNotes | undefined },
    ) {
        super({ ...dependencies, clock }, withKeysOfPlugin(log), notes);
    }

    override async waitForDeclarations(): Promise<void> {
        await super.waitForDeclarations();
        if (this.clock.isCancelled) throw new Error("the run was cancelled");
    }
}
