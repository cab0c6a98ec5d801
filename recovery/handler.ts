/**
 * Handles an event of the recovery function: it runs the recovery, and reports metrics.
 *
 * @module
 */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { systemClock } from "../provider/aws/clock";
import { openEc2 } from "../provider/aws/ec2";
import { readConfiguration } from "../schema/configuration";
import { everAttached } from "./ever-attached";
import { isRelevant, endRecovery, recover, type Recovered } from "./recover";
import type { RecoveryContext } from "./context";
import { metricNamespace, settingsVariable, type RecoverySettings } from "../schema/recovery-settings";

/** An event of EBS, of the timer, or of `aws.lambda.Invocation` in a Pulumi run. */
export interface RecoveryEvent {
    detail?: unknown;
    tf?: { action: "create" | "update" | "delete" };
}

export async function handle(
    event: RecoveryEvent,
    context: RecoveryContext,
    report: (recovered: Recovered) => void,
): Promise<Recovered | undefined> {
    const isDestroyed = event.tf?.action === "delete";
    const ids = snapshotsIn(event.detail);
    if (ids.length > 0 && !(await isRelevant(context, ids))) return undefined;
    const recovered = await (isDestroyed ? endRecovery(context) : recover(context));
    report(recovered);
    // One volume whose key is denied must not fail an `up`. Lambda retries a failed event, then sends it to the queue.
    const isFatal = event.tf === undefined || isDestroyed;
    if (isFatal && recovered.failures.length > 0) throw new Error(recovered.failures.join("; "));
    return recovered;
}

export const handler = (event: RecoveryEvent): Promise<Recovered | undefined> => {
    const settings = JSON.parse(process.env[settingsVariable] ?? "{}") as RecoverySettings;
    const report = (recovered: Recovered) => {
        console.log(metricsLine(settings, recovered, Date.now()));
    };
    return handle(event, { ...fromEnvironment(), settings }, report);
};

/** Uses the region and credentials of Lambda's environment, so that no credential chain is loaded. */
function fromEnvironment(): Omit<RecoveryContext, "settings"> {
    const { env } = process;
    const region = env["AWS_REGION"] ?? "";
    const keys: Record<string, string | undefined> = {
        "aws:accessKey": env["AWS_ACCESS_KEY_ID"],
        "aws:secretKey": env["AWS_SECRET_ACCESS_KEY"],
        "aws:token": env["AWS_SESSION_TOKEN"],
    };
    const cloudWatch = new CloudWatchClient({ region });
    // Lambda's SDK provides the request handler, so that the bundle contains none.
    const { requestHandler } = cloudWatch.config;
    return {
        ec2: openEc2(
            readConfiguration((key) => keys[key]),
            { region, credentials: undefined },
            {
                clock: systemClock,
                requestHandler,
            },
        ),
        everAttached: everAttached(cloudWatch),
    };
}

/** Returns the snapshot ids in an event, of one or of multi-volume snapshots; EBS writes them as ARNs. */
function snapshotsIn(detail: unknown): string[] {
    const found = JSON.stringify(detail ?? {}).matchAll(/\bsnapshot\/(snap-[0-9a-f]+)/g);
    return [...new Set([...found].map(([, id = ""]) => id))];
}

/** Formats a log line that CloudWatch reads as metrics (embedded metric format), without a call or a permission. */
export function metricsLine({ schedule }: RecoverySettings, { metrics }: Recovered, time: number): string {
    return JSON.stringify({
        _aws: {
            Timestamp: time,
            CloudWatchMetrics: [
                {
                    Namespace: metricNamespace,
                    Dimensions: [["Schedule"]],
                    Metrics: Object.keys(metrics).map((Name) => ({ Name, Unit: "Count" })),
                },
            ],
        },
        Schedule: schedule,
        ...metrics,
    });
}
