import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import {
    EnableSnapshotBlockPublicAccessCommand,
    GetSnapshotBlockPublicAccessStateCommand,
} from "@aws-sdk/client-ec2";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect } from "vitest";
import { emulator, test } from "../fixture";
import { defaultAccount, startEmulator } from "./emulator";
import { otherAccount, ec2, createSnapshot, describeSnapshots, refusal } from "./calls";

describe("accounts", () => {
    test("STS on the same port identifies the caller, and an assumed role acts in its own account", async () => {
        const sts = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
            new STSClient({ endpoint: emulator.endpoint, region: "us-east-1", credentials });
        const env = emulator.env();
        const client = sts({
            accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
            secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
        });

        expect((await client.send(new GetCallerIdentityCommand({}))).Account).toBe(defaultAccount);
        const { Credentials: role } = await client.send(
            new AssumeRoleCommand({
                RoleArn: `arn:aws:iam::${otherAccount}:role/deploy`,
                RoleSessionName: "test",
            }),
        );
        const otherClient = sts({
            accessKeyId: role?.AccessKeyId ?? "",
            secretAccessKey: role?.SecretAccessKey ?? "",
            sessionToken: role?.SessionToken ?? "",
        });

        expect(await otherClient.send(new GetCallerIdentityCommand({}))).toMatchObject({
            Account: otherAccount,
            Arn: `arn:aws:sts::${otherAccount}:assumed-role/deploy/test`,
        });
        expect(
            (await emulator.calls()).map((call) => `${call.service} ${call.action} ${call.account}`),
        ).toEqual([
            `sts GetCallerIdentity ${defaultAccount}`,
            `sts AssumeRole ${defaultAccount}`,
            `sts GetCallerIdentity ${otherAccount}`,
        ]);
    });

    test("the environment contains the emulator's settings and none of the user's AWS settings", () => {
        const before = process.env["AWS_PROFILE"];
        process.env["AWS_PROFILE"] = "production";
        try {
            const env = emulator.env();
            expect(env["AWS_PROFILE"]).toBeUndefined();
            expect(env["AWS_REGION"]).toBe("us-east-1");
            expect(env["AWS_EC2_METADATA_DISABLED"]).toBe("true");
            expect(env["PATH"]).toBe(process.env["PATH"]);
        } finally {
            if (before === undefined) delete process.env["AWS_PROFILE"];
            else process.env["AWS_PROFILE"] = before;
        }
        const services = ["ec2", "sts", "kms", "organizations"];
        expect(JSON.parse(emulator.pulumiConfig()["aws:endpoints"] ?? "")).toEqual([
            Object.fromEntries(services.map((service) => [service, emulator.endpoint])),
        ]);
    });
});

describe("the log of calls", () => {
    test("contains every call with its parameters and result", async () => {
        const volumeId = await emulator.createVolume();
        await emulator.clearCalls();
        await createSnapshot(volumeId);
        await refusal(createSnapshot("vol-0123456789abcdef0"));

        expect(await emulator.calls()).toEqual([
            expect.objectContaining({
                seq: 1,
                region: "us-east-1",
                account: defaultAccount,
                service: "ec2",
                action: "CreateSnapshot",
                params: { VolumeId: volumeId },
                status: 200,
                error: null,
                fault: null,
            }),
            expect.objectContaining({ seq: 2, status: 400, error: "InvalidVolume.NotFound" }),
        ]);
        expect(await emulator.count("CreateSnapshot")).toBe(2);
        expect(await emulator.calls((call) => call.status === 400)).toHaveLength(1);
    });
});

describe("the process", () => {
    test("reset restores the initial resources, calls, settings, clock and faults", async () => {
        const settings = await emulator.set({});
        await emulator.set({ snapshotSeconds: 60, volumeError: "error" });
        await createSnapshot();
        await ec2.send(new EnableSnapshotBlockPublicAccessCommand({ State: "block-all-sharing" }));
        await emulator.advance(3600);
        await emulator.faults([{ code: "Throttling" }]);

        await emulator.reset();

        expect(await emulator.calls()).toEqual([]);
        expect(await emulator.set({})).toEqual(settings);
        expect(await describeSnapshots({})).toEqual([]);
        const { State } = await ec2.send(new GetSnapshotBlockPublicAccessStateCommand({}));
        expect(State).toBe("unblocked");
        const [call] = await emulator.calls();
        expect(Math.abs(Date.now() - Date.parse(call?.time ?? ""))).toBeLessThan(60_000);
    });

    test("a call in progress during a reset has no effect afterwards", async () => {
        await emulator.faults([{ action: "CreateVolume", kind: "delay", seconds: 1 }]);
        const late = refusal(emulator.createVolume());
        await expect.poll(() => emulator.count("CreateVolume")).toBe(1);
        await emulator.reset();
        expect(await late).toContain("socket hang up");
        expect(await emulator.volumes()).toEqual([]);
    });

    test("exits on stop, and when its parent is killed", async () => {
        const separate = await startEmulator();
        await separate.stop();
        expect(isRunning(separate.pid)).toBe(false);

        // Another process starts the emulator, and is killed without a chance to clean up.
        const program = `import(${JSON.stringify(`${__dirname}/start.mjs`)})
            .then(({ startEmulatorProcess }) => startEmulatorProcess())
            .then(({ pid }) => console.log(pid));`;
        const parent = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
        const pid = await new Promise<number>((resolve) => {
            createInterface({ input: parent.stdout }).once("line", (line) => resolve(Number(line)));
        });
        expect(isRunning(pid)).toBe(true);
        parent.kill("SIGKILL");

        await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false);
    });
});

function isRunning(pid: number): boolean {
    try {
        return process.kill(pid, 0);
    } catch {
        return false;
    }
}
