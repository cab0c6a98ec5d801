/**
 * Deleting a snapshot, and telling why that cannot be.
 *
 * @module
 */
import { Ec2Error } from "./ec2/errors";
import { zonesOn } from "./fast-restore";
import { isLocked, toldOf } from "./lock";
import { tellRecycled } from "./recycle-bin";
import type { Act } from "./resource";

/** How long EC2 may take to let go of what was switched off just now. */
const releasing = 10 * 60_000;

/** `released`: fast restore was switched off just now, and EC2 still refuses for a moment. */
export async function deleteSnapshot(
    act: Act,
    id: string,
    deadline: number,
    released: boolean,
): Promise<void> {
    const { DeleteSnapshotCommand } = await import("@aws-sdk/client-ec2");
    const request = new DeleteSnapshotCommand({ SnapshotId: id });
    const until = act.cloud.clock.now() + releasing;
    const passes = ({ code }: Ec2Error) => released && code === inUse && act.cloud.clock.now() < until;
    try {
        await act.cloud.call("DeleteSnapshot", (ec2) => ec2.send(request), { deadline, passes });
        await tellRecycled(act, id);
    } catch (error) {
        if (!(error instanceof Ec2Error) || error.nature !== "refused") throw error;
        const reasons = await reasonsOf(act, id, error.code).catch(() => []);
        throw new Error([error.message, ...reasons].join("; "), { cause: error });
    }
}

const inUse = "InvalidSnapshot.InUse";

/** What EC2 does not say by itself. */
async function reasonsOf(act: Act, id: string, code: string): Promise<string[]> {
    const lock = await act.cloud.locks.read(id);
    if (isLocked(lock))
        return [`${toldOf(lock)}; what is lifted in the program's \`lock\` can be deleted by the next run`];
    if (code !== inUse) return [];
    const { DescribeImagesCommand } = await import("@aws-sdk/client-ec2");
    const Filters = [{ Name: "block-device-mapping.snapshot-id", Values: [id] }];
    const request = new DescribeImagesCommand({ Owners: ["self"], Filters });
    const { Images = [] } = await act.cloud.call("DescribeImages", (ec2) => ec2.send(request));
    const zones = zonesOn(await act.cloud.fastRestores.read(id), false);
    return [
        ...Images.map(
            ({ ImageId = "", Name = "" }) => `image ${ImageId} (${Name}) uses it: deregister that first`,
        ),
        ...(zones.length > 0 ? [`fast restore is on in ${zones.join(", ")}: switch it off first`] : []),
    ];
}
