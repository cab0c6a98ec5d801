/**
 * What one run of the engine shares: the configuration, the clouds, and who is live. All dynamic resources of a run
 * live in one process, so this is one object in it.
 *
 * @module
 */
import { backendId } from "./backend";
import type { Held } from "./claim";
import { systemClock } from "./clock";
import type { Surroundings } from "./ec2/client";
import { openCloud, type Cloud } from "./ec2/cloud";
import { readConfiguration, type Configuration, type Credentials, type ReadKey } from "./ec2/config";
import { engineVoice, type Voice } from "./engine";
import { stable, type Properties } from "./rules";

/** A resource of the program as this run last saw it. */
export interface Live {
    id: string;
    inputs: Properties;
    /** What was observed of it at last. */
    outputs: Properties;
    /** `true` if it is about to be replaced by one that has these inputs. */
    replaced?: boolean;
}

const declaringPause = 2_000;
const longestDeclaring = 30_000;

export class Run {
    readonly #clouds = new Map<string, Cloud>();
    readonly #live = new Map<string, Live>();
    readonly #urns = new Map<string, string>();
    readonly #regions = new Map<string, string>();
    readonly #held = new Map<string, Held>();
    /** The URNs that the state has a resource of: a replacement is checked and made as if there were none. */
    readonly inState = new Set<string>();
    /** What this run has adopted: an older entry of the state for the same id must not delete it. */
    readonly adopted = new Set<string>();
    readonly backend = backendId();
    #declaredAt: number | undefined;
    #read: ReadKey = () => undefined;
    #configuration: Configuration | undefined;

    constructor(
        readonly surroundings: Surroundings = { clock: systemClock },
        readonly voice: Voice = engineVoice,
    ) {}

    /** The engine hands the configuration over once; what is wrong with it is said where it is needed. */
    configure(read: ReadKey): void {
        this.#read = read;
        this.#configuration = undefined;
    }

    get configuration(): Configuration {
        return (this.#configuration ??= readConfiguration(this.#read));
    }

    cloud(region: string, credentials: Credentials | undefined): Cloud {
        const key = stable([region, credentials]);
        let cloud = this.#clouds.get(key);
        if (cloud === undefined) {
            cloud = openCloud(this.configuration, region, credentials, this.surroundings);
            this.#clouds.set(key, cloud);
        }
        return cloud;
    }

    /** The program has declared something. */
    declaring(): void {
        this.#declaredAt = this.surroundings.clock.now();
    }

    /**
     * Waits until the program has declared nothing more for two seconds, half a minute at most: the engine carries out
     * what was declared first while the program still declares the rest. Without a program (destroy) there is no wait.
     */
    async allDeclared(): Promise<void> {
        const { clock } = this.surroundings;
        const end = clock.now() + longestDeclaring;
        for (;;) {
            const quietAt = Math.min((this.#declaredAt ?? -Infinity) + declaringPause, end);
            if (clock.now() >= quietAt) return;
            await clock.sleep(quietAt - clock.now());
        }
    }

    /** Remembers who stands for a URN, so that the delete of its predecessor knows its successor. */
    stands(urn: string, live: Live): void {
        this.#live.set(urn, live);
        this.#urns.set(live.id, urn);
    }

    /**
     * Who takes the place of one that is deleted, if anyone does. With `deleteBeforeReplace` that is the one that is
     * deleted, with the inputs of the next. Renamed with an alias, the state still has the former URN.
     */
    successorOf(urn: string, id: string): Live | undefined {
        const live = this.#live.get(this.#urns.get(id) ?? urn);
        return live?.id === id && live.replaced !== true ? undefined : live;
    }

    /** Notes that a resource wants to adopt `id`; gives the URN of another one that stands for it already. */
    wants(urn: string, id: string): string | undefined {
        const other = this.#urns.get(id);
        if (other === undefined) this.#urns.set(id, urn);
        return other === urn ? undefined : other;
    }

    /** Remembers what the state holds for a URN that is being replaced: never to be adopted. */
    leaves(urn: string, held: Held): void {
        this.#held.set(urn, held);
    }

    heldOf(urn: string): Held | undefined {
        return this.#held.get(urn);
    }

    /**
     * The region of a resource that has one: a replacement is checked without its old inputs, and a changed
     * `aws:region` must not move it all the same.
     */
    keepRegion(urn: string, region: string | undefined): string | undefined {
        if (region !== undefined) this.#regions.set(urn, region);
        return this.#regions.get(urn);
    }
}
