// Tests that values of secret inputs do not appear in messages that contain words of EC2, which repeat what was sent.

import { expect, test } from "vitest";
import { baseConfig, Host } from "../host";
import { answer, refusal } from "../wire";

const volumeId = "vol-0badbadbadbadbad0";

test("a secret value in EC2's words is redacted in failures, in the state's errors and beside the resource", async () => {
    const host = new Host(baseConfig, ({ action }) =>
        action === "CreateSnapshot"
            ? refusal("InvalidVolume.NotFound", `The volume '${volumeId}' does not exist.`)
            : answer(action, "<snapshotSet/>"),
    );
    const { inputs } = await host.check({ volumeId, __secrets: ["volumeId"] });
    const error = await host.clock.until(host.lifecycle.create(inputs).catch((thrown: unknown) => thrown));
    expect(error).toBeInstanceOf(Error);
    const { message, stack } = error as Error;
    expect(message).toContain("InvalidVolume.NotFound: The volume '[secret]' does not exist.");
    expect([message, stack, ...host.messages].join("\n")).not.toContain(volumeId);
});
