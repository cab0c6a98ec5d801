/**
 * Which volumes were ever attached, from CloudWatch: EBS reports operations of a volume only while it is attached. Nothing
 * else tells of one that was attached and detached while nobody looked.
 * https://docs.aws.amazon.com/ebs/latest/userguide/using_cloudwatch_ebs.html
 *
 * @module
 */
import type { CloudWatchClient, GetMetricDataCommandOutput } from "@aws-sdk/client-cloudwatch";

/** Gives those of the volumes that have been attached since the time given with each (epoch milliseconds). */
export type EverAttached = (volumes: { id: string; createTime: number }[]) => Promise<Set<string>>;

/** Of one call: 100,800 values, and one a day and volume for the 15 months that CloudWatch keeps them. */
const mostVolumes = 200;
const day = 86_400;

export function everAttached(client: CloudWatchClient): EverAttached {
    return async (volumes) => {
        const found = new Set<string>();
        for (let start = 0; start < volumes.length; start += mostVolumes) {
            const part = volumes.slice(start, start + mostVolumes);
            for (const id of await attachedAmong(client, part)) found.add(id);
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
    const found: string[] = [];
    let token: string | undefined;
    do {
        const page: GetMetricDataCommandOutput = await client.send(
            new GetMetricDataCommand({
                StartTime: new Date(Math.min(...volumes.map(({ createTime }) => createTime), now)),
                EndTime: new Date(now + 60_000),
                NextToken: token,
                MetricDataQueries: volumes.map(({ id }, index) => ({
                    Id: `v${String(index)}`,
                    MetricStat: {
                        Metric: {
                            Namespace: "AWS/EBS",
                            // Reported, as zero too, as long as the volume is attached.
                            MetricName: "VolumeWriteOps",
                            Dimensions: [{ Name: "VolumeId", Value: id }],
                        },
                        Period: day,
                        Stat: "SampleCount",
                    },
                })),
            }),
        );
        for (const { Id = "", Values = [] } of page.MetricDataResults ?? []) {
            const volume = volumes[Number(Id.slice(1))];
            if (volume !== undefined && Values.length > 0) found.push(volume.id);
        }
        token = page.NextToken;
    } while (token !== undefined);
    return found;
}
