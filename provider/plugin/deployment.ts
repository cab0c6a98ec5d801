/**
 * Defines the deployment of one provider instance.
 *
 * @module
 */
import type { ClientDependencies } from "../aws/client";
import { Deployment } from "../lifecycle/deployment";
import type { EngineLog } from "../lifecycle/engine-log";
import type { RunNotes } from "../lifecycle/run-notes";
import type { CancellableClock } from "./clock";

/** A cancelled run ends its waits, and revokes nothing on the way. */
export class InstanceDeployment extends Deployment {
    constructor(
        readonly clock: CancellableClock,
        dependencies: Omit<ClientDependencies, "clock">,
        log: EngineLog | undefined,
        notes: RunNotes | undefined,
    ) {
        super({ ...dependencies, clock }, log, notes);
    }

    override configurationKey(key: string): string {
        return key.replace(/^aws:/, "ebs-snapshots:");
    }

    override async waitForDeclarations(): Promise<void> {
        await super.waitForDeclarations();
        if (this.clock.isCancelled) throw new Error("the run was cancelled");
    }
}
