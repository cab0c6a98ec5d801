/**
 * Connects the client to simulated HTTP and a simulated clock, without the settings of the machine that runs the tests.
 *
 * @module
 */
import { afterEach, beforeAll, beforeEach, vi } from "vitest";
import { connect, type SendOptions } from "../../../provider/aws/client";
import { readConfiguration } from "../../../schema/configuration";
import type { Credentials } from "../../../schema/credentials";
import type { Ec2Error } from "../../../provider/aws/errors";
import { HandClock } from "../clock";
import { baseConfig } from "../host";
import { answer, stsAnswer, Wire, type Answering, type WireAnswer } from "../wire";

/** Removes the machine's settings for AWS from the environment of each test of the file. */
export function isolateEnvironment(): void {
    // Loading takes real time, which the simulated clock does not measure.
    beforeAll(() => Promise.all([import("@aws-sdk/client-sts"), import("@aws-sdk/credential-providers")]));

    beforeEach(() => {
        for (const name of Object.keys(process.env).filter((name) => name.startsWith("AWS_")))
            if (!name.startsWith("AWS_SDK_JS")) vi.stubEnv(name, undefined);
        vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    });

    afterEach(() => vi.unstubAllEnvs().restoreAllMocks());
}

export function connected(
    answering: Answering,
    config: Record<string, string> = baseConfig,
    { region = "us-east-1", credentials }: { region?: string; credentials?: Credentials } = {},
) {
    const clock = new HandClock();
    const start = clock.now();
    const wire = new Wire(answering);
    const { aws } = readConfiguration((key) => config[key]);
    let changes = 0;
    const beforeChange = async () => {
        changes++;
        await Promise.resolve();
    };
    const { requestHandler } = wire;
    const api = connect(aws, { region, credentials }, { clock, requestHandler, beforeChange });
    const describeAll = (options?: SendOptions<"DescribeSnapshots">) =>
        clock.until(api.send("DescribeSnapshots", {}, options));
    const create = (options?: SendOptions<"CreateSnapshot">) =>
        clock.until(api.send("CreateSnapshot", { VolumeId: "vol-1" }, options));
    return {
        api,
        clock,
        wire,
        describeAll,
        create,
        requestCount: () => changes,
        at: () => clock.now() - start,
    };
}

export const fine = () => answer("DescribeSnapshots", "<snapshotSet/>");
export const whoever = (account: string) =>
    stsAnswer("GetCallerIdentity", `<Account>${account}</Account><Arn>arn:aws:iam::${account}:user/me</Arn>`);
export const failsFirst =
    (times: number, failing: () => WireAnswer): Answering =>
    (request, count) =>
        count <= times ? failing() : answer(request.action, "<snapshotId>snap-1</snapshotId>");

export async function failure(work: Promise<unknown>): Promise<Ec2Error> {
    return work.then(
        () => {
            throw new Error("this was to fail");
        },
        (error: unknown) => error as Ec2Error,
    );
}

export function thrown(error: Error): never {
    throw error;
}
