import { describe, expect, test } from "vitest";
import { base, hostOf } from "./volume-host";
import { answer, refusal } from "../wire";

describe("deleting a volume", () => {
    const attachment = (state: string) =>
        "<attachmentSet><item><instanceId>i-1</instanceId><device>/dev/sdf</device>" +
        `<status>${state}</status></item></attachmentSet>`;
    /** Deletes a volume; `attachments` are the responses of DescribeVolumes in order, before DeleteVolume succeeds. */
    const hostWith = (attachments: string[], inUse: number) =>
        hostOf(({ action }, count) => {
            if (action === "DeleteVolume")
                return count <= inUse ? refusal("VolumeInUse", "vol-1 is in use") : answer(action);
            const shown = attachments[Math.min(count, attachments.length) - 1] ?? "";
            const isDeleted = count > attachments.length;
            return answer(
                action,
                isDeleted
                    ? "<volumeSet/>"
                    : `<volumeSet><item><volumeId>vol-1</volumeId><status>in-use</status>${shown}</item></volumeSet>`,
            );
        });
    const destroy = async (host: ReturnType<typeof hostOf>) => {
        const { inputs } = await host.check({ ...base, size: 8 });
        const start = host.clock.now();
        await host.clock.until(host.lifecycle.delete("vol-1", { ...inputs, volumeId: "vol-1" }));
        return host.clock.now() - start;
    };

    test.each(["detaching", "busy"])("waits for more than 30 seconds while it is %s", async (state) => {
        const attachments = Array.from({ length: 8 }, () => attachment(state));
        const host = hostWith([...attachments, ""], 1);
        expect(await destroy(host)).toBeGreaterThan(30_000);
        expect(host.wire.count("DeleteVolume")).toBe(2);
    });

    test("is repeated if EC2 returns VolumeInUse although the volume is not attached", async () => {
        const host = hostWith(["", "", ""], 3);
        await destroy(host);
        expect(host.wire.count("DeleteVolume")).toBe(4);
    });

    test("fails after about 30 seconds with the instance id if it is still attached", async () => {
        const host = hostWith(
            Array.from({ length: 99 }, () => attachment("attached")),
            99,
        );
        const start = host.clock.now();
        await expect(destroy(host)).rejects.toThrow("it is attached to instance i-1 as /dev/sdf. Detach it");
        expect(host.clock.now() - start).toBeLessThan(40_000);
        expect(host.wire.count("DeleteVolume")).toBe(1);
    });
});
