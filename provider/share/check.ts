/**
 * Validates a share. `check` needs only the inputs; `validateRemote` reads EC2 at a preview, to reject early what EC2
 * would reject later, and to show the reviewer who gains and who loses access.
 *
 * @module
 */
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import type { Configuration } from "../../schema/configuration";
import { accountIdOf, isShortAccountId, quoteAccountId } from "../../schema/account-id";
import { Ec2Error } from "../aws/errors";
import { everyone, grantsOf } from "./grants";
import { isPublic } from "./public-snapshots";
import { recordRead } from "./ready-snapshot";
import { rejectUnusable } from "../snapshot/usable";
import { hasUnknown, type Properties, union, UNKNOWN, without } from "../../schema/values";
import { defaultKeyAlias } from "../aws/kms";
import { missingKeyActions, requiredKeyActions, parseKeyPolicy } from "../aws/key-policy";
import type { RemoteCheckArgs } from "../lifecycle/resource";
import type { Declaration, ResourceContext } from "../lifecycle/resource-context";
import { textOf, type CheckFailure } from "../../schema/failure";
import { nearest } from "../../schema/nearest";
import { accountIds, declaredGrants, formatDeclared, formatGrants } from "./declared-grants";

export function check({
    inputs,
    configuration,
    declarations,
    urn,
}: {
    inputs: Properties;
    configuration: Configuration;
    declarations: Declaration[];
    urn: string;
}): CheckFailure[] {
    return [
        ...checkAccounts(inputs, configuration),
        ...checkPublic(inputs, configuration),
        ...checkExclusive(inputs, declarations, urn),
    ];
}

function checkAccounts({ accounts }: Properties, configuration: Configuration): CheckFailure[] {
    if (!Array.isArray(accounts)) return [];
    const aliases = Object.keys(configuration.accounts).sort();
    const known = aliases.length === 0 ? "none is configured under" : `${aliases.join(", ")} of`;
    return accounts.flatMap((entry: unknown, index): CheckFailure[] => {
        if ((typeof entry !== "string" && typeof entry !== "number") || entry === UNKNOWN) return [];
        if (accountIdOf(entry, configuration) !== undefined) return [];
        const remedy = isShortAccountId(entry) ? `; ${quoteAccountId}` : "";
        const expected = `an account id of 12 digits or an alias: ${known} ebs-snapshots:accounts${remedy}`;
        const suggestion = nearest(entry, aliases);
        return [{ property: `accounts[${String(index)}]`, value: entry, expected, suggestion }];
    });
}

function checkPublic(inputs: Properties, { allowPublicSharing }: Configuration): CheckFailure[] {
    if (inputs["public"] !== true || allowPublicSharing) return [];
    const expected =
        "false in this stack: a public snapshot gives everything on its volume to everyone with an AWS account, and " +
        "copies of it cannot be taken back. To allow it: " +
        "pulumi config set ebs-snapshots:allowPublicSharing true";
    return [{ property: "public", value: true, expected }];
}

/** Rejects an exclusive share beside another share of the same snapshot, on the one that is checked later. */
function checkExclusive(inputs: Properties, declared: Declaration[], urn: string): CheckFailure[] {
    const { snapshotId, exclusive } = inputs;
    if (typeof snapshotId !== "string" || snapshotId === UNKNOWN) return [];
    const isExclusive = exclusive === true;
    const other = declared.find(
        (share) =>
            share.inputs["snapshotId"] === snapshotId &&
            share.urn !== urn &&
            (isExclusive || share.inputs["exclusive"] === true),
    );
    if (other === undefined) return [];
    const remedy = "Declare all accounts in one share, or leave `exclusive` out";
    const shared = { property: "snapshotId", value: snapshotId };
    if (!isExclusive) {
        const expected = `a snapshot without an exclusive share, which would revoke what this one grants: ${other.urn}. ${remedy}`;
        return [{ ...shared, expected }];
    }
    const reason = textOf`but must be false where the program has another share of ${shared}, whose grants it would revoke: ${other.urn}. ${remedy}`;
    return [{ property: "exclusive", value: true, reason }];
}

/** Reports who will have access and who loses it, and rejects what EC2 would reject later. */
export async function validateRemote({ ctx, inputs, olds }: RemoteCheckArgs): Promise<CheckFailure[]> {
    const id = inputs["snapshotId"] === UNKNOWN ? undefined : (inputs["snapshotId"] as string);
    const name = id ?? "the snapshot";
    // Accounts that were secret before are redacted too.
    const recipients = hasUnknown(inputs["accounts"])
        ? "accounts that are not known yet"
        : formatDeclared(inputs, ctx.configuration, ctx.secrets);
    ctx.info(`${name} will be shared with ${recipients}`);
    if (id === undefined && olds["snapshotId"] !== undefined)
        ctx.info(
            "the share is replaced if the new snapshot is another one. A plan (`--save-plan`) does not allow that: run " +
                "`pulumi up` without `--plan`.",
        );
    if (inputs["public"] === true && olds["public"] !== true)
        ctx.warn(`makes ${name} public: everyone with an AWS account can copy its data`);
    if (id === undefined) return validateGrants(ctx, inputs, undefined);
    const observed = await ctx.ec2.snapshots.readCached(id, ctx.stack);
    const unusable = await rejectUnusable(ctx.ec2, "snapshotId", { id, snapshot: observed });
    if (unusable.length > 0) return unusable;
    if (observed !== undefined) recordRead(ctx, id, observed);
    const failures = await validateGrants(ctx, inputs, observed);
    if (observed !== undefined && failures.length === 0) await warnOfRevoked(ctx, id, { inputs, olds });
    return failures;
}

