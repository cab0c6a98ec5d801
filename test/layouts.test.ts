/**
 * Tests that the source text in users' states finds the installed package with any installation and runtime:
 * each layout is outside of this repository, and uses the packed package and the real engine.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect } from "vitest";
import { createProject, emulator, test } from "./fixture";
import { forwardTo } from "../schema/forward";
import type { Project, ProjectOptions } from "./engine/project";
import { automation, commonJs, esm, typescript } from "./layout-programs";

// The tests run concurrently, so that none may reset the emulator or end the projects of another.
test.override("emulatorScope", { scope: "file" }, "file");

const root = resolve(__dirname, "..");
/** The lowest version that the peer range allows, and the newest tested one. */
const [lowest, newest] = ["3.216.0", "3.270.0"];
/** The versions of Node besides the running one, from the npm package `node`. */
const nodes = ["22.23.3", "24.21.0"];
const pnpm = "pnpm@10.34.8";
const yarn = "yarn@1.22.22";
const tsx = "tsx@4.23.15";

const run = promisify(execFile);
let folder: string;
let tarball: string;
/** The folder in which npm has installed the package and the dependencies of a TypeScript program. */
let shared: string;
/** The version that this package uses for development, so that npm finds it in its cache. */
let usual: string;

const npm = (cwd: string, ...args: string[]) =>
    run("npm", [...args, "--prefer-offline", "--no-audit", "--no-fund"], { cwd });

test.beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ebs-layouts-"));
    const [packed, own] = await Promise.all([
        run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], { cwd: root }),
        readFile(join(root, "package.json"), "utf8"),
    ]);
    tarball = join(folder, (JSON.parse(packed.stdout) as { filename: string }[])[0]!.filename);
    const { devDependencies: versions } = JSON.parse(own) as { devDependencies: Record<string, string> };
    usual = versions["@pulumi/pulumi"]!;
    const tools = ["@pulumi/pulumi", "typescript", "@types/node"].map((name) => `${name}@${versions[name]!}`);
    shared = join(folder, "shared");
    await mkdir(shared);
    await writeFile(join(shared, "package.json"), manifest());
    await npm(shared, "install", "--ignore-scripts", tarball, ...tools);
});

test.afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
});

const manifest = (more: object = {}) => JSON.stringify({ name: "program", private: true, ...more });

interface LaidOut {
    project: Project;
    volumeId: string;
}

/** Creates a project in its own layout; `lay` writes and installs its files. */
async function laidOut(
    name: string,
    program: (volumeId: string) => string,
    prepare: (project: Project, program: string) => Promise<void>,
    options: ProjectOptions = {},
): Promise<LaidOut> {
    const volumeId = await emulator.createVolume();
    const text = program(volumeId);
    const project = await createProject(text, { parent: folder, name, ...options });
    await project.write("package.json", manifest());
    await prepare(project, text);
    return { project, volumeId };
}

/**
 * Creates the snapshot and destroys it: `up` runs the source text of the program, `destroy` that in the state.
 * `before` and `between` run further steps.
 */
async function works(
    { project, volumeId }: LaidOut,
    { before, between }: { before?: () => Promise<unknown>; between?: () => Promise<unknown> } = {},
): Promise<void> {
    const calls = (action: string, key: string, value: string) =>
        emulator.calls((call) => call.action === action && call.params[key] === value);

    await before?.();
    expect(await calls("CreateSnapshot", "VolumeId", volumeId)).toEqual([]);
    await project.up();
    const [copy, ...others] = await project.state();
    expect(others).toEqual([]);
    expect(copy).toMatchObject({
        type: "pulumi-nodejs:dynamic/ebs:Snapshot",
        outputs: { state: "completed" },
    });
    // The source text is equal in every layout, so that each can run the states of the others.
    for (const side of [copy!.inputs, copy!.outputs]) expect(side["__provider"]).toBe(forwardTo("Snapshot"));
    // The claim is released, because the state contains the snapshot, so that no later run adopts it.
    expect(await calls("DeleteTags", "ResourceId.1", copy!.id!)).toHaveLength(1);
    await between?.();
    expect(await calls("CreateSnapshot", "VolumeId", volumeId)).toHaveLength(1);

    await project.destroy();
    expect(await calls("DeleteSnapshot", "SnapshotId", copy!.id!)).toHaveLength(1);
}

