import { describe, expect, test } from "vitest";
import type { Properties } from "../../../schema/values";
import { Host, baseConfig, urn } from "../host";
import { answer, refusal, stsAnswer, type WireAnswer, type WireRequest } from "../wire";

/** Creates a host; `create` may replace EC2's response to the CreateVolume call with this number. */
function hostWith(
    create: (request: WireRequest, count: number) => WireAnswer | undefined = () => undefined,
    claimed: () => string = () => "",
) {
    return new Host(
        baseConfig,
        (request, count) => {
            const { action, params } = request;
            switch (action) {
                case "CreateVolume":
                    return (
                        create(request, count) ??
                        answer(action, volume(`vol-${String(count)}`, claimOf(request)))
                    );
                case "DescribeVolumes":
                    return params["Filter.1.Name"] === "volume-id"
                        ? answer(
                              action,
                              `<volumeSet><item>${volume(params["Filter.1.Value.1"] ?? "")}</item></volumeSet>`,
                          )
                        : answer(action, `<volumeSet>${claimed()}</volumeSet>`);
                case "CreateTags":
                    return answer(action, "<return>true</return>");
                case "GetCallerIdentity":
                    return stsAnswer(action, "<Account>123456789012</Account>");
                default:
                    throw new Error(`${action} was not to be asked`);
            }
        },
        "VolumeFromSnapshot",
    );
}

function volume(id: string, claim = ""): string {
    const tags = `<tagSet><item><key>pulumi-ebs-snapshots:claim</key><value>${claim}</value></item></tagSet>`;
    return `<volumeId>${id}</volumeId><size>8</size><status>available</status>${tags}`;
}

function claimOf({ params }: WireRequest): string {
    const [name = ""] =
        Object.entries(params).find(([, value]) => value === "pulumi-ebs-snapshots:claim") ?? [];
    return params[name.replace(/Key$/, "Value")] ?? "";
}

const args = { snapshotId: "snap-1", availabilityZone: "us-east-1a" };

async function createdBy(host: Host, given: Properties = args): Promise<string> {
    const { inputs } = await host.check(given);
    const { id } = await host.clock.until(host.lifecycle.create(inputs));
    return id;
}

function tokensOf(host: Host): (string | undefined)[] {
    const creations = host.wire.requests.filter(({ action }) => action === "CreateVolume");
    return creations.map(({ params }) => params["ClientToken"]);
}

describe("the client token", () => {
    test("is equal in a repeated run, and different for other inputs and for a replacement", async () => {
        const [one, again, other, next] = [hostWith(), hostWith(), hostWith(), hostWith()];
        await createdBy(one);
        await createdBy(again);
        await createdBy(other, { ...args, availabilityZone: "us-east-1b" });
        const state = {
            ...args,
            availabilityZone: "us-east-1b",
            region: "us-east-1",
            state: "available",
            __urn: urn,
        };
        await next.clock.until(next.lifecycle.diff("vol-9", state, (await next.check(args)).inputs));
        await createdBy(next);
        const [token] = tokensOf(one);
        expect(token).toMatch(/^[0-9a-f]{32}$/);
        expect(tokensOf(again)).toEqual([token]);
        expect(new Set([token, ...tokensOf(other), ...tokensOf(next)]).size).toBe(3);
    });

    test("that was used for a deleted volume is incremented", async () => {
        const mismatch = hostWith((_, count) =>
            count === 1 ? refusal("IdempotentParameterMismatch", "Arguments are inconsistent") : undefined,
        );
        expect(await createdBy(mismatch)).toBe("vol-2");
        expect(new Set(tokensOf(mismatch)).size).toBe(2);

        // EC2 does not compare tags here, and returns the earlier volume.
        const stale = hostWith(({ action }, count) =>
            count === 1 ? answer(action, volume("vol-old", "another/mark")) : undefined,
        );
        expect(await createdBy(stale)).toBe("vol-2");
        expect(new Set(tokensOf(stale)).size).toBe(2);
    });

    test("that a call of an interrupted run still uses returns the volume of that call", async () => {
        let id = "";
        const host = hostWith(
            (request) => {
                id = claimOf(request).split("/")[0] ?? "";
                return refusal("IdempotentParameterMismatch", "Arguments are inconsistent");
            },
            () => (id === "" ? "" : `<item>${volume("vol-begun", `${id}/earlier`)}</item>`),
        );
        expect(await createdBy(host)).toBe("vol-begun");
        expect(host.wire.count("CreateVolume")).toBe(1);
    });
});

test("an error of EC2 contains the resource, and the state has no volume", async () => {
    const host = hostWith(() =>
        refusal("VolumeLimitExceeded", "You have exceeded your maximum gp3 storage limit"),
    );
    await expect(createdBy(host)).rejects.toThrow(
        "creating volume from snapshot snap-1: VolumeLimitExceeded: You have exceeded your maximum gp3 storage limit",
    );
});
