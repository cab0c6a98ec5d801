// Tests the recovery function as Lambda runs it: its metrics, its bundle, and the calls that its role allows.
// It needs no engine, but the emulator of this vitest project, which is reset for each test.

import { DetachVolumeCommand } from "@aws-sdk/client-ec2";
import { execFileSync } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import {
    attach,
    base,
    call,
    recovered,
    schedule,
    snapshotsOf,
    createPolicySnapshot,
    timer,
} from "./recovery-function";
import { emulator, test } from "../../fixture";
import { metricsLine } from "../../../recovery/handler";
import { recoveryRights } from "../../../sdk/schedule/role";
import type { Recovered } from "../../../recovery/recover";

test("metrics are printed in CloudWatch's embedded metric format", () => {
    const result: Recovered = {
        created: [],
        deleted: [],
        failures: [],
        metrics: { VolumesFailed: 1, VolumesBeyondMaximum: 2, VolumesUnknown: 0, MissedRecoveryPoints: 0 },
    };
    expect(JSON.parse(metricsLine(base, result, 5))).toEqual({
        _aws: {
            Timestamp: 5,
            CloudWatchMetrics: [
                {
                    Namespace: "EbsSnapshots",
                    Dimensions: [["Schedule"]],
                    Metrics: [
                        "VolumesFailed",
                        "VolumesBeyondMaximum",
                        "VolumesUnknown",
                        "MissedRecoveryPoints",
                    ].map((Name) => ({
                        Name,
                        Unit: "Count",
                    })),
                },
            ],
        },
        Schedule: schedule,
        VolumesFailed: 1,
        VolumesBeyondMaximum: 2,
        VolumesUnknown: 0,
        MissedRecoveryPoints: 0,
    });
});

test("the bundle runs as in Lambda, where the AWS SDK is found through NODE_PATH only and import() ignores it", async () => {
    const snapshot = await createPolicySnapshot(await emulator.createVolume());
    const folder = await mkdtemp(join(tmpdir(), "recovery-"));
    const root = resolve(__dirname, "../../..");
    await copyFile(join(root, "dist/recovery/index.js"), join(folder, "index.js"));
    const script = `require("./index.js").handler({}).then((done) => console.log(JSON.stringify(done)))`;
    const output = execFileSync(process.execPath, ["-e", script], {
        cwd: folder,
        encoding: "utf8",
        env: {
            ...emulator.env(),
            NODE_PATH: join(root, "node_modules"),
            AWS_ENDPOINT_URL: emulator.endpoint,
            RECOVERY_VOLUMES: JSON.stringify(base),
        },
    });
    await rm(folder, { recursive: true });
    const [line, result] = output.trim().split("\n");
    expect(JSON.parse(line!)).toMatchObject({ Schedule: schedule, VolumesFailed: 0 });
    expect((JSON.parse(result!) as Recovered).created).toHaveLength(1);
    expect(await snapshotsOf()).toEqual([snapshot]);
});

test("the function calls exactly the actions that its role allows", async () => {
    const uses = { policies: ["policy-1"], logStreams: "arn:aws:logs:x", failures: "arn:aws:sqs:x" };
    const place = { partition: "aws", region: "us-east-1", account: "123456789012" };
    const { Statement: statements } = recoveryRights({ id: schedule }, place, uses);
    const allowed = statements.flatMap(({ Action }) => Action);
    await emulator.clearCalls();
    const source = await emulator.createVolume();
    await createPolicySnapshot(source);
    await call(timer, { keep: 1 });
    const [first] = await recovered();
    const instance = await attach(first!.VolumeId!);
    const arranged = await emulator.calls();
    await call(timer, { keep: 1 });
    await emulator.ec2().send(new DetachVolumeCommand({ VolumeId: first!.VolumeId!, InstanceId: instance }));
    await createPolicySnapshot(source);
    await call(timer, { keep: 2 });
    await createPolicySnapshot(source);
    await call(timer, { keep: 1 });
    const calls = await emulator.calls();
    expect(calls.length).toBeGreaterThan(arranged.length);
    const arranging = ["CreateSnapshot", "DetachVolume", "RunInstances", "AttachVolume"];
    const called = calls.flatMap(({ service, action, params }) =>
        arranging.includes(action)
            ? []
            : [
                  `${service === "monitoring" ? "cloudwatch" : service}:${action.split(".").at(-1) ?? ""}`,
                  ...(action === "CreateVolume" && "TagSpecification.1.ResourceType" in params
                      ? ["ec2:CreateTags"]
                      : []),
              ],
    );
    // Lambda writes the log and sends to the queue; KMS is called by EC2 on behalf of the function.
    const byOthers = /^(logs|sqs|kms):/;
    expect([...new Set(called)].sort()).toEqual(
        [...new Set(allowed)].filter((action) => !byOthers.test(action)).sort(),
    );
});
