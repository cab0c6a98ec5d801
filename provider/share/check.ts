/**
 * What stands against a share: what its inputs tell, and, at a preview, what EC2 would refuse later or a reviewer must
 * know.
 *
 * @module
 */
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import { accountIdOf, type Configuration } from "../ec2/config";
import { Ec2Error } from "../ec2/errors";
import { grantsOf, union, without } from "../ec2/grants";
import { keptFrom, neededOfKey } from "../ec2/key-policy";
import { urnOf } from "../internals";
import type { Act } from "../resource";
import { hasUnknown, shown, unknown, type CheckFailure, type Properties } from "../rules";
import { accountIds, declaredOf, told } from "./wanted";

export function check(
    inputs: Properties,
    configuration: Configuration,
    _olds: Properties,
    declared: Properties[],
): CheckFailure[] {
    return [
        ...knownAccounts(inputs, configuration),
        ...publicAllowed(inputs, configuration),
        ...exclusiveAlone(inputs, declared),
    ];
}

function knownAccounts({ accounts }: Properties, configuration: Configuration): CheckFailure[] {
    if (!Array.isArray(accounts)) return [];
    const aliases = Object.keys(configuration.accounts).sort().join(", ");
    const known = aliases === "" ? "none is configured under" : `${aliases} of`;
    return accounts.flatMap((entry: unknown, index) => {
        if ((typeof entry !== "string" && typeof entry !== "number") || entry === unknown) return [];
        if (accountIdOf(entry, configuration) !== undefined) return [];
        const reason = `is ${shown(entry)}, but must be an account id of 12 digits or an alias: ${known} ebs-snapshots:accounts`;
        return [{ property: `accounts[${String(index)}]`, reason }];
    });
}

function publicAllowed(inputs: Properties, { allowPublicSharing }: Configuration): CheckFailure[] {
    if (inputs["public"] !== true || allowPublicSharing) return [];
    const reason =
        "is true, but must be false in this stack: a public snapshot gives everything on its volume to everyone with " +
        "an AWS account, and copies of it cannot be taken back. If that is meant: " +
        "pulumi config set ebs-snapshots:allowPublicSharing true";
    return [{ property: "public", reason }];
}

function exclusiveAlone(inputs: Properties, declared: Properties[]): CheckFailure[] {
    const { snapshotId, exclusive } = inputs;
    if (exclusive !== true || snapshotId === unknown) return [];
    const twin = declared.find(
        (other) =>
            other["exclusive"] === true &&
            other["snapshotId"] === snapshotId &&
            urnOf(other) !== urnOf(inputs),
    );
    if (twin === undefined) return [];
    const reason = `is true, but must be so in one share of a snapshot alone: ${urnOf(twin)} claims ${String(snapshotId)} too`;
    return [{ property: "exclusive", reason }];
}

/** What EC2 would refuse later, and what a reviewer must know. */
export async function lookUp(act: Act, inputs: Properties, olds: Properties): Promise<CheckFailure[]> {
    const isPublic = inputs["public"] === true;
    const id = inputs["snapshotId"] === unknown ? undefined : (inputs["snapshotId"] as string);
    if (isPublic && olds["public"] !== true) {
        const name = id ?? "the snapshot";
        act.warn(`makes ${name} public: everyone with an AWS account may copy what is on its volume`);
    }
    const seen = id === undefined ? undefined : await act.cloud.snapshots.readAhead(id, act.stack);
    if (
        id !== undefined &&
        seen !== undefined &&
        inputs["exclusive"] === true &&
        !hasUnknown(inputs["accounts"])
    ) {
        const goes = without((await grantsOf(act.cloud, id)) ?? [], declaredOf(act, id));
        if (goes.length > 0) act.warn(`exclusive revokes the access of ${told(goes, inputs)} to ${id}`);
    }
    return [
        ...(await ownerAmong(act, inputs, seen?.OwnerId)),
        ...(isPublic ? await publicRefused(act, seen) : []),
        ...(seen?.Encrypted === true ? await keyRefused(act, inputs, seen) : []),
    ];
}

async function ownerAmong(act: Act, inputs: Properties, owner: string | undefined): Promise<CheckFailure[]> {
    const { accounts } = inputs;
    if (!Array.isArray(accounts) || accounts.length === 0) return [];
    const itself = owner ?? (act.cloud.identityUnknown ? undefined : await act.cloud.account());
    return (accounts as (string | number)[]).flatMap((entry, index) => {
        if (itself === undefined || accountIdOf(entry, act.configuration) !== itself) return [];
        const reason = `is ${shown(entry)}, but must be another account than the snapshot's owner, who has access anyway`;
        return [{ property: `accounts[${String(index)}]`, reason }];
    });
}

async function publicRefused(act: Act, seen: Ec2Snapshot | undefined): Promise<CheckFailure[]> {
    const refuse = (reason: string) => [
        { property: "public", reason: `is true, but must be false ${reason}` },
    ];
    if (seen?.Encrypted === true)
        return refuse(
            "for an encrypted snapshot: EC2 makes none public. Share it with accounts, or make the data public from a " +
                "snapshot of a volume that is not encrypted",
        );
    const { GetSnapshotBlockPublicAccessStateCommand } = await import("@aws-sdk/client-ec2");
    const request = new GetSnapshotBlockPublicAccessStateCommand({});
    const answer = await act.cloud.call("GetSnapshotBlockPublicAccessState", (ec2) => ec2.send(request));
    const { State: state = "unblocked" } = answer;
    if (state === "unblocked") return [];
    return refuse(
        `where block public access is on: it is ${state} in ${act.cloud.region}. If that is meant: ` +
            "aws ec2 disable-snapshot-block-public-access, for all snapshots of the account in that region",
    );
}

/** Whoever may use an encrypted snapshot needs its key too. */
async function keyRefused(
    act: Act,
    inputs: Properties,
    { KmsKeyId: key }: Ec2Snapshot,
): Promise<CheckFailure[]> {
    const accounts = accountIds(inputs, act.configuration);
    if (accounts.length === 0 || key === undefined) return [];
    if (key === (await act.cloud.keyArn(defaultKeyAlias))) {
        const reason = `are given, but a snapshot under the key aws/ebs cannot be shared: ${shareCopy}`;
        return [{ property: "accounts", reason }];
    }
    await warnOfKey(act, inputs, key, accounts);
    return [];
}

/** A warning and no refusal: a grant of KMS may give what the policy does not, and this very run may change the policy. */
async function warnOfKey(act: Act, inputs: Properties, key: string, accounts: string[]): Promise<void> {
    let policy: string;
    try {
        policy = await act.cloud.keyPolicy(key);
    } catch (error) {
        if (!(error instanceof Ec2Error)) throw error;
        act.warn(
            `whether ${told(accounts, inputs)} can open the snapshot is not known: they need ` +
                `${neededOfKey.join(", ")} on its key ${key}, whose policy cannot be read: ${error.message}`,
        );
        return;
    }
    const kept = accounts.map((account) => keptFrom(account, policy, act.cloud.region));
    const shut = accounts.filter((_account, index) => kept[index]?.length !== 0);
    if (shut.length === 0) return;
    act.warn(
        `${told(shut, inputs)} cannot open the snapshot: the policy of its key ${key} does not allow them ` +
            `${union(kept.flat(), []).join(", ")}. What it must allow, sharingPolicyDocuments gives as \`kms\``,
    );
}

const defaultKeyAlias = "alias/aws/ebs";
export const shareCopy = "copy it with SnapshotCopy and `kmsKeyId` of a key of your own, and share the copy";
