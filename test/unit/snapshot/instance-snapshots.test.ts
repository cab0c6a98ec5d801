import { expect, test } from "vitest";
import { Host, baseConfig } from "../host";
import { copyTagsRow, testRules, type Table } from "../table";
import { answer } from "../wire";

const host = new Host(baseConfig, ({ action }) => answer(action), "InstanceSnapshots", {
    snapshots: [{ snapshotId: "snap-1", volumeId: "vol-1", volumeSize: 8, state: "completed" }],
    state: "completed",
});

const table: Table = {
    instanceId: {
        accepts: ["i-1", "i-0123456789abcdef0"],
        refuses: [
            ["vol-1", 'instanceId is "vol-1", but must be an id such as "i-0123456789abcdef0"'],
            [null, "instanceId is required"],
        ],
        change: [["i-1", "i-2", "replace"]],
    },
    excludeBootVolume: {
        accepts: [true, false],
        refuses: [["yes", 'excludeBootVolume is "yes", but must be true or false']],
        change: [[false, true, "replace"]],
    },
    excludeDataVolumeIds: {
        accepts: [[], ["vol-1", "vol-2"]],
        refuses: [
            ["vol-1", 'excludeDataVolumeIds is "vol-1", but must be a list'],
            [
                ["snap-1"],
                'excludeDataVolumeIds[0] is "snap-1", but must be an id such as "vol-0123456789abcdef0"',
            ],
        ],
        change: [
            [["vol-1"], ["vol-1", "vol-2"], "replace"],
            [["vol-1", "vol-2"], ["vol-2", "vol-1", "vol-2"], "nothing"],
            [undefined, [], "nothing"],
        ],
    },
    description: {
        accepts: ["before the migration"],
        refuses: [
            [5, "description is 5, but must be text of at most 255 characters: write it in quotation marks"],
        ],
        change: [["a", "b", "replace"]],
    },
    triggers: {
        accepts: [{ release: "2.4.0" }],
        refuses: [["2.4.0", 'triggers is "2.4.0", but must be an object']],
        change: [[{ a: 1 }, { a: 2 }, "replace"]],
    },
    copyTagsFromVolume: copyTagsRow("copyTagsFromVolume"),
};

testRules(host, { instanceId: "i-1" }, table);

test("multi-volume snapshots cannot be adopted: unsupported properties are rejected by name", async () => {
    const [failure = ""] = await host.failures({ instanceId: "i-1", adopt: "snap-1" });
    expect(failure).toMatch(/^adopt is not a supported property\. Supported: .*excludeBootVolume/);
});