const nothingMore = () => Promise.resolve();

/** Links the installed files of `shared` into a project, so that npm installs only the differences. */
async function linkInstalled({ folder: to }: Project): Promise<void> {
    await run("cp", ["-al", join(shared, "node_modules"), to]);
    // npm modifies this file in place.
    await rm(join(to, "node_modules/.package-lock.json"));
}

const install = (version: string) => async (project: Project) => {
    await linkInstalled(project);
    for (const name of ["package.json", "package-lock.json"])
        await copyFile(join(shared, name), join(project.folder, name));
    await npm(project.folder, "install", "--ignore-scripts", `@pulumi/pulumi@${version}`);
};

describe.concurrent("the package works", { timeout: 300_000 }, () => {
    test("installed by npm", async () => {
        const layout = await laidOut("npm", commonJs, nothingMore, { parent: shared });
        await works(layout, {
            before: () => layout.project.preview(),
            between: () => layout.project.up("--expect-no-changes"),
        });
    });

    test("installed by pnpm, where a package resolves only its declared dependencies", async () => {
        const prepare = async (project: Project) => {
            const dependencies = {
                "pulumi-ebs-snapshots": `file:${tarball}`,
                "@pulumi/pulumi": usual,
            };
            await project.write("package.json", manifest({ dependencies }));
            const store = join(root, ".tools/pnpm-store");
            const options = ["install", "--prefer-offline", "--ignore-scripts", "--store-dir", store];
            await run("npm", ["exec", "--yes", `--package=${pnpm}`, "--", "pnpm", ...options], {
                cwd: project.folder,
            });
        };
        await works(await laidOut("pnpm", commonJs, prepare));
    });

    test("as a workspace: a symbolic link to an outside folder", async () => {
        const prepare = async (project: Project) => {
            const source = join(project.folder, "packages/pulumi-ebs-snapshots");
            await mkdir(source, { recursive: true });
            await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", source]);
            const dependencies = { "pulumi-ebs-snapshots": "*", "@pulumi/pulumi": usual };
            await project.write("package.json", manifest({ dependencies, workspaces: ["packages/*"] }));
            await linkInstalled(project);
            await copyFile(join(shared, "package-lock.json"), join(project.folder, "package-lock.json"));
            await rm(join(project.folder, "node_modules/pulumi-ebs-snapshots"), { recursive: true });
            await npm(project.folder, "install", "--ignore-scripts");
        };
        await works(await laidOut("workspace", commonJs, prepare));
    });

    test("in a TypeScript program that the engine compiles, with the tsconfig of Pulumi's template", async () => {
        const prepare = async (project: Project, program: string) => {
            await rm(join(project.folder, "index.js"));
            await project.write("index.ts", program);
            await project.write("package.json", manifest({ main: "index.ts" }));
            const compilerOptions = {
                strict: true,
                outDir: "bin",
                target: "es2020",
                module: "commonjs",
                moduleResolution: "node",
                sourceMap: true,
                experimentalDecorators: true,
                pretty: true,
                noFallthroughCasesInSwitch: true,
                noImplicitReturns: true,
                forceConsistentCasingInFileNames: true,
            };
            await project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["index.ts"] }));
        };
        const runtime = "runtime: nodejs\n";
        await works(await laidOut("typescript", typescript, prepare, { parent: shared, runtime }));
    });

    test("in a program of ES modules", async () => {
        const prepare = async (project: Project) => {
            await project.write("package.json", manifest({ type: "module", main: "index.js" }));
        };
        await works(await laidOut("esm", esm, prepare, { parent: shared }));
    });

    test("in a workspace of yarn, in a TypeScript program of ES modules that tsx runs", async () => {
        const prepare = async (project: Project, program: string) => {
            const main = join(project.folder, "infra");
            await mkdir(main);
            await rm(join(project.folder, "index.js"));
            await project.write("package.json", manifest({ workspaces: ["infra"] }));
            await writeFile(join(main, "index.ts"), program);
            const [name, version] = tsx.split("@");
            const dependencies = {
                "pulumi-ebs-snapshots": `file:${tarball}`,
                "@pulumi/pulumi": usual,
                [name!]: version,
            };
            const own = { name: "infra", version: "1.0.0", type: "module", main: "index.ts", dependencies };
            await writeFile(join(main, "package.json"), manifest(own));
            const options = ["install", "--prefer-offline", "--ignore-scripts", "--non-interactive"];
            await run("npm", ["exec", "--yes", `--package=${yarn}`, "--", "yarn", ...options], {
                cwd: project.folder,
            });
            // This replaces Pulumi.yaml's `nodeargs`, which the older language host does not support.
            project.env["NODE_OPTIONS"] = "--import tsx";
        };
        await works(await laidOut("yarn", typescript, prepare, { main: "infra/" }));
    });

    test("as an inline program of the Automation API", async () => {
        const volumeId = await emulator.createVolume();
        const project = await createProject(automation(volumeId), {
            parent: shared,
            name: "inline",
        });
        const { stdout } = await run(process.execPath, ["index.js"], {
            cwd: project.folder,
            env: { ...project.env, PATH: `${join(root, "node_modules/.bin")}:${project.env["PATH"]!}` },
        });
        expect(JSON.parse(stdout)).toEqual({
            previewed: { create: 2 },
            created: { create: 2 },
            unchanged: { same: 2 },
            destroyed: { delete: 2 },
        });
        const own = await emulator.calls(({ params }) => params["VolumeId"] === volumeId);
        expect(own.map(({ action }) => action)).toEqual(["CreateSnapshot"]);
    });

    test("where Pulumi.yaml's main points to a subfolder that has its own node_modules", async () => {
        const prepare = async (project: Project, program: string) => {
            const main = join(project.folder, "infra");
            await mkdir(main);
            await rm(join(project.folder, "index.js"));
            await rm(join(project.folder, "package.json"));
            await writeFile(join(main, "index.js"), program);
            await writeFile(join(main, "package.json"), manifest({ main: "index.js" }));
            await symlink(join(shared, "node_modules"), join(main, "node_modules"));
        };
        await works(await laidOut("subfolder", commonJs, prepare, { main: "infra/" }));
    });

    test.each(nodes)("on Node %s, program and provider", async (version) => {
        const binaries = join(root, ".tools", `node-${version}`);
        await mkdir(binaries, { recursive: true });
        await writeFile(join(binaries, "package.json"), manifest());
        await npm(binaries, "install", `node@${version}`);
        const text = (volumeId: string) => `${commonJs(volumeId)} exports.node = process.version;`;
        const layout = await laidOut(`node-${version}`, text, nothingMore, { parent: shared });
        layout.project.env["PATH"] = `${join(binaries, "node_modules/.bin")}:${layout.project.env["PATH"]!}`;
        await layout.project.up();
        expect((await layout.project.outputs())["node"]).toBe(`v${version}`);
        const [call] = await emulator.calls(({ params }) => params["VolumeId"] === layout.volumeId);
        expect(call?.agent).toContain(`nodejs#${version}`);
        await layout.project.destroy();
    });

    test.each([lowest, newest])("with @pulumi/pulumi %s", async (version) => {
        await works(await laidOut(`pulumi-${version}`, commonJs, install(version)));
    });
});

test("a program that requires the package loads no AWS SDK", async () => {
    const script = `
        require("pulumi-ebs-snapshots");
        const loaded = Object.keys(require.cache).filter((file) => /node_modules.(@aws-sdk|@smithy)/.test(file));
        console.log(JSON.stringify(loaded));
    `;
    const { stdout } = await run(process.execPath, ["-e", script], {
        cwd: join(root, "examples/quickstart"),
    });
    expect(JSON.parse(stdout)).toEqual([]);
});
