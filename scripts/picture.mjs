// Draws docs/terminal.svg with `npm run picture`: a terminal in which the quickstart runs on the emulated EC2.
//
// The session is real: picture.py runs this file again, with --session, in a separate terminal, and draws its screen.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Stage } from "./demo-stage.mjs";
import { pythonWith } from "./emulator-venv.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

async function session() {
    const stage = new Stage();
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

async function draw() {
    const python = await pythonWith(here("picture-requirements.txt"), "the picture of a terminal");
    const command = [process.execPath, here("picture.mjs"), "--session"];
    const drawing = spawn(python, [here("picture.py"), here("../docs/terminal.svg"), ...command], {
        stdio: "inherit",
    });
    drawing.once("exit", (code) => (process.exitCode = code ?? 1));
}

await (process.argv.includes("--session") ? session() : draw());
