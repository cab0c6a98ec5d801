// Tests the tarballs of `npm run dist`, installed as a user does.
// It needs the engine, whose CLI installs the plugin.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import type { Project } from "../project";
import { snapshotIds } from "../steps";
import { pluginConfig } from "./fixture";

const manifest = resolve(__dirname, "../../../package.json");

let folder: string;
let tarballs: string[];
/** The name of the tarball for this machine. */
let here: string;
let version: string;

test.beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ebs-plugin-"));
    const { makeTarballs } = await import("../../../scripts/dist.mjs");
    tarballs = await makeTarballs(folder);
    ({ version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string });
    const architecture = process.arch === "x64" ? "amd64" : process.arch;
    here = tarballs.find((file) => file.endsWith(`-${process.platform}-${architecture}.tar.gz`)) ?? "";
});

test.afterAll(() => rm(folder, { recursive: true, force: true }));

/** Creates a project in YAML whose CLI has no plugins. */
async function createYamlProject(options: object = {}): Promise<Project> {
    const volumeId = await emulator.createVolume();
    const project = await createProject("", { runtime: "runtime: yaml", config: pluginConfig() });
    project.env["PULUMI_HOME"] = join(project.folder, "home");
    // Otherwise the CLI would use the launcher that npm has put on PATH.
    project.env["PULUMI_IGNORE_AMBIENT_PLUGINS"] = "true";
    await project.succeed("stack", "select", "test");
    const resources = {
        nightly: { type: "ebs-snapshots:Snapshot", properties: { volumeId }, options },
    };
    const outputs = { id: "${nightly.snapshotId}" };
    await project.write("Main.yaml", JSON.stringify({ resources, outputs }));
    return project;
}

test("builds one tarball per platform with the name that the CLI requests, and its checksum", async () => {
    const names = tarballs.map((file) => basename(file));
    expect(names).toEqual(
        ["darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64", "windows-amd64", "windows-arm64"].map(
            (platform) => `pulumi-resource-ebs-snapshots-v${version}-${platform}.tar.gz`,
        ),
    );
    const sums = await readFile(join(folder, "SHA256SUMS"), "utf8");
    const sum = createHash("sha256")
        .update(await readFile(here))
        .digest("hex");
    expect(sums.trimEnd().split("\n")).toEqual(names.map((name) => `${sum}  ${name}`));
});

test("a plugin installed from a tarball previews, creates and destroys without any other package", async () => {
    const project = await createYamlProject();
    await project.succeed("plugin", "install", "resource", "ebs-snapshots", version, "--file", here);
    expect(await project.preview()).toContain("ebs-snapshots:index:Snapshot");
    await project.up();
    const ids = await snapshotIds(emulator);
    expect(ids).toHaveLength(1);
    expect(await project.outputs()).toEqual({ id: ids[0] });
    await project.destroy();
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("the CLI downloads the plugin if a resource specifies the server", async () => {
    const paths: string[] = [];
    const server = createServer((request, response) => {
        paths.push(request.url ?? "");
        void readFile(here).then((content) => response.end(content));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
        const pluginDownloadURL = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v`;
        const project = await createYamlProject({ version, pluginDownloadURL });
        await project.up();
        expect(await snapshotIds(emulator)).toHaveLength(1);
        expect([...new Set(paths)]).toEqual([`/v/${basename(here)}`]);
    } finally {
        server.close();
    }
});
