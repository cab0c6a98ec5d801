/**
 * Defines the environment in which a run of the function works.
 *
 * @module
 */
import type { Ec2 } from "../provider/aws/ec2";
import type { EverAttached } from "./ever-attached";
import type { RecoverySettings } from "../schema/recovery-settings";

export interface RecoveryContext {
    ec2: Ec2;
    settings: RecoverySettings;
    everAttached: EverAttached;
}