/** Warns of the grants that the share revokes besides its own: it owns those in the state, of which the diff warns. */
async function warnOfRevoked(
    ctx: ResourceContext,
    id: string,
    { inputs, olds }: { inputs: Properties; olds: Properties },
): Promise<void> {
    const mayBePublic = inputs["public"] === true || inputs["public"] === UNKNOWN;
    if (inputs["exclusive"] === true && !hasUnknown(inputs["accounts"])) {
        const grants = (await grantsOf(ctx.ec2, id)) ?? [];
        const kept = [...declaredGrants(ctx, id, grants), ...(mayBePublic ? [everyone] : [])];
        const lost = without(grants, kept);
        if (lost.length > 0)
            ctx.warn(`exclusive revokes the access of ${formatGrants(lost, ctx.secrets)} to ${id}`);
        return;
    }
    const isOwned = olds["public"] === true && olds["snapshotId"] === id;
    if (mayBePublic || isOwned || !(await isPublic(ctx.ec2, id))) return;
    if (!declaredGrants(ctx, id, [everyone]).includes(everyone))
        ctx.warn(
            `revokes the access of everyone to ${id}, because \`public\` is false, unless another share declares it`,
        );
}

/** Validates what is granted, as far as the snapshot is known. */
async function validateGrants(
    ctx: ResourceContext,
    inputs: Properties,
    observed: Ec2Snapshot | undefined,
): Promise<CheckFailure[]> {
    return [
        ...(await validateAccounts(ctx, inputs, observed?.OwnerId)),
        ...(inputs["public"] === true ? await validatePublic(ctx, observed) : []),
        ...(observed?.Encrypted === true ? await validateKey(ctx, inputs, observed) : []),
    ];
}

async function validateAccounts(
    ctx: ResourceContext,
    inputs: Properties,
    owner: string | undefined,
): Promise<CheckFailure[]> {
    const { accounts } = inputs;
    if (!Array.isArray(accounts) || accounts.length === 0) return [];
    const ownerId = owner ?? (ctx.ec2.identityUnknown ? undefined : await ctx.ec2.account());
    return (accounts as (string | number)[]).flatMap((entry, index) => {
        if (ownerId === undefined || accountIdOf(entry, ctx.configuration) !== ownerId) return [];
        const expected = "another account than the snapshot's owner, who has access anyway";
        return [{ property: `accounts[${String(index)}]`, value: entry, expected }];
    });
}

async function validatePublic(
    ctx: ResourceContext,
    observed: Ec2Snapshot | undefined,
): Promise<CheckFailure[]> {
    const failure = (condition: string) => [
        { property: "public", value: true, expected: `false ${condition}` },
    ];
    if (observed?.Encrypted === true)
        return failure(
            "for an encrypted snapshot, which EC2 cannot make public. Share it with accounts, or make the data public from a " +
                "snapshot of a volume that is not encrypted",
        );
    const requires = "State";
    const { State: state } = await ctx.ec2.send("GetSnapshotBlockPublicAccessState", {}, { requires });
    if (state === undefined || state === "unblocked") return [];
    return failure(
        `where block public access is on: it is ${state} in ${ctx.ec2.region}. To allow it: ` +
            "aws ec2 disable-snapshot-block-public-access, for all snapshots of the account in that region",
    );
}

/** Validates the KMS key, because an account that uses an encrypted snapshot needs access to its key too. */
async function validateKey(
    ctx: ResourceContext,
    inputs: Properties,
    { KmsKeyId: key }: Ec2Snapshot,
): Promise<CheckFailure[]> {
    const accounts = accountIds(inputs, ctx.configuration);
    if (accounts.length === 0 || key === undefined) return [];
    if (key === (await ctx.ec2.keyArn(defaultKeyAlias))) {
        const reason = `cannot be specified, because a snapshot under the key aws/ebs cannot be shared: ${shareCopy}`;
        return [{ property: "accounts", reason }];
    }
    await warnOfKey(ctx, key, accounts);
    return [];
}

/**
 * Warns instead of rejecting, because a KMS grant may allow what the policy does not, and this run may change the
 * policy.
 */
async function warnOfKey(ctx: ResourceContext, key: string, accounts: string[]): Promise<void> {
    const warnOfUnreadable = (reason: string) => {
        ctx.warn(
            `whether ${formatGrants(accounts, ctx.secrets)} can open the snapshot is not known: they need ` +
                `${requiredKeyActions.join(", ")} on its key ${key}, whose policy cannot be read: ${reason}`,
        );
    };
    let statements: ReturnType<typeof parseKeyPolicy>;
    try {
        statements = parseKeyPolicy(await ctx.ec2.keyPolicy(key));
    } catch (error) {
        if (!(error instanceof Ec2Error)) throw error;
        warnOfUnreadable(error.message);
        return;
    }
    if (statements === undefined) {
        warnOfUnreadable("it is not a valid policy document");
        return;
    }
    const policy = statements;
    const missing = accounts.map((account) => missingKeyActions(account, policy, ctx.ec2.region));
    const excluded = accounts.filter((_account, index) => missing[index]?.length !== 0);
    if (excluded.length === 0) return;
    ctx.warn(
        `${formatGrants(excluded, ctx.secrets)} cannot open the snapshot: the policy of its key ${key} does not allow them ` +
            `${union(missing.flat(), []).join(", ")}. sharingPolicyDocuments returns the required statements as \`kms\``,
    );
}

export const shareCopy = "copy it with SnapshotCopy and `kmsKeyId` of a key of your own, and share the copy";
