import { expect, test } from "vitest";
import { connected, failsFirst, failure, isolateEnvironment, thrown, whoever } from "./stub-client";
import { answer, refusal, socketError, type WireAnswer } from "../wire";

isolateEnvironment();

test("beforeChange runs before every attempt of a change, and before no read", async () => {
    const lost = failsFirst(2, () => thrown(socketError("ECONNREFUSED")));
    const { api, clock, wire, requestCount } = connected(lost);
    await clock.until(api.send("DescribeSnapshots", {}));
    expect(requestCount()).toBe(0);
    await clock.until(api.send("CreateSnapshot", { VolumeId: "vol-1" }, { idempotent: false }));
    expect([requestCount(), wire.count("CreateSnapshot")]).toEqual([3, 3]);
});

test("calls with the same key run in order one after another; others do not wait for them", async () => {
    const { api, clock, wire } = connected(({ action, params }, count) =>
        params["VolumeId"] === "vol-1" && count === 1 ? refusal("Throttling", "slow down") : answer(action),
    );
    const create = (VolumeId: string, Description: string) =>
        api.send("CreateSnapshot", { VolumeId, Description }, { serializeBy: VolumeId });
    await clock.until(Promise.all([create("vol-1", "a"), create("vol-1", "b"), create("vol-2", "c")]));
    const order = wire.requests.map(({ params }) => params["Description"]).join("");
    expect(order).toMatch(/^(ac|ca)ab$/);
});

test.each([
    ["the caller identity", "GetCallerIdentity"],
    ["the ARN of a key", "DescribeKey"],
    ["the policy of a key", "GetKeyPolicy"],
])("%s is requested once, and again only after a failure", async (_what, action) => {
    const bodies: Record<string, WireAnswer> = {
        GetCallerIdentity: whoever("123456789012"),
        DescribeKey: { body: '{"KeyMetadata":{"Arn":"arn:key","KeyId":"1"}}' },
        GetKeyPolicy: { body: '{"Policy":"{}"}' },
    };
    const { api, clock, wire } = connected((_request, count) =>
        count === 1 ? { status: 400, body: '{"__type":"AccessDeniedException"}' } : bodies[action]!,
    );
    const asks: Record<string, () => Promise<string>> = {
        GetCallerIdentity: () => api.account(),
        DescribeKey: () => api.keyArn("alias/a"),
        GetKeyPolicy: () => api.keyPolicy("alias/a"),
    };
    const ask = () => clock.until(asks[action]!());
    await failure(ask());
    await ask();
    await ask();
    expect(wire.count(action)).toBe(2);
});
