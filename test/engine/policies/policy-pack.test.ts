// Tests the policy pack of examples/code-review.
// It needs the engine, which runs policy packs.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
    AnalyzeRequest,
    AnalyzerResourceOptions,
    ConfigureAnalyzerRequest,
    EnforcementLevel,
    PolicyConfig,
    type AnalyzerInfo,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { program, snapshot } from "../steps";

test("a preview with the policy pack fails on violations, and passes otherwise", async ({ skip }) => {
    const args = { volumeId: await emulator.createVolume(), group: "payments", keepReplaced: true };
    const project = await createProject(program(snapshot("data", args)), { hosts: undefined });
    const pack = resolve(__dirname, "../../../examples/code-review/policy-pack");
    const { code, output } = await project.run("preview", "--policy-pack", pack);
    // The Node language host that is built if the download is blocked does not support policy packs.
    if (/policy pack .* failed to start: .*: not supported/.test(output))
        skip("left out: this machine's language host runs no policy packs");
    expect(code).not.toBe(0);
    expect(output).toContain("billingCode must be specified");
    expect(output).not.toContain("keepReplaced");

    await project.program(program(snapshot("data", { ...args, billingCode: "CC-1042" })));
    await project.succeed("preview", "--policy-pack", pack);
});

/** Starts a pack as the language host does, and connects as the engine does. */
async function startPack(folder: string) {
    const root = resolve(__dirname, "../../..");
    const host = resolve(root, "node_modules/@pulumi/pulumi/cmd/run-policy-pack");
    const running = spawn(process.execPath, [host, "127.0.0.1:1", folder], { cwd: folder });
    let errors = "";
    running.stderr.on("data", (text: Buffer) => (errors += text.toString()));
    const port = await new Promise<string>((found, failed) => {
        running.stdout.once("data", (text: Buffer) => {
            found(text.toString().trim());
        });
        running.once("exit", () => {
            failed(new Error(errors));
        });
    });
    const client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
    return {
        info: () =>
            new Promise<AnalyzerInfo>((done, failed) => {
                client.getAnalyzerInfo(new Empty(), (error, info) => {
                    if (error) failed(error);
                    else done(info);
                });
            }),
        configure: (policy: string, properties: Record<string, string>) =>
            new Promise<void>((done, failed) => {
                const config = new PolicyConfig();
                config.setEnforcementlevel(EnforcementLevel.MANDATORY);
                config.setProperties(Struct.fromJavaScript(properties));
                const request = new ConfigureAnalyzerRequest();
                request.getPolicyconfigMap().set(policy, config);
                client.configure(request, (error) => {
                    if (error) failed(error);
                    else done();
                });
            }),
        /** Returns the violations of a resource, by policy. */
        analyze: (type: string, properties: Record<string, JavaScriptValue>) =>
            new Promise<Record<string, string>>((done, failed) => {
                const request = new AnalyzeRequest();
                request.setType(type);
                request.setUrn(`urn:pulumi:test::project::${type}::name`);
                request.setName("name");
                request.setProperties(Struct.fromJavaScript(properties));
                request.setOptions(new AnalyzerResourceOptions());
                client.analyze(request, (error, response) => {
                    if (error) failed(error);
                    else
                        done(
                            Object.fromEntries(
                                response
                                    .getDiagnosticsList()
                                    .map((one) => [one.getPolicyname(), one.getMessage()]),
                            ),
                        );
                });
            }),
        stop: () => {
            client.close();
            running.kill();
        },
    };
}

const example = resolve(__dirname, "../../../examples/code-review/policy-pack");
/** The engine's marker for a string that is unknown at preview. */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

test("the example's pack starts, shows its version, and reads the retention and enforcement levels from a file", async () => {
    const pack = await startPack(example);
    try {
        const info = await pack.info();
        expect([info.getName(), info.getVersion(), info.getSupportsconfig()]).toEqual([
            "snapshots",
            "0.0.1",
            true,
        ]);
        const [policy] = info.getPoliciesList().filter((one) => one.getName() === "smallest-retention");
        expect(policy!.getConfigschema()!.getProperties()!.toJavaScript()).toMatchObject({
            smallestRetention: { type: "string" },
        });
        const type = "aws:dlm/lifecyclePolicy:LifecyclePolicy";
        const schedules = [{ name: "nightly", createRule: { interval: 24 }, retainRule: { count: 10 } }];
        expect(await pack.analyze(type, { policyDetails: { schedules } })).toEqual({});
        await pack.configure("smallest-retention", { smallestRetention: "30 days" });
        expect(await pack.analyze(type, { policyDetails: { schedules } })).toMatchObject({
            "smallest-retention": expect.stringContaining("for less than 30 days") as string,
        });
    } finally {
        pack.stop();
    }
});

test("a missing billing code is reported even if the group is unknown at preview", async () => {
    const pack = await startPack(example);
    try {
        const type = "pulumi-nodejs:dynamic/ebs:Snapshot";
        const found = await pack.analyze(type, { group: unknownText, keepReplaced: true });
        expect(found).toEqual({
            "group-and-billing-code": expect.stringContaining("billingCode must be specified") as string,
        });
    } finally {
        pack.stop();
    }
});

test("a pack without a version in its package.json fails to start with that reason", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pack-"));
    const policies = resolve(__dirname, "../../../dist/policies/index.js");
    const sdk = resolve(__dirname, "../../../node_modules/@pulumi/policy");
    await writeFile(join(folder, "package.json"), "{}");
    await writeFile(join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\n");
    await writeFile(
        join(folder, "index.js"),
        `const { PolicyPack } = require(${JSON.stringify(sdk)});
         const { snapshotPolicies } = require(${JSON.stringify(policies)});
         new PolicyPack("snapshots", { policies: snapshotPolicies() });`,
    );
    await expect(startPack(folder)).rejects.toThrow(/[Vv]ersion/);
    await rm(folder, { recursive: true });
});
