import { expect, test } from "vitest";
import { completedSnapshots } from "../../../provider/snapshot/completed-snapshots";
import { snapshotShare } from "../../../provider/share/snapshot-share";
import { type AnyResource, baseConfig, Host } from "../host";
import { answer, stsAnswer, type Answering } from "../wire";

const answering: Answering = ({ action }) =>
    action === "GetCallerIdentity"
        ? stsAnswer(action, "<Account>123456789012</Account>")
        : answer(action, "<snapshotSet/>");
const untagged: [string, AnyResource, object][] = [
    ["CompletedSnapshots", completedSnapshots as AnyResource, { snapshotIds: ["snap-1"] }],
    ["SnapshotShare", snapshotShare as AnyResource, { snapshotId: "snap-1", accounts: ["111122223333"] }],
];

test.each(untagged)(
    "%s leaves out the tags that a transform gives to every resource, and says so",
    async (...row) => {
        const [, resource, declared] = row;
        const host = new Host(baseConfig, answering, resource);
        const { inputs, failures } = await host.check({ ...declared, tags: { Team: "ops" } });
        expect(failures).toEqual([]);
        expect(inputs).not.toHaveProperty("tags");
        expect(host.said.filter((line) => line.includes("has no tags"))).toEqual([
            "info: has no tags in AWS; `tags` is ignored.",
        ]);
    },
);
