// Is a typical program for the command that draws schedules.

import * as pulumi from "@pulumi/pulumi";
import { SnapshotSchedule } from "../../../../sdk";

const keep = Number(new pulumi.Config("backups").require("keep"));

new SnapshotSchedule("nightly", {
    targets: { anyTag: { Backup: ["nightly"] } },
    rules: [{ name: "nightly", every: "24 hours", at: "03:00", keep }],
});
new SnapshotSchedule("hourly", {
    targets: { anyTag: { Backup: ["hourly"] } },
    rules: [{ name: "hourly", every: "1 hour", keep: 24 }],
    billingCode: pulumi.output("CC-1042"),
});
