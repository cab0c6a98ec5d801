#!/usr/bin/env node
/**
 * `ebs-snapshots <command>`.
 *
 * @module
 */

/** What a command says on standard output; its status is 1 where that is bad news. */
export interface Answer {
    text: string;
    failed: boolean;
}

const commands = {
    plan: async () => {
        const { plan: run, usage } = await import("./schedule/cli.js");
        return { run, usage };
    },
    lost: async () => {
        const { lost: run, usage } = await import("../policies/cli.js");
        return { run, usage };
    },
};

export async function main([name = "", ...args]: string[]): Promise<Answer> {
    if (Object.hasOwn(commands, name)) return (await commands[name as keyof typeof commands]()).run(args);
    const usages = Object.values(commands).map(async (load) => (await load()).usage);
    throw new Error((await Promise.all(usages)).join("\n\n"));
}

if (require.main === module) {
    main(process.argv.slice(2)).then(
        ({ text, failed }) => {
            process.stdout.write(text);
            if (failed) process.exitCode = 1;
        },
        (error: unknown) => {
            console.error(error instanceof Error ? error.message : String(error));
            process.exitCode = 1;
        },
    );
}
