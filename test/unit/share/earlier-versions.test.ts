import { describe, expect, test } from "vitest";
import { type Properties } from "../../../schema/values";
import { alice, bob, carol, config, ec2, hostOf, snapshotId } from "./share-host";
import type { Host } from "../host";
import { refusal, type Answering } from "../wire";

describe("a share of an earlier version", () => {
    const tag = (key: string) =>
        `<tagSet><item><key>pulumi-ebs-snapshots:${key}</key><value>${alice}</value></item></tagSet>`;
    const sent = (host: Host, name: string) =>
        host.wire.requests.filter(({ action }) => action === name).map(({ params }) => params);

    test("is owned according to its state, and its tag of any stack is removed by the next change", async () => {
        const host = hostOf(config, ec2([alice, bob], tag("granted-0a1b2c3d")));
        const old = { region: "us-east-1", snapshotId, accounts: ["prod", bob] };
        const state = { ...old, accountIds: [alice], granted: [alice, carol], grants: [alice, bob] };
        await host.clock.until(host.lifecycle.update(snapshotId, state, { ...old, accounts: [bob] }));
        expect(sent(host, "ModifySnapshotAttribute").map((params) => Object.values(params))).toEqual([
            expect.arrayContaining([alice, carol]),
        ]);
        expect(sent(host, "DeleteTags")).toMatchObject([
            { "Tag.1.Key": "pulumi-ebs-snapshots:granted-0a1b2c3d" },
        ]);
    });

    test("is revoked on delete with its tag; a failed removal of the tag is a warning", async () => {
        const answering: Answering = (request, count) =>
            request.action === "DeleteTags"
                ? refusal("UnauthorizedOperation", "no", 403)
                : ec2([alice], tag("granted-0a1b2c3d"))(request, count);
        const host = hostOf(config, answering);
        const state = {
            region: "us-east-1",
            snapshotId,
            accounts: ["gone"],
            granted: [],
            accountIds: [alice],
        };
        await host.clock.until(host.lifecycle.delete(snapshotId, state));
        expect(sent(host, "ModifySnapshotAttribute")).toMatchObject([
            { "CreateVolumePermission.Remove.1.UserId": alice },
        ]);
        expect(host.messages.join("\n")).toContain(
            `info: the tag pulumi-ebs-snapshots:granted-0a1b2c3d of an earlier version could not be removed from ${snapshotId}, where it has no effect`,
        );
    });

    test("shows all drift: public access, and other accounts of an exclusive share of 20 accounts", async () => {
        const many = Array.from({ length: 20 }, (_, index) => String(10 ** 11 + index));
        const host = hostOf(config, ec2([...many, carol, "all"], tag("granted-0a1b2c3d")));
        const state = { region: "us-east-1", snapshotId, accounts: many, accountIds: many, granted: many };
        const inputsAfterRead = async (changes: Properties) =>
            (await host.clock.until(host.lifecycle.read(snapshotId, { ...state, ...changes }))).inputs;
        expect(await inputsAfterRead({ grants: [...many, "all"] })).toMatchObject({
            accounts: many,
            public: true,
        });
        expect(await inputsAfterRead({ exclusive: true })).toMatchObject({
            accounts: [...many, carol],
            public: true,
        });
    });
});
