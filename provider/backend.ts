/**
 * Which backend holds the state: two may hold the same project and stack, and must not adopt what the other has made.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** A text that differs between backends; the order is that of the CLI: environment, project, login. */
export function backendId(): string {
    const url = process.env["PULUMI_BACKEND_URL"] || projectBackend(process.cwd()) || loggedInto() || "";
    const where = url.startsWith("file://~") ? url.replace("~", homedir()) : url;
    return createHash("sha256").update(where).digest("hex").slice(0, 16);
}

/** `backend: { url }` of the Pulumi.yaml above a folder. */
function projectBackend(folder: string): string | undefined {
    for (const name of ["Pulumi.yaml", "Pulumi.yml"]) {
        const project = readable(join(folder, name));
        // The one key that is needed of a file whose syntax the CLI has checked.
        if (project !== undefined) return /^backend:\s*\{?\s*url:\s*["']?([^\s"'}]+)/m.exec(project)?.[1];
    }
    const above = dirname(folder);
    return above === folder ? undefined : projectBackend(above);
}

/** Only the address is taken from the file, which holds tokens too. */
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
