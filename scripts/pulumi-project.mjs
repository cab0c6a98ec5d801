// Creates a Pulumi project with its own stack and state in a folder, in which tests, demo and benchmark run the CLI.

import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** Returns the text of a Pulumi.yaml; without TypeScript, a program starts in half the time. */
export function pulumiYaml({
    name,
    main,
    runtime = "runtime: { name: nodejs, options: { typescript: false } }",
}) {
    return [`name: ${name}`, ...(main === undefined ? [] : [`main: ${main}`]), runtime, ""].join("\n");
}

/**
 * Writes the project's files and the stack's configuration, and returns the environment in which the CLI finds them.
 * `pulumi stack init` then creates the stack and keeps this configuration, which saves runs of `pulumi config set`.
 */
export async function layProject({
    cli,
    folder,
    stack,
    passphrase,
    stackSettings = {},
    settings,
    files = {},
    config = {},
    environment = {},
    home = process.env.PULUMI_HOME || join(homedir(), ".pulumi"),
    backend = join(folder, "backend"),
}) {
    await Promise.all([folder, home, backend].map((path) => mkdir(path, { recursive: true })));
    const [, name] = /^name: (.+)$/m.exec(settings);
    const values = Object.entries(config).map(([key, value]) => [
        key.includes(":") ? key : `${name}:${key}`,
        value,
    ]);
    const written = {
        "Pulumi.yaml": settings,
        [`Pulumi.${stack}.yaml`]: JSON.stringify({ ...stackSettings, config: Object.fromEntries(values) }),
        ...files,
    };
    await Promise.all(Object.entries(written).map(([file, text]) => writeFile(join(folder, file), text)));
    return {
        ...environment,
        // Language hosts and plugins are in the folder of the CLI.
        PATH: dirname(cli) + delimiter + (environment.PATH ?? process.env.PATH),
        PULUMI_HOME: home,
        PULUMI_BACKEND_URL: `file://${backend}`,
        PULUMI_CONFIG_PASSPHRASE: passphrase,
        PULUMI_SKIP_UPDATE_CHECK: "true",
    };
}
