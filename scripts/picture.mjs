// Draws docs/terminal.svg and docs/list.svg with `npm run picture`: terminals in which the quickstart, and `ebs-snapshots
// list`, run on the emulated EC2.
//
// The sessions are real: picture.py runs this file again, with --session, in a separate terminal, and draws its screen.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import {
    CreateSnapshotCommand,
    CreateVolumeCommand,
    EC2Client,
    LockSnapshotCommand,
    ModifySnapshotAttributeCommand,
    ModifySnapshotTierCommand,
} from "@aws-sdk/client-ec2";
import { startEmulatorProcess } from "../test/emulator/start.mjs";
import { Stage } from "./demo/stage.mjs";
import { pythonWith } from "./emulator-venv.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const hour = 3_600;

async function quickstart() {
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

async function list() {
    // Without this, the SDK prints nine lines about its support of Node 20.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
    const emulator = await startEmulatorProcess();
    try {
        const { endpoint } = emulator;
        const credentials = { accessKeyId: "AKIATEST123456789012", secretAccessKey: "demo" };
        const elapsed = await fill(new EC2Client({ endpoint, region: "us-east-1", credentials }), endpoint);
        // The time of the emulator is ahead of that of this machine.
        const later = `const { now } = Date; Date.now = () => now() + ${elapsed * 1_000};`;
        process.stdout.write("$ ebs-snapshots list --details\n");
        const env = {
            ...process.env,
            NO_PROXY: "127.0.0.1",
            AWS_REGION: "us-east-1",
            AWS_ACCESS_KEY_ID: credentials.accessKeyId,
            AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
            AWS_ENDPOINT_URL: endpoint,
        };
        const command = [
            "--import",
            `data:text/javascript,${later}`,
            here("../dist/cli/index.js"),
            "list",
            "--details",
        ];
        await once(spawn(process.execPath, command, { stdio: "inherit", env }), "close");
    } finally {
        await emulator.stop();
    }
}

/** Creates snapshots of two volumes within some days, with various states and features; returns the seconds. */
async function fill(ec2, endpoint) {
    const control = (method, path, body) =>
        fetch(`${endpoint}/_emulator/${path}`, { method, body: JSON.stringify(body) });
    const createVolume = async (Size) =>
        (await ec2.send(new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size }))).VolumeId;
    let elapsed = 0;
    const take = async (VolumeId, Name, later) => {
        const Tags = [
            { Key: "Name", Value: Name },
            { Key: "Group", Value: "payments" },
        ];
        const TagSpecifications = [{ ResourceType: "snapshot", Tags }];
        const taken = await ec2.send(new CreateSnapshotCommand({ VolumeId, TagSpecifications }));
        await control("POST", "clock", { advance: later });
        elapsed += later;
        return taken.SnapshotId;
    };
    const [orders, ledger] = [await createVolume(200), await createVolume(1_024)];
    const yearEnd = await take(ledger, "ledger-year-end", 40 * 24 * hour);
    await ec2.send(new ModifySnapshotTierCommand({ SnapshotId: yearEnd, StorageTier: "archive" }));
    const audit = await take(ledger, "ledger-audit", 6 * 24 * hour);
    await ec2.send(new LockSnapshotCommand({ SnapshotId: audit, LockMode: "governance", LockDuration: 365 }));
    const release = await take(orders, "orders-release", 12 * hour);
    const Add = [{ UserId: "111122223333" }];
    await ec2.send(
        new ModifySnapshotAttributeCommand({ SnapshotId: release, CreateVolumePermission: { Add } }),
    );
    await take(orders, "orders-nightly", 3 * hour);
    await control("PUT", "settings", { snapshotSeconds: 2 * hour });
    await take(orders, "orders-hourly", hour / 2);
    return elapsed;
}

const sessions = { quickstart, list };
const pictures = [
    ["../docs/terminal.svg", "108", "progress", "quickstart"],
    ["../docs/list.svg", "166", "end", "list"],
];

async function draw(names) {
    const python = await pythonWith(here("picture-requirements.txt"), "the picture of a terminal");
    for (const [file, columns, kind, session] of pictures) {
        if (names.length > 0 && !names.includes(session)) continue;
        const command = [process.execPath, here("picture.mjs"), "--session", session];
        const args = [here("picture.py"), here(file), columns, kind, ...command];
        const [code] = await once(spawn(python, args, { stdio: "inherit" }), "close");
        process.exitCode ||= code ?? 1;
    }
}

const [mode, session] = process.argv.slice(2);
await (mode === "--session" ? sessions[session]() : draw(process.argv.slice(2)));
