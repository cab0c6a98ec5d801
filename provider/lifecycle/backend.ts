/**
 * Identifies the backend of the state: two backends may contain the same project and stack, and must not adopt each
 * other's resources.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** Returns a text that differs between backends; the order is that of the CLI: environment, project, login. */
export function backendId(): string {
    const url = process.env["PULUMI_BACKEND_URL"] || projectBackend(process.cwd()) || loggedInto() || "";
    const where = url.startsWith("file://") ? folderOf(url.slice("file://".length)) : url;
    return createHash("sha256").update(where).digest("hex").slice(0, 16);
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
        const project = readable(join(folder, name));
        // A pattern is enough, since only this key is needed and the CLI has checked the syntax of the file.
        if (project !== undefined) return /^backend:\s*\{?\s*url:\s*["']?([^\s"'}]+)/m.exec(project)?.[1];
    }
    const above = dirname(folder);
    return above === folder ? undefined : projectBackend(above);
}

/** The file also contains tokens, so that only the address is read. */
function loggedInto(): string | undefined {
    const home = process.env["PULUMI_HOME"] || join(homedir(), ".pulumi");
    const credentials = readable(join(home, "credentials.json"));
    if (credentials === undefined) return undefined;
    try {
        return (JSON.parse(credentials) as { current?: string }).current;
    } catch {
        return undefined;
    }
}

function readable(file: string): string | undefined {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}
