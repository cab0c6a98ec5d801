/**
 * Tests that the page of the schedule lists the actions that a role of one's own needs: those of the role that is created.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import type { SnapshotScheduleArgs } from "../../../sdk";
import { policiesOf } from "../../../sdk/schedule/policy";
import { executionRights } from "../../../sdk/schedule/role";

const page = readFileSync(resolve(__dirname, "../../../docs/reference/snapshot-schedule.md"), "utf8");
const [, section = ""] = /^### A role of your own$(.*?)^#/ms.exec(page) ?? [];
const rows = Object.fromEntries(
    [...section.matchAll(/^\| (.*?) +\| (.*) \|$/gm)].map(([, name = "", cell = ""]) => [
        name.replaceAll("`", ""),
        [...cell.matchAll(/`(\w+:[\w*]+)`/g)].map(([, action = ""]) => action),
    ]),
);

const identity = {
    name: "nightly",
    id: "organization/project/test/nightly",
    accounts: {},
    tagKeys: { name: "Name", group: "Group", billingCode: "BillingCode" },
};
type Args = SnapshotScheduleArgs;

function actionsOf(rule: object, targets: Args["targets"] = { anyTag: { Backup: ["nightly"] } }): string[] {
    const args = {
        targets,
        rules: [{ name: "nightly", every: "12 hours", keep: 14, ...rule }],
    } as Parameters<typeof executionRights>[1];
    const place = { partition: "aws", region: "us-east-1", account: "123456789012" };
    const { Statement } = executionRights(identity, args, { policies: policiesOf(identity, args), place });
    return [...new Set(Statement.flatMap(({ Action }) => Action))].sort();
}

const features = {
    "any schedule": {},
    copyTo: { copyTo: [{ region: "eu-west-1", keep: "90 days" }] },
    shareWith: { shareWith: { accounts: ["111122223333"] } },
    fastRestore: { fastRestore: { availabilityZones: ["us-east-1a"], keep: "30 days" } },
    archive: { archive: { keep: "365 days" } },
    scripts: { scripts: { document: "freeze" } },
};

test.each(Object.entries(features))("lists the actions of a role with %s", (name, rule) => {
    const listed = [...(rows["any schedule"] ?? []), ...(name === "any schedule" ? [] : (rows[name] ?? []))];
    expect(listed.sort()).toEqual(actionsOf(rule));
});

test("lists the action that creates multi-volume snapshots of instances", () => {
    const instances = actionsOf({}, { instances: { anyTag: { Backup: ["nightly"] } } });
    const [added, replaced = ""] = rows["targets.instances"] ?? [];
    const listed = (rows["any schedule"] ?? []).filter((action) => action !== replaced);
    expect([...listed, added].sort()).toEqual(instances);
    expect(Object.keys(rows)).toEqual(expect.arrayContaining(Object.keys(features)));
});
