import { DescribeVolumesModificationsCommand, ModifyVolumeCommand } from "@aws-sdk/client-ec2";
import { describe, expect } from "vitest";
import { emulator, test } from "../fixture";
import { ec2, refusal } from "./calls";

const hour = 3600;

function grow(VolumeId: string, Size: number): Promise<unknown> {
    return ec2.send(new ModifyVolumeCommand({ VolumeId, Size }));
}

describe("modifications of a volume", () => {
    test("fail with IncorrectModificationState while the previous one is modifying or optimizing", async () => {
        await emulator.set({ modifyingSeconds: 10, optimizingSeconds: 100 });
        const id = await emulator.createVolume();
        await grow(id, 2);

        expect(await refusal(grow(id, 3))).toBe(
            `IncorrectModificationState: Volume ${id} cannot be modified in modification state MODIFYING`,
        );
        await emulator.advance(50);
        expect(await refusal(grow(id, 3))).toBe(
            `IncorrectModificationState: Volume ${id} cannot be modified in modification state OPTIMIZING`,
        );
        await emulator.advance(60);
        await grow(id, 3);
        expect(await emulator.count("ModifyVolume")).toBe(4);
    });

    test("are limited to four in a rolling 24 hours; the error of the fifth contains the time from which it succeeds", async () => {
        const id = await emulator.createVolume();
        const starts: number[] = [];
        for (const size of [2, 3, 4, 5]) {
            await grow(id, size);
            const { VolumesModifications = [] } = await ec2.send(
                new DescribeVolumesModificationsCommand({ VolumeIds: [id] }),
            );
            starts.push(VolumesModifications[0]?.StartTime?.getTime() ?? 0);
            await emulator.advance(hour);
        }

        const message = await refusal(grow(id, 6));

        expect(message).toMatch(/^VolumeModificationRateExceeded: /);
        const at = Date.parse(/\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(message)?.[0] ?? "");
        expect(Math.abs(at - (starts[0] ?? 0) - 24 * hour * 1000)).toBeLessThan(1000);
        await emulator.advance(20 * hour + 1);
        await grow(id, 6);
        expect(await refusal(grow(id, 7))).toMatch(/^VolumeModificationRateExceeded: /);
    });

    test("modificationsPerDay limits them for each volume separately", async () => {
        await emulator.set({ modificationsPerDay: 1 });
        const [id, other] = [await emulator.createVolume(), await emulator.createVolume()];
        await grow(id, 2);

        expect(await refusal(grow(id, 3))).toMatch(/^VolumeModificationRateExceeded: .* 1 in 24 hours/);
        await grow(other, 2);
    });
});
