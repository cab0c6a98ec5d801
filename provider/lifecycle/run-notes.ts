/**
 * Shares notes among the provider processes of one run: each provider instance has its own process, which does not know
 * what the resources of another one declare. A note is a hash in a file of its process, so that no value can be read there.
 *
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

export class RunNotes {
    readonly #token = randomBytes(8).toString("hex");

    constructor(
        /** Returns the address of the engine, which all provider processes of a run know, and no other process. */
        readonly engine: () => string | undefined,
    ) {}

    /** Notes texts for the other processes. A failure is ignored: this process knows the texts anyway. */
    write(texts: string[]): void {
        const engine = this.engine();
        if (engine === undefined || texts.length === 0) return;
        const hashes = texts.map((text) => `${hashOf(engine, text)}\n`).join("");
        attempt(() => {
            mkdirSync(folder(), { recursive: true, mode: 0o700 });
            appendFileSync(join(folder(), this.#fileOf(engine)), hashes, { mode: 0o600 });
        });
    }

    /** Returns those of the texts that another process of this run has noted. */
    notedElsewhere(texts: string[]): string[] {
        const engine = this.engine();
        if (engine === undefined || texts.length === 0) return [];
        const noted = new Set(this.#others(engine).flatMap(linesOf));
        return texts.filter((text) => noted.has(hashOf(engine, text)));
    }

    /** Removes the notes of this process, when the engine releases it. */
    end(): void {
        const engine = this.engine();
        if (engine !== undefined)
            attempt(() => rmSync(join(folder(), this.#fileOf(engine)), { force: true }));
    }

    #fileOf(engine: string): string {
        return [runOf(engine), process.pid, this.#token].join(".");
    }

    #others(engine: string): string[] {
        const files = attempt(() => (isOwn(folder()) ? readdirSync(folder()) : [])) ?? [];
        return files.filter((file) => {
            const [run, pid, token] = file.split(".");
            // A killed run leaves its files, and a later engine may have its address.
            return run === runOf(engine) && token !== this.#token && isRunning(Number(pid));
        });
    }
}

function folder(): string {
    return join(tmpdir(), `pulumi-ebs-snapshots-${String(process.getuid?.() ?? userInfo().username)}`);
}

/** Reports whether no other user can write a note: notes keep access to snapshots. */
function isOwn(path: string): boolean {
    const { uid, mode } = statSync(path);
    return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

function linesOf(file: string): string[] {
    return attempt(() => readFileSync(join(folder(), file), "utf8").split("\n")) ?? [];
}

function isRunning(pid: number): boolean {
    return attempt(() => process.kill(pid, 0)) ?? false;
}

function runOf(engine: string): string {
    return engine.replace(/\W/g, "-");
}

function hashOf(engine: string, text: string): string {
    return createHash("sha256").update(`${engine} ${text}`).digest("hex");
}

function attempt<T>(work: () => T): T | undefined {
    try {
        return work();
    } catch {
        return undefined;
    }
}
