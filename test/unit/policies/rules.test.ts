import type { ResourceValidationArgs } from "@pulumi/policy";
import { expect, test } from "vitest";
import { snapshotPolicies, type RuleName, type SnapshotPolicies } from "../../../policies";

const ebs = (name: string) => `pulumi-nodejs:dynamic/ebs:${name}`;
const dlm = "aws:dlm/lifecyclePolicy:LifecyclePolicy";

/** Returns the violations of a resource by policy. */
function violations(
    type: string,
    props: object,
    { protect = false, config = {}, ...args }: SnapshotPolicies & { protect?: boolean; config?: object } = {},
): Partial<Record<RuleName, string>> {
    const found: Record<string, string> = {};
    for (const { name, validateResource } of snapshotPolicies(args)) {
        const args = {
            type,
            props,
            opts: { protect },
            getConfig: () => config,
        } as unknown as ResourceValidationArgs;
        for (const validate of [validateResource ?? []].flat())
            void validate(args, (message) => (found[name] = message));
    }
    return found;
}

const paid = { group: "payments", billingCode: "CC-1042" };
const good = {
    [ebs("Snapshot")]: { ...paid, keepReplaced: true },
    [ebs("SnapshotCopy")]: { ...paid, keepReplaced: true, encrypted: true },
    [ebs("VolumeFromSnapshot")]: { ...paid, kmsKeyId: "alias/own" },
    [ebs("VolumeClone")]: { ...paid, kmsKeyId: "alias/own" },
    [ebs("SnapshotShare")]: { accounts: ["111122223333"] },
    [dlm]: {
        policyDetails: { schedules: [{ name: "a", retainRule: { interval: 7, intervalUnit: "DAYS" } }] },
    },
    "aws:s3/bucket:Bucket": {},
};

test.each(Object.entries(good))("%s, declared as required, has no violation", (type, props) => {
    expect(violations(type, props, { protect: true })).toEqual({});
});

test.each<[RuleName, string, object, string]>([
    ["no-public-share", "SnapshotShare", { public: true }, "Share the snapshot with `accounts`"],
    ["group-and-billing-code", "Snapshot", { group: "" }, "group must be specified"],
    [
        "group-and-billing-code",
        "VolumeFromSnapshot",
        { billingCode: undefined },
        "billingCode must be specified",
    ],
    ["encryption-required", "SnapshotCopy", { encrypted: false }, "`encrypted: true` or `kmsKeyId`"],
    ["encryption-required", "VolumeClone", { kmsKeyId: undefined }, "`encrypted: true` or `kmsKeyId`"],
    ["encryption-required", "VolumeFromSnapshot", { kmsKeyId: undefined }, "`encrypted: true` or `kmsKeyId`"],
    ["no-snapshot-lost-by-replacement", "Snapshot", { keepReplaced: false }, "`keepReplaced: true`"],
    ["no-snapshot-lost-by-replacement", "SnapshotCopy", { keepReplaced: undefined }, "`keepReplaced: true`"],
    ["no-volume-replaced", "VolumeFromSnapshot", { onSnapshotChange: "replace" }, "`onSnapshotChange`"],
    ["no-volume-replaced", "VolumeFromSnapshot", { allowShrinkByReplacement: true }, "`allowShrinkBy"],
])("%s: %s with %o", (rule, resource, props, message) => {
    const found = violations(ebs(resource), { ...good[ebs(resource)], ...props }, { protect: true });
    expect(Object.keys(found)).toEqual([rule]);
    expect(found[rule]).toContain(message);
});

test("a volume without `protect` could be replaced by a change of its zone", () => {
    const type = ebs("VolumeFromSnapshot");
    expect(violations(type, good[type]!)).toEqual({
        "no-volume-replaced": "the option `protect: true` must be specified",
    });
});

const schedule = (createRule: object, retainRule: object, archiveRule?: object) => ({
    policyDetails: { schedules: [{ name: "nightly", createRule, retainRule, archiveRule }] },
});
const monthly = { cronExpression: "cron(0 4 1 * ? *)" };
const archiveTier = { retentionArchiveTier: { interval: 90, intervalUnit: "DAYS" } };

