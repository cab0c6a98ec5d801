import type { CloudWatchClient, GetMetricDataCommandOutput } from "@aws-sdk/client-cloudwatch";
import { expect, test } from "vitest";
import { everAttached } from "../../../recovery/ever-attached";

/** Creates a CloudWatch client with these responses, one after another. */
function cloudWatch(...answers: Partial<GetMetricDataCommandOutput>[]) {
    const send = () => Promise.resolve(answers.shift());
    return { send } as unknown as CloudWatchClient;
}

const volumes = [
    { id: "vol-1", createTime: 0 },
    { id: "vol-2", createTime: 0 },
];

test("a volume with any metric value was attached, on any page of the response", async () => {
    const first = { MetricDataResults: [{ Id: "v0", Values: [] }], NextToken: "next" };
    const second = { MetricDataResults: [{ Id: "v1", Values: [0] }] };
    expect(await everAttached(cloudWatch(first, second))(volumes)).toEqual(new Set(["vol-2"]));
});

test("a response without results is an error and does not mean that no volume was ever attached", async () => {
    await expect(everAttached(cloudWatch({}))(volumes)).rejects.toThrow(
        "the answer of GetMetricData has no MetricDataResults",
    );
});

test.each(["InternalError", "Forbidden", "PartialData"] as const)(
    "a metric that could not be read (%s) does not mean that its volume was never attached",
    async (StatusCode) => {
        const answer = { MetricDataResults: [{ Id: "v0", StatusCode, Values: [] }] };
        await expect(everAttached(cloudWatch(answer))(volumes)).rejects.toThrow(StatusCode);
    },
);

test("a metric whose last page is complete was read", async () => {
    const first = {
        MetricDataResults: [{ Id: "v0", StatusCode: "PartialData" as const, Values: [] }],
        NextToken: "next",
    };
    const second = { MetricDataResults: [{ Id: "v0", StatusCode: "Complete" as const, Values: [] }] };
    expect(await everAttached(cloudWatch(first, second))(volumes)).toEqual(new Set());
});
