import * as aws from "@pulumi/aws";
import { describe, expect, test } from "vitest";
import { SnapshotSchedule } from "../../../sdk";
import "./register-schedule";
import { nightly } from "./schedules";

describe("is rejected before anything is created", () => {
    const args = { targets: { anyTag: { Backup: ["nightly"] } }, rules: [nightly] };

    test("a value that DLM would reject, at the invalid argument", () => {
        const bad = { ...args, rules: [{ ...nightly, keep: 0 }] };
        expect(() => new SnapshotSchedule("bad", bad)).toThrow(
            'ebs-snapshots:index:SnapshotSchedule "bad":\nrules[0].keep is 0, which requires archive',
        );
        const unknownAlias = { ...args, rules: [{ ...nightly, shareWith: { accounts: ["prod"] } }] };
        expect(() => new SnapshotSchedule("alias", unknownAlias)).toThrow('("audit")');
        const home = {
            ...args,
            rules: [{ ...nightly, copyTo: [{ region: "us-east-1", keep: "1 day" as const }] }],
        };
        expect(() => new SnapshotSchedule("home", home)).toThrow("the region of the schedule");
    });

    test("a target that another schedule of the program has, except in another account or region", () => {
        new SnapshotSchedule("one", args);
        expect(() => new SnapshotSchedule("two", args)).toThrow(
            'targets select volumes tagged Backup=nightly, but DLM accepts a target tag in one policy only: put the rules into one schedule. Schedule "one" uses it already',
        );
        const provider = new aws.Provider("ireland", { region: "eu-west-1" });
        new SnapshotSchedule("three", args, { providers: [provider] });
        const instances = { targets: { instances: args.targets }, rules: [nightly] };
        new SnapshotSchedule("four", instances);
        const role = "arn:aws:iam::123456789012:role/dlm";
        const elsewhere = { ...args, role, credentials: { profile: "tenant" } };
        new SnapshotSchedule("five", elsewhere);
        expect(() => new SnapshotSchedule("six", elsewhere)).toThrow('Schedule "five" uses it already');
    });

    test("more policies than AWS allows", () => {
        const values = (from: number) => Array.from({ length: 60 }, (_, index) => `v${String(from + index)}`);
        new SnapshotSchedule("many", { ...args, targets: { anyTag: { Backup: values(0) } } });
        expect(
            () => new SnapshotSchedule("more", { ...args, targets: { anyTag: { Backup: values(60) } } }),
        ).toThrow("result in 120 DLM policies of this program in the region, but the quota is 100");
    });
});
