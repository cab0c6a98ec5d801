/**
 * Assigns the programs and providers of a CLI run to the processes of test/engine/host.mjs.
 *
 * @module
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** Contains the ports of a worker's two processes. */
export interface Hosts {
    program: number;
    provider: number;
}

/** Starts the two processes; `stop` ends them, and so does the end of this process. */
export async function startHosts(): Promise<{ ports: Hosts; stop: () => void }> {
    const children = ["program", "provider"].map((role) => fork(join(__dirname, "host.mjs"), [role]));
    const [program = 0, provider = 0] = await Promise.all(
        children.map(async (child) => (await once(child, "message"))[0] as number),
    );
    return {
        ports: { program, provider },
        stop: () => {
            for (const child of children) child.disconnect();
        },
    };
}

interface Run {
    folder: string;
    env: Record<string, string>;
}

/** Contains, for each role, the environment variable by which the CLI finds its process. */
const roles = {
    program: ["PULUMI_DEBUG_LANGUAGES", "nodejs"],
    provider: ["PULUMI_DEBUG_PROVIDERS", "pulumi-nodejs"],
} as const;

export interface Attached {
    env: Record<string, string>;
    /** Ends the run in both processes. */
    release: () => Promise<Released>;
}

interface Released {
    /** Contains the output of both processes. */
    output: string;
    /** Lists the operations that the engine requested, each with its resource. */
    operations: string[];
}

/**
 * Returns the environment in which the CLI finds the processes of these roles; it is empty while another run uses them.
 */
export async function attach(
    hosts: Partial<Hosts> | undefined,
    { folder, env }: Run,
    wanted: (keyof Hosts)[] = ["program", "provider"],
): Promise<Attached | undefined> {
    const these = wanted.filter((role) => hosts?.[role] !== undefined);
    const tell = (role: keyof Hosts, path: string, body = {}) => ask(hosts?.[role] ?? 0, path, body);
    const responses = await Promise.all(these.map((role) => tell(role, "/begin", { folder, env })));
    const free = these.filter((_, index) => responses[index]?.port !== undefined);
    if (free.length === 0 || free.length < these.length) {
        await Promise.all(free.map((role) => tell(role, "/end")));
        return undefined;
    }
    const found = these.map((role, index) => {
        const [variable, served] = roles[role];
        return [variable, `${served}:${String(responses[index]?.port)}`];
    });
    return {
        env: Object.fromEntries(found) as Record<string, string>,
        release: async () => {
            const written = await Promise.all(these.map((role) => tell(role, "/end")));
            return {
                output: written.map(({ output = "" }) => output).join(""),
                operations: written.flatMap(({ operations = [] }) => operations),
            };
        },
    };
}

type Answer = Partial<Released> & { port?: number };

async function ask(port: number, path: string, body: object): Promise<Answer> {
    const answer = await fetch(`http://127.0.0.1:${String(port)}${path}`, {
        method: "POST",
        body: JSON.stringify(body),
    });
    return (await answer.json()) as Answer;
}
