// `npm run picture`: docs/terminal.svg, a terminal in which the quickstart runs on the emulated EC2.
//
// The session is a real one: picture.py runs this file again, with --session, in a terminal of its own, and draws what a
// person sees there.
import { spawn } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Stage } from "./demo-stage.mjs";
import { pythonWith } from "./emulator-venv.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const project = here("../temp/picture/");

async function session() {
    const stage = new Stage({ project });
    try {
        await stage.useEmulator();
        await stage.open();
        await stage.preview();
        await stage.up();
        await stage.configure("release", "1.1");
        await stage.preview();
    } finally {
        await stage.clear();
    }
}

/** The quickstart under shorter names: with its own, 100 columns are too few for the progress. */
async function makeProject() {
    await mkdir(project, { recursive: true });
    await copyFile(here("../examples/quickstart/package.json"), `${project}package.json`);
    const program = await readFile(here("../examples/quickstart/index.ts"), "utf8");
    await writeFile(`${project}index.ts`, program.replace('"before-release"', '"payments"'));
    const settings = await readFile(here("../Pulumi.yaml"), "utf8");
    const short = settings.replace(/^name: .*/, "name: app").replace(/^main: .*\n/m, "");
    await writeFile(`${project}Pulumi.yaml`, short);
}

async function draw() {
    await makeProject();
    const python = await pythonWith(here("picture-requirements.txt"), "the picture of a terminal");
    const command = [process.execPath, here("picture.mjs"), "--session"];
    const drawing = spawn(python, [here("picture.py"), here("../docs/terminal.svg"), ...command], {
        stdio: "inherit",
    });
    drawing.once("exit", (code) => (process.exitCode = code ?? 1));
}

await (process.argv.includes("--session") ? session() : draw());
