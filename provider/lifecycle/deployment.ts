/**
 * Contains the state that one run of the engine shares: the configuration, the EC2 clients, and the live resources. All
 * dynamic resources of a run live in one process, so that the process has one deployment.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { configuredRegion } from "../aws/region";
import { backendId, isStateWrittenLast } from "./backend";
import { Adoptions } from "./adoptions";
import { Claims } from "./claims";
import type { Stored } from "./context";
import { Generations } from "./generations";
import { firstOf, nextOf, type Lineage } from "./lineage";
import { systemClock } from "../aws/clock";
import type { ClientDependencies } from "../aws/client";
import { openEc2, type Ec2 } from "../aws/ec2";
import { readConfiguration, type Configuration } from "../../schema/configuration";
import type { Credentials } from "../../schema/credentials";
import type { ReadKey } from "../../schema/configuration-values";
import { engineAddress, engineLog, type EngineLog } from "./engine-log";
import { RunNotes } from "./run-notes";
import { Slots } from "./slots";
import { stableStringify, type Properties } from "../../schema/values";

/** Represents a resource of the program as this run last observed it. */
export interface TrackedResource {
    id: string;
    inputs: Properties;
    /** Contains the outputs of the last observation. */
    outputs: Properties;
    /** Is `true` if a resource with these inputs is about to replace it. */
    replaced?: boolean;
}

const quietPeriodMs = 2_000;
const maxDeclarationWaitMs = 30_000;

export class Deployment {
    readonly #clients = new Map<string, Ec2>();
    readonly #live = new Map<string, TrackedResource>();
    readonly #urns = new Map<string, string>();
    readonly #regions = new Map<string, string>();
    readonly #lineages = new Map<string, Lineage>();
    /** Is `true` at first, because another process may have added an owner since the sweep. */
    #hasChanged = true;
    readonly claims: Claims;
    readonly adoptions: Adoptions;
    readonly generations = new Generations();
    readonly backend = backendId();
    readonly slots = new Slots();
    #declaredAt: number | undefined;
    #read: ReadKey = () => undefined;
    #configuration: Configuration | undefined;

    constructor(
        readonly dependencies: ClientDependencies = { clock: systemClock },
        readonly log: EngineLog = engineLog,
        /** Contains what the other provider processes of this run have to know. */
        readonly notes = new RunNotes(engineAddress),
    ) {
        this.adoptions = new Adoptions(notes);
        const startedAt = dependencies.clock.now();
        this.claims = new Claims({
            startedAt,
            log,
            isTracked: (id) => this.isTracked(id),
            isStateWrittenLast: isStateWrittenLast(),
        });
    }

    /** Ends what belongs to this run, when the engine releases the process. */
    async end(): Promise<void> {
        this.notes.end();
        await this.claims.end();
    }

    /** Receives the configuration, which the engine sends once; the operation that needs it reports errors in it. */
    configure(read: ReadKey): void {
        this.#read = read;
        this.#configuration = undefined;
    }

    get configuration(): Configuration {
        return (this.#configuration ??= readConfiguration(this.#read));
    }

    /** Returns a random token for a resource that this run creates or adopts. */
    createToken(): string {
        return randomBytes(8).toString("hex");
    }

    /** Returns every EC2 client that this run has used so far, and that of the default region. */
    async allClients(): Promise<Ec2[]> {
        const region = await configuredRegion(this.configuration.aws, undefined);
        if (region !== undefined) this.ec2(region, undefined);
        return [...this.#clients.values()];
    }

    /** Records that tags or resources may differ from the last sweep. */
    recordChange(): void {
        this.#hasChanged = true;
    }

    /** Discards the sweeps before a delete: observations from before the last change do not show the current owner. */
    forgetSweeps(): void {
        if (!this.#hasChanged) return;
        this.#hasChanged = false;
        for (const ec2 of this.#clients.values()) ec2.forgetSweeps();
    }

    ec2(region: string, credentials: Credentials | undefined): Ec2 {
        const key = stableStringify([region, credentials]);
        let ec2 = this.#clients.get(key);
        if (ec2 === undefined) {
            ec2 = openEc2(
                this.configuration,
                { region, credentials },
                {
                    ...this.dependencies,
                    beforeChange: () => this.log.exitIfOrphaned(),
                },
            );
            this.#clients.set(key, ec2);
        }
        return ec2;
    }

    /** Records that the program has declared a resource. */
    recordDeclaration(): void {
        this.#declaredAt = this.dependencies.clock.now();
    }

    /**
     * Waits until the program has declared no resource for two seconds, at most half a minute: the engine executes the
     * first declarations while the program still declares others. Without a program (destroy) there is no wait.
     */
    async waitForDeclarations(): Promise<void> {
        const { clock } = this.dependencies;
        const end = clock.now() + maxDeclarationWaitMs;
        for (;;) {
            const quietAt = Math.min((this.#declaredAt ?? -Infinity) + quietPeriodMs, end);
            if (clock.now() >= quietAt) return;
            await clock.sleep(quietAt - clock.now());
        }
    }

    /** Reports whether the state has this URN: the engine checks and creates a replacement as if it had none. */
    isInState(urn: string): boolean {
        return this.#lineages.has(urn);
    }

    /** Returns the lineage of the declaration of a URN; `olds` contains the inputs in the state, if it has any. */
    lineageOf(urn: string, olds: Stored | undefined): Lineage {
        if (olds !== undefined) {
            const lineage = olds.metadata.lineage ?? firstOf(urn);
            this.#lineages.set(urn, lineage);
            return lineage;
        }
        const former = this.#lineages.get(urn);
        return former === undefined ? firstOf(urn) : nextOf(former);
    }

    /** Records the resource of a URN, so that the delete of its predecessor finds its successor. */
    track(urn: string, lineage: Lineage, live: TrackedResource): void {
        this.#live.set(urn, live);
        this.#urns.set(live.id, urn);
        this.adoptions.settle(urn, live.id);
        this.generations.track(urn, lineage);
    }

    /** Reports whether the program of this run has a resource with this id. */
    isTracked(id: string): boolean {
        const live = this.#live.get(this.#urns.get(id) ?? "");
        return live?.id === id && live.replaced !== true;
    }

    /**
     * Returns the successor of a deleted resource, if it has one. With `deleteBeforeReplace` it is the deleted resource
     * itself with the next inputs. After a rename or a move the state may still contain the former URN; then the
     * lineage decides.
     */
    successorOf(urn: string, lineage: Lineage, id: string): TrackedResource | undefined {
        const live = this.#live.get(
            this.#urns.get(id) ?? this.generations.findNext({ urn, lineage, id }) ?? urn,
        );
        return live?.id === id && live.replaced !== true ? undefined : live;
    }

    /** Returns the URN of another resource that manages `id`, or is to adopt it. */
    managerOf(id: string, urn: string): string | undefined {
        const other = this.#urns.get(id) ?? this.adoptions.reservedBy(id);
        return other === urn ? undefined : other;
    }

    /**
     * Keeps the region of an existing resource: the engine checks a replacement without its old inputs, and a changed
     * `aws:region` must not move it.
     */
    keepRegion(urn: string, region: string | undefined): string | undefined {
        if (region !== undefined) this.#regions.set(urn, region);
        return this.#regions.get(urn);
    }
}
