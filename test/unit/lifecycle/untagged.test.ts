import { expect, test } from "vitest";
import type { ResourceName } from "../../../schema/index";
import { baseConfig, Host } from "../host";
import { answer, stsAnswer, type Answering } from "../wire";

const answering: Answering = ({ action }) =>
    action === "GetCallerIdentity"
        ? stsAnswer(action, "<Account>123456789012</Account>")
        : answer(action, "<snapshotSet><item><snapshotId>snap-1</snapshotId></item></snapshotSet>");
const untagged: [ResourceName, object][] = [
    ["CompletedSnapshots", { snapshotIds: ["snap-1"] }],
    ["SnapshotShare", { snapshotId: "snap-1", accounts: ["111122223333"] }],
];

test.each(untagged)(
    "%s ignores tags that a transform adds to every resource, and logs that",
    async (...row) => {
        const [resource, declared] = row;
        const host = new Host(baseConfig, answering, resource);
        const { inputs, failures } = await host.check({ ...declared, tags: { Team: "ops" } });
        expect(failures).toEqual([]);
        expect(inputs).not.toHaveProperty("tags");
        expect(host.messages.filter((line) => line.includes("has no tags"))).toEqual([
            "info: has no tags in AWS; `tags` is ignored.",
        ]);
    },
);
