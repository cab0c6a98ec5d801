// Creates the Python environments of the EC2 emulator and of the picture: virtual environments in .tools/, one for each
// list of requirements.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const tools = join(root, ".tools");

// The plain name comes first; the others are for machines whose python3 is older than another installed version.
const names = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];
const oldest = "3.10";

/** Reports an error that the user has to correct: it prints one line with the remedy, and no stack trace. */
export class Remedy extends Error {}

/**
 * Returns the path of a Python that has moto.
 * @returns {Promise<string>}
 */
export function emulatorPython() {
    return pythonWith(join(root, "test", "emulator", "requirements.txt"), "the EC2 emulator (moto)");
}

/**
 * Returns the path of a Python with these requirements; creates its environment first if it does not exist.
 * @param {string} requirements
 * @param {string} purpose describes its use in messages
 * @returns {Promise<string>}
 */
export async function pythonWith(requirements, purpose) {
    const system = await systemPython(purpose);
    // The hash includes the version of Python: an environment breaks when the Python that it links to is replaced.
    const hash = createHash("sha256")
        .update(await readFile(requirements))
        .update(system.version)
        .digest("hex")
        .slice(0, 12);
    const home = join(tools, `venv-${hash}`);
    if (!existsSync(home)) await make(home, { python: system.name, requirements, purpose });
    return join(home, "bin", "python");
}

/**
 * @param {string} purpose
 * @returns {Promise<{ name: string; version: string }>}
 */
async function systemPython(purpose) {
    const found = [];
    for (const name of names) {
        const version = await run(name, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).then(
            ({ stdout }) => stdout.trim(),
            () => undefined,
        );
        if (version !== undefined && isRecent(version)) return { name, version };
        if (version !== undefined) found.push(`${name} is ${version}`);
    }
    throw new Remedy(
        `${purpose} needs Python ${oldest} or newer (${found.join(", ") || "there is no python3"}): ` +
            "install it, e.g. apt-get install python3 python3-venv",
    );
}

/** @param {string} version */
function isRecent(version) {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const [leastMajor = 0, leastMinor = 0] = oldest.split(".").map(Number);
    return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

/**
 * Creates the environment in a separate folder and renames it, which is atomic: an interrupted environment never counts
 * as complete, and of two concurrent ones the first remains.
 * @param {string} home
 * @param {string} python
 * @param {string} requirements
 * @param {string} purpose
 */
async function make(home, { python, requirements, purpose }) {
    await run(python, ["-c", "import ensurepip, venv"]).catch(() => {
        throw new Remedy(`${python} cannot make virtual environments: apt-get install python3-venv`);
    });
    await mkdir(tools, { recursive: true });
    await removeInterrupted();
    const started = Date.now();
    console.error(`Setting up ${purpose} in .tools/, once, about half a minute ...`);
    const temporary = `${home}.${process.pid}.tmp`;
    try {
        await run(python, ["-m", "venv", temporary]);
        await run(join(temporary, "bin", "python"), ["-m", "pip", "install", "--quiet", "-r", requirements]);
        // The Python in the new place finds its packages relative to its own path; only pip's scripts cannot be moved.
        await rename(temporary, home).catch((/** @type {NodeJS.ErrnoException} */ error) => {
            if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
        });
    } catch (error) {
        const { stderr } = /** @type {{ stderr?: string }} */ (error);
        throw new Remedy(`setting up ${purpose} failed: ${stderr?.trim().split("\n").at(-1) || error}`);
    } finally {
        await rm(temporary, { recursive: true, force: true });
    }
    console.error(`Set up: ${purpose} (${Math.round((Date.now() - started) / 1000)} s).`);
}

/** Removes the folders of processes that ended before they were done. */
async function removeInterrupted() {
    for (const name of await readdir(tools)) {
        const pid = /^venv-.*\.(\d+)\.tmp$/.exec(name)?.[1];
        if (pid && !isRunning(Number(pid))) await rm(join(tools, name), { recursive: true, force: true });
    }
}

/** @param {number} pid */
function isRunning(pid) {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
    }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    try {
        console.log(await emulatorPython());
    } catch (error) {
        if (!(error instanceof Remedy)) throw error;
        console.error(error.message);
        process.exitCode = 1;
    }
}
