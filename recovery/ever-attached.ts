/**
 * Determines from CloudWatch which volumes were ever attached: EBS reports operations of a volume only while it is
 * attached, and no other source shows a volume that was attached and detached between two runs.
 * https://docs.aws.amazon.com/ebs/latest/userguide/using_cloudwatch_ebs.html
 *
 * @module
 */
import type { CloudWatchClient, GetMetricDataCommandOutput } from "@aws-sdk/client-cloudwatch";
import { incompleteAnswer } from "../provider/aws/errors";
import { allPages } from "../provider/aws/paginate";

/** Returns the volumes that were attached since their creation (epoch milliseconds). */
export type EverAttached = (volumes: { id: string; createTime: number }[]) => Promise<Set<string>>;

/** A call returns 100,800 values, and a volume has one a day for the 15 months of CloudWatch's retention. */
const maxVolumes = 200;
const day = 86_400;

export function everAttached(client: CloudWatchClient): EverAttached {
    return async (volumes) => {
        const found = new Set<string>();
        for (let start = 0; start < volumes.length; start += maxVolumes) {
            const chunk = volumes.slice(start, start + maxVolumes);
            for (const id of await attachedAmong(client, chunk)) found.add(id);
        }
        return found;
    };
}

async function attachedAmong(
    client: CloudWatchClient,
    volumes: { id: string; createTime: number }[],
): Promise<string[]> {
    const { GetMetricDataCommand } = await import("@aws-sdk/client-cloudwatch");
    const now = Date.now();
    const pages = await allPages<GetMetricDataCommandOutput>("GetMetricData", (NextToken) =>
        client.send(
            new GetMetricDataCommand({
                StartTime: new Date(Math.min(...volumes.map(({ createTime }) => createTime), now)),
                EndTime: new Date(now + 60_000),
                NextToken,
                MetricDataQueries: volumes.map(({ id }, index) => ({
                    Id: `v${String(index)}`,
                    MetricStat: {
                        Metric: {
                            Namespace: "AWS/EBS",
                            // EBS reports it, also as zero, while the volume is attached.
                            MetricName: "VolumeWriteOps",
                            Dimensions: [{ Name: "VolumeId", Value: id }],
                        },
                        Period: day,
                        Stat: "SampleCount",
                    },
                })),
            }),
        ),
    );
    const results = pages.flatMap(({ MetricDataResults: found }) => {
        // An answer without the list must not count as "never attached", which would delete volumes that are in use.
        if (found === undefined) throw incompleteAnswer("GetMetricData", "MetricDataResults");
        return found;
    });
    const withValues = new Set(results.flatMap(({ Id, Values = [] }) => (Values.length > 0 ? [Id] : [])));
    // The last page of a metric has its final status; one that could not be read is not one without values.
    const statuses = new Map(results.map(({ Id, StatusCode }) => [Id, StatusCode]));
    for (const [id, status = "Complete"] of statuses)
        if (status !== "Complete" && !withValues.has(id))
            throw incompleteAnswer("GetMetricData", `values (${status})`);
    return volumes.map(({ id }) => id).filter((_, index) => withValues.has(`v${String(index)}`));
}
