/**
 * Runs volumes from a snapshot against EC2 responses with the snapshot.
 *
 * @module
 */
import { Host, baseConfig } from "../host";
import { answer, type Answering } from "../wire";

export const base = { snapshotId: "snap-1", availabilityZone: "us-east-1a", volumeType: "gp3" };
export const snapshotOf = (size: number, { encrypted = false }: { encrypted?: boolean } = {}): Answering => {
    return ({ action, params }) =>
        action === "DescribeSnapshots"
            ? answer(
                  action,
                  `<snapshotSet><item><snapshotId>${params["Filter.1.Value.1"] ?? ""}</snapshotId><volumeSize>${String(size)}</volumeSize>` +
                      `<encrypted>${String(encrypted)}</encrypted></item></snapshotSet>`,
              )
            : answer(action, "<ebsEncryptionByDefault>true</ebsEncryptionByDefault>");
};
export const hostOf = (answering: Answering, config: Record<string, string> = baseConfig) =>
    new Host(config, answering, "VolumeFromSnapshot", { volumeId: "vol-1", state: "available" });
