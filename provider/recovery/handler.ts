/**
 * The recovery function as Lambda calls it: what to do about an event, and metrics of what came of it.
 *
 * @module
 */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { systemClock } from "../clock";
import { openCloud } from "../ec2/cloud";
import { readConfiguration } from "../ec2/config";
import { everAttached } from "./attached";
import { concerns, endRecovery, recover, type Recovered, type Surroundings } from "./recover";
import { metricNamespace, wantedVariable, type RecoveryWanted } from "./wanted";

/** An event of EBS, of the timer, or of the engine by way of `aws.lambda.Invocation`. */
export interface RecoveryEvent {
    detail?: unknown;
    tf?: { action: "create" | "update" | "delete" };
}

export async function handle(
    event: RecoveryEvent,
    surroundings: Surroundings,
    report: (recovered: Recovered) => void,
): Promise<Recovered | undefined> {
    const ends = event.tf?.action === "delete";
    const ids = snapshotsIn(event.detail);
    if (ids.length > 0 && !(await concerns(surroundings, ids))) return undefined;
    const recovered = await (ends ? endRecovery(surroundings) : recover(surroundings));
    report(recovered);
    // What one volume's key refuses is no reason to fail an `up`. A failed event comes again, then goes to the queue.
    const fatal = event.tf === undefined || ends;
    if (fatal && recovered.failures.length > 0) throw new Error(recovered.failures.join("; "));
    return recovered;
}

export const handler = (event: RecoveryEvent): Promise<Recovered | undefined> => {
    const wanted = JSON.parse(process.env[wantedVariable] ?? "{}") as RecoveryWanted;
    const report = (recovered: Recovered) => {
        console.log(metricsLine(wanted, recovered, Date.now()));
    };
    return handle(event, { ...fromEnvironment(), wanted }, report);
};

/** Lambda's own region and credentials, given outright: no chain has to find them. */
function fromEnvironment(): Omit<Surroundings, "wanted"> {
    const { env } = process;
    const region = env["AWS_REGION"] ?? "";
    const keys: Record<string, string | undefined> = {
        "aws:accessKey": env["AWS_ACCESS_KEY_ID"],
        "aws:secretKey": env["AWS_SECRET_ACCESS_KEY"],
        "aws:token": env["AWS_SESSION_TOKEN"],
    };
    const cloudWatch = new CloudWatchClient({ region });
    // The handler of Lambda's own SDK, so that the bundle holds none.
    const { requestHandler } = cloudWatch.config;
    return {
        cloud: openCloud(
            readConfiguration((key) => keys[key]),
            region,
            undefined,
            {
                clock: systemClock,
                requestHandler,
            },
        ),
        everAttached: everAttached(cloudWatch),
    };
}

/** The ids in an event, of one snapshot or of a set; EBS writes them as ARNs. */
function snapshotsIn(detail: unknown): string[] {
    const found = JSON.stringify(detail ?? {}).matchAll(/\bsnapshot\/(snap-[0-9a-f]+)/g);
    return [...new Set([...found].map(([, id = ""]) => id))];
}

/** A line in Lambda's log that CloudWatch reads as metrics: no call, no right needed. */
export function metricsLine({ schedule }: RecoveryWanted, { metrics }: Recovered, time: number): string {
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
