// Tests the status line of an operation: the engine shows the last one beside the finished operation.

import { expect, test } from "vitest";
import { hostOf, snapshotId } from "../share/share-host";

test("the id takes the place of the progress when an operation ends", async () => {
    const host = hostOf();
    const statuses = () => host.messages.filter((line) => line.startsWith("status: "));
    const { inputs } = await host.check({ snapshotId, accounts: ["prod"] });
    const { id, outs } = await host.clock.until(host.lifecycle.create(inputs));
    expect(statuses()).toEqual(["status: waiting until EC2 shows it", `status: ${snapshotId}`]);

    host.messages.length = 0;
    await host.clock.until(host.lifecycle.delete(id, { ...inputs, ...outs }));
    expect(statuses()).toEqual([`status: ${snapshotId}`]);
});
