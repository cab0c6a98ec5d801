/**
 * Tests the launcher of the plugin on the command line. The engine starts it in test/engine/plugin.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = join(__dirname, "../../..");
const launcher = join(root, "dist/provider/plugin/index.js");

test("the launcher prints --help and --version and exits", async () => {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    const ask = (argument: string) => promisify(execFile)(process.execPath, [launcher, argument]);
    expect((await ask("--version")).stdout).toBe(`${version}\n`);
    for (const help of ["--help", "-h"])
        expect((await ask(help)).stdout).toContain(
            `The plugin ebs-snapshots ${version} of Pulumi. The Pulumi CLI starts it`,
        );
});
