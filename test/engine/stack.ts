/**
 * The files of a stack, written and read without the CLI: each of its runs costs a sixth of a second of the processor's
 * time before it does anything.
 *
 * @module
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A resource as the state file has it. */
export interface StateResource {
    urn: string;
    type: string;
    id?: string;
    inputs: Record<string, unknown>;
    outputs: Record<string, unknown>;
    delete?: boolean;
    initErrors?: string[];
    retainOnDelete?: boolean;
    sourcePosition?: string;
}

interface Checkpoint {
    version: number;
    checkpoint: { stack: string; latest?: { resources?: StateResource[] } };
}

/** The key by which Pulumi marks a value that is encrypted in the state. */
const secretMark = "4dabf18193072939515e22adb298388d";

/**
 * The lines of a stack's configuration by which the CLI asks test/engine/vault.ts for the key of its secrets. To derive one
 * from a passphrase, it hashes a million times in every run, which takes as long as all else that an empty run does.
 */
export const secretsProvider = {
    secretsprovider: "hashivault://tests",
    encryptedkey: Buffer.from(`vault:v1:${Buffer.alloc(32, "key").toString("base64")}`).toString("base64"),
};

export class Stack {
    /** `name` is `organization/<project>/<stack>`. */
    constructor(
        readonly folder: string,
        /** The folder of the state. */
        public backend: string,
        public name: string,
    ) {}

    get #file(): string {
        return join(this.backend, ".pulumi/stacks", `${this.name.replace("organization/", "")}.json`);
    }

    get #settingsFile(): string {
        return join(this.folder, `Pulumi.${this.name.split("/").at(-1) ?? ""}.yaml`);
    }

    /** Does what `pulumi stack init` does. */
    async init(): Promise<void> {
        await mkdir(dirname(this.#file), { recursive: true });
        await Promise.all([
            writeFile(join(this.backend, ".pulumi/meta.yaml"), "version: 1\n"),
            this.#write({ version: 3, checkpoint: { stack: this.name } }),
        ]);
    }

    /** Sets values of the configuration; `undefined` removes one. */
    async configure(values: Record<string, string | undefined>): Promise<void> {
        const settings = JSON.parse(await readFile(this.#settingsFile, "utf8")) as {
            config: Record<string, string | undefined>;
        };
        Object.assign(settings.config, values);
        await writeFile(this.#settingsFile, JSON.stringify(settings));
    }

    /** The state file as it is written: secrets are not decrypted. */
    text(): Promise<string> {
        return readFile(this.#file, "utf8");
    }

    async #read(): Promise<Checkpoint> {
        return JSON.parse(await this.text()) as Checkpoint;
    }

    #write(checkpoint: Checkpoint): Promise<void> {
        return writeFile(this.#file, JSON.stringify(checkpoint));
    }

    async resources(): Promise<StateResource[]> {
        return (await this.#read()).checkpoint.latest?.resources ?? [];
    }

    /** The outputs of the program; nothing where some are secret, and so encrypted. */
    async outputs(): Promise<Record<string, unknown> | undefined> {
        const root = (await this.resources()).find(({ type }) => type === "pulumi:pulumi:Stack");
        const outputs = root?.outputs ?? {};
        return JSON.stringify(outputs).includes(secretMark) ? undefined : outputs;
    }

    async edit(change: (resources: StateResource[]) => void): Promise<void> {
        const checkpoint = await this.#read();
        change(checkpoint.checkpoint.latest?.resources ?? []);
        await this.#write(checkpoint);
    }
}
