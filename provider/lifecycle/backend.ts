/**
 * Identifies the backend of the state: two backends may contain the same project and stack, and must not adopt each
 * other's resources. It also reports when the CLI writes the state.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** Returns a text that differs between backends; the order is that of the CLI: environment, project, login. */
export function backendId(): string {
    const url = process.env["PULUMI_BACKEND_URL"] || projectBackend(process.cwd()) || loginBackend() || "";
    const location = url.startsWith("file://") ? folderOf(url.slice("file://".length)) : url;
    return createHash("sha256").update(location).digest("hex").slice(0, 16);
}

/** Reports whether the CLI writes the state only at the end of a run, after it has released its providers. */
export function isStateWrittenLast(env: NodeJS.ProcessEnv = process.env): boolean {
    return /^(1|true)$/i.test(env["PULUMI_SKIP_CHECKPOINTS"] ?? "");
}

/**
 * Returns a text that differs between folders of the same path: `./state` in two projects, `~` in two containers. A
 * folder that is restored from an archive has another text.
 */
function folderOf(path: string): string {
    const absolute = path.startsWith("~") ? path.replace("~", homedir()) : resolve(path);
    try {
        const { ino, birthtimeMs } = statSync(absolute);
        return [absolute, ino, birthtimeMs].join(" ");
    } catch {
        return absolute;
    }
}

/** Returns the `backend: { url }` of the Pulumi.yaml in a folder or above it. */
function projectBackend(folder: string): string | undefined {
    for (const name of ["Pulumi.yaml", "Pulumi.yml"]) {
        const project = readIfPresent(join(folder, name));
        // A pattern is enough, since only this key is needed and the CLI has checked the syntax of the file.
        if (project !== undefined) return /^backend:\s*\{?\s*url:\s*["']?([^\s"'}]+)/m.exec(project)?.[1];
    }
    const parentFolder = dirname(folder);
    return parentFolder === folder ? undefined : projectBackend(parentFolder);
}

/** The file also contains tokens, so that only the address is read. */
function loginBackend(): string | undefined {
    const home = process.env["PULUMI_HOME"] || join(homedir(), ".pulumi");
    const credentials = readIfPresent(join(home, "credentials.json"));
    if (credentials === undefined) return undefined;
    try {
        return (JSON.parse(credentials) as { current?: string }).current;
    } catch {
        return undefined;
    }
}

function readIfPresent(file: string): string | undefined {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}
