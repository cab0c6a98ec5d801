/**
 * Tests the conditions of a release.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = join(__dirname, "../../..");
const notes = (tag: string) =>
    promisify(execFile)(process.execPath, [join(root, "scripts/release-notes.mjs"), tag]);

test("a tag with a version other than package.json's is rejected", async () => {
    await expect(notes("v9.9.9")).rejects.toMatchObject({
        stderr: expect.stringMatching(/the tag is v9\.9\.9, but package\.json has the version \d/) as string,
    });
});

test("the changelog has a section for the version of package.json, and one for unreleased changes", async () => {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    const changelog = await readFile(join(root, "CHANGELOG.md"), "utf8");
    expect(changelog).toContain("## [Unreleased]\n");
    expect(changelog).toContain(`## [${version}] - `);
});

test("continuous integration runs on the oldest version of Node that the package supports", async () => {
    const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
        engines: { node: string };
    };
    const oldest = /^>=(\d+)/.exec(manifest.engines.node)?.[1] ?? "none";
    const workflow = await readFile(join(root, ".github/workflows/ci.yml"), "utf8");
    expect(/node: \[(.*)\]/.exec(workflow)?.[1]?.split(", ")[0]).toBe(oldest);
});