test.each([
    ["14 of every 12 hours are a week", schedule({ interval: 12 }, { count: 14 }), true],
    ["13 are not", schedule({ interval: 12 }, { count: 13 }), false],
    ["6 days are not", schedule({ interval: 12 }, { interval: 6, intervalUnit: "DAYS" }), false],
    ["1 month is more", schedule({ interval: 12 }, { interval: 1, intervalUnit: "MONTHS" }), true],
    [
        "1 day and 90 archived days are more",
        schedule(monthly, { interval: 1, intervalUnit: "DAYS" }, { retainRule: archiveTier }),
        true,
    ],
    [
        "0 and 90 archived days are more, as declared with `@pulumi/aws`",
        schedule(monthly, { count: 0 }, { archiveRetainRule: archiveTier }),
        true,
    ],
    [
        "0 and 3 archived ones of every month are more",
        schedule(monthly, { count: 0 }, { retainRule: { retentionArchiveTier: { count: 3 } } }),
        true,
    ],
    ["1 of every month is more", schedule({ cronExpression: "cron(0 4 1 * ? *)" }, { count: 1 }), true],
    ["6 of every day are not", schedule({ cronExpression: "cron(0 4 * * ? *)" }, { count: 6 }), false],
])("the smallest retention of 7 days: %s", (_, props, enough) => {
    const found = violations(dlm, props)["smallest-retention"];
    if (enough) expect(found).toBeUndefined();
    else expect(found).toContain('rule "nightly" retains snapshots for less than 7 days');
});

test("a default policy retains its snapshots for a minimum time too, by default for 7 days", () => {
    const props = { defaultPolicy: "VOLUME", retainInterval: 5 };
    expect(violations(dlm, props)["smallest-retention"]).toBe(
        "the default policy retains snapshots for less than 7 days. Specify a longer `keep`",
    );
    expect(violations(dlm, { ...props, retainInterval: 7 })).toEqual({});
    expect(violations(dlm, { defaultPolicy: "VOLUME" })).toEqual({});
});

const eventCopies = (copy: object) => ({ actions: [{ name: "copy", crossRegionCopy: [copy] }] });
const scheduleCopies = (copy: object) => ({ schedules: [{ name: "n", crossRegionCopyRules: [copy] }] });
const copiesOfEvents = (copy: object) => ({ action: { name: "copy", crossRegionCopies: [copy] } });

test.each([
    [
        "a schedule",
        scheduleCopies,
        ({ encrypted }: { encrypted: boolean }) => ({ target: "eu-west-1", encrypted }),
    ],
    [
        "an older schedule",
        scheduleCopies,
        ({ encrypted }: { encrypted: boolean }) => ({ targetRegion: "eu-west-1", encrypted }),
    ],
    ["shared snapshots", eventCopies, inConfiguration],
    ["shared snapshots, as declared with `@pulumi/aws`", copiesOfEvents, inConfiguration],
])("encryption is required of the copies of %s", (_, detailsOf, copy) => {
    const found = ({ encrypted }: { encrypted: boolean }) =>
        violations(dlm, { policyDetails: detailsOf(copy({ encrypted })) })["encryption-required"];
    expect(found({ encrypted: false })).toBe("the copies in eu-west-1 must specify `encrypted: true`");
    expect(found({ encrypted: true })).toBeUndefined();
});

function inConfiguration({ encrypted }: { encrypted: boolean }) {
    return { target: "eu-west-1", encryptionConfiguration: { encrypted } };
}

test("each rule has its own enforcement level, and the retention is configurable", () => {
    const policies = snapshotPolicies({ levels: { "no-volume-replaced": "advisory" } });
    expect(policies.map(({ name, enforcementLevel }) => [name, enforcementLevel])).toEqual([
        ["no-public-share", "mandatory"],
        ["group-and-billing-code", "mandatory"],
        ["encryption-required", "mandatory"],
        ["smallest-retention", "mandatory"],
        ["no-snapshot-lost-by-replacement", "mandatory"],
        ["no-volume-replaced", "advisory"],
    ]);
    const props = schedule({ interval: 24 }, { count: 10 });
    expect(violations(dlm, props, { smallestRetention: "30 days" })).toHaveProperty("smallest-retention");
    expect(violations(dlm, props, { smallestRetention: "10 days" })).toEqual({});
    const config = { smallestRetention: "30 days" };
    expect(violations(dlm, props, { smallestRetention: "10 days", config })).toHaveProperty(
        "smallest-retention",
    );
});
