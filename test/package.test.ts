/**
 * Tests the tarball of `npm pack`; test/layouts.test.ts installs it.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = resolve(__dirname, "..");
const run = promisify(execFile);

interface Packed {
    filename: string;
    size: number;
    unpackedSize: number;
    files: { path: string }[];
}

let folder: string;
let packed: Packed;
let tarball: string;

beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ebs-package-"));
    const options = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
    const { stdout } = await run("npm", options, { cwd: root });
    packed = (JSON.parse(stdout) as Packed[])[0]!;
    tarball = join(folder, packed.filename);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Returns the output of a tool in node_modules/.bin, even if it fails, so that the test shows the reason. */
async function tool(name: string, ...args: string[]): Promise<string> {
    const file = join(root, "node_modules/.bin", name);
    const ran = run(file, args, { cwd: root, maxBuffer: 1e8 });
    return (await ran.catch((error: unknown) => error as { stdout: string })).stdout;
}

test("the package contains the build, its manifest, schema, README and licence, and nothing else", () => {
    const others = packed.files
        .map(({ path }) => path)
        .filter(
            (path) =>
                !/^dist\/(cli|policies|provider|recovery|schema|sdk)\/[\w/-]+\.(js|js\.map|d\.ts)$/.test(
                    path,
                ),
        );
    expect(others.sort()).toEqual(["LICENSE", "README.md", "package.json", "schema.json"]);
});

test("its size is at most 0.5 MB packed and 2 MB unpacked", () => {
    expect(packed.size).toBeLessThan(500_000);
    expect(packed.unpackedSize).toBeLessThan(2_000_000);
});

test("publint reports no problem in its manifest", async () => {
    expect(await tool("publint", tarball, "--strict")).toContain("All good!");
});

test("its types resolve for every entry in every module mode of TypeScript, including that of Pulumi's template", async () => {
    const report = await tool("attw", tarball, "--format", "json");
    const { analysis, problems } = JSON.parse(report) as {
        analysis: { entrypoints: Record<string, { resolutions: object }> };
        problems?: object;
    };
    expect(problems ?? {}).toEqual({});
    const { exports } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { exports: object };
    expect(Object.keys(analysis.entrypoints).sort()).toEqual(Object.keys(exports).sort());
    for (const { resolutions } of Object.values(analysis.entrypoints))
        expect(Object.keys(resolutions).sort()).toEqual(["bundler", "node10", "node16-cjs", "node16-esm"]);
});

test("its declarations compile for ES2020, the target of Pulumi's template, without skipLibCheck", async () => {
    const { exports } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
        exports: Record<string, string | { types: string }>;
    };
    const entries = Object.values(exports).flatMap((entry) =>
        typeof entry === "string" ? [] : [entry.types],
    );
    expect(entries).toHaveLength(3);
    const template = ["--strict", "--target", "es2020", "--module", "commonjs", "--moduleResolution", "node"];
    const output = await tool("tsc", "--noEmit", ...template, "--types", "node", ...entries);
    expect(output.split("\n").filter((line) => line.startsWith("dist/"))).toEqual([]);
}, 300_000);

test("all installed dependencies have a permissive licence, and the generated pages of docs/ are up to date", async () => {
    await run(process.execPath, ["scripts/pages.mjs", "--check"], { cwd: root });
});
