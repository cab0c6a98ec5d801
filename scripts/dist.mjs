// Creates the tarballs of the plugin, from which the Pulumi CLI installs it for every language: `npm run dist`.
//
//     pulumi-resource-ebs-snapshots-v<version>-<os>-<arch>.tar.gz   one for each platform, with the same JavaScript
//     SHA256SUMS
//
// Node runs the plugin, so that no platform needs a separate build; the CLI requests the tarball by platform.

import { createHash } from "node:crypto";
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { create } from "tar";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const platforms = ["darwin", "linux", "windows"].flatMap((os) => [`${os}-amd64`, `${os}-arm64`]);
const launcher = "pulumi-resource-ebs-snapshots";

/** Creates the tarballs in a folder, which is emptied first, and returns their paths. */
export async function makeTarballs(folder = join(root, "temp", "plugin")) {
    const { version, engines } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    await rm(folder, { recursive: true, force: true });
    const content = join(folder, "content");
    await mkdir(content, { recursive: true });
    await bundle(content);
    await writeLaunchers(content, Number(/\d+/.exec(engines.node)[0]));
    await copyFile(join(root, "LICENSE"), join(content, "LICENSE"));

    const name = (platform) => `${launcher}-v${version}-${platform}.tar.gz`;
    const tarballs = platforms.map((platform) => join(folder, name(platform)));
    const [first, ...others] = tarballs;
    // The same content results in the same bytes, on every machine and at every time.
    const reproducible = { portable: true, mtime: new Date(0), gzip: { level: 9 } };
    await create({ ...reproducible, cwd: content, file: first }, (await readdir(content)).sort());
    await Promise.all(others.map((tarball) => cp(first, tarball)));
    const sum = createHash("sha256")
        .update(await readFile(first))
        .digest("hex");
    const sums = platforms.map((platform) => `${sum}  ${name(platform)}\n`);
    await writeFile(join(folder, "SHA256SUMS"), sums.join(""));
    return tarballs;
}

/** Bundles the plugin; the AWS SDK is in separate chunks, because it loads in 80 ms and a preview may not need it. */
async function bundle(content) {
    const { metafile } = await build({
        entryPoints: { plugin: join(root, "provider/plugin/index.ts") },
        outdir: content,
        bundle: true,
        minify: true,
        // Users' stack traces contain function names.
        keepNames: true,
        platform: "node",
        target: "node20",
        format: "esm",
        splitting: true,
        // `import()` of a CommonJS chunk has only a `default` with esbuild; the AWS SDK has both forms.
        mainFields: ["module", "main"],
        outExtension: { ".js": ".mjs" },
        chunkNames: "chunks/[name]-[hash]",
        // CommonJS dependencies `require` modules of Node.
        banner: {
            js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
        },
        legalComments: "none",
        metafile: true,
        logLevel: "warning",
        plugins: [sdkInChunks],
    });
    refuseCommonJsChunks(metafile);
    await writeFile(join(content, "THIRD-PARTY-LICENSES"), await licencesOf(Object.keys(metafile.inputs)));
}

/** esbuild puts only what is loaded by `import()` into a chunk. */
const sdkInChunks = {
    name: "sdk-in-chunks",
    setup({ onLoad }) {
        onLoad({ filter: /provider.aws.sdk\.ts$/ }, async ({ path }) => ({
            contents: (await readFile(path, "utf8")).replaceAll("require(", "import("),
            loader: "ts",
        }));
    },
};

/** Fails if a chunk that is loaded by `import()` has no named exports. */
function refuseCommonJsChunks({ inputs }) {
    const chunks = Object.values(inputs).flatMap(({ imports }) =>
        imports
            .filter(({ kind, external }) => kind === "dynamic-import" && !external)
            .map(({ path }) => path),
    );
    const wrong = [...new Set(chunks)].filter((path) => inputs[path].format !== "esm");
    if (wrong.length > 0) throw new Error(`loaded by import(), but CommonJS: ${wrong.join(", ")}`);
}

/** Returns the notices that the licences of the bundled packages require. */
async function licencesOf(files) {
    const folders = files.flatMap((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []);
    const texts = [...new Set(folders)].sort().map(async (folder) => {
        const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
        const notices = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort();
        const found = await Promise.all(notices.map((file) => readFile(join(folder, file), "utf8")));
        return [`${name} ${version}: ${license}`, ...found.map((text) => text.trim())].join("\n\n");
    });
    return `${(await Promise.all(texts)).join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

/** Writes the launcher that the CLI starts: a script, and on Windows one that calls it. */
async function writeLaunchers(content, node) {
    const script = [
        "#!/usr/bin/env node",
        `if (Number.parseInt(process.versions.node, 10) < ${node}) {`,
        `    console.error(\`${launcher} needs Node ${node} or newer; this is Node \${process.versions.node}.\`);`,
        "    process.exit(1);",
        "}",
        'import("./plugin.mjs");',
        "",
    ];
    await writeFile(join(content, launcher), script.join("\n"));
    await chmod(join(content, launcher), 0o755);
    await writeFile(join(content, `${launcher}.cmd`), `@node "%~dp0${launcher}" %*\r\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
    for (const tarball of await makeTarballs()) console.log(tarball);
