import * as pulumi from "@pulumi/pulumi";
import { isAccountId, isShortAccountId, quoteAccountId } from "../../schema/account-id";
import { ownValue } from "../../schema/values";
import { configuredAccounts } from "../accounts";
import { loadIam } from "../aws";
import { sharingPolicyDocuments, type SharingPolicyDocuments } from "./documents";
import type { PolicyDocument } from "./policy-document";
import { nameIn, nameOf, type Sharers, type SharingPolicyInputs } from "./inputs";

const type = "ebs-snapshots:index:SnapshotSharingPolicy";

/**
 * Allows the given groups, roles and users to share snapshots. An Allow statement excludes nobody: to deny sharing to all
 * others, attach the `guardrail` as a service control policy or a permissions boundary. Requires `@pulumi/aws`.
 *
 * @example
 * ```ts
 * import { SnapshotSharingPolicy } from "pulumi-ebs-snapshots";
 *
 * new SnapshotSharingPolicy("sharing", {
 *     accounts: ["audit"],
 *     privateSharers: { groups: ["operators"] },
 *     publicSharers: { roles: ["publisher"] },
 * });
 * ```
 */
export class SnapshotSharingPolicy extends pulumi.ComponentResource {
    /** ARN of the policy of the private sharers. Absent without private sharers. */
    readonly privatePolicyArn: pulumi.Output<string | undefined>;
    /** ARN of the policy of the public sharers. Absent without public sharers. */
    readonly publicPolicyArn: pulumi.Output<string | undefined>;
    /** All documents as data, including `guardrail` and `kms`. */
    readonly documents: SharingPolicyDocuments;

    /** `accounts` also accepts aliases of `ebs-snapshots:accounts`. */
    constructor(name: string, args: SharingPolicyInputs, opts?: pulumi.ComponentResourceOptions) {
        super(type, name, {}, opts);
        const { privateSharers, publicSharers } = args;
        this.documents = sharingPolicyDocuments({ ...args, accounts: args.accounts.map(accountId) });
        const { allow } = this.documents;
        this.privatePolicyArn = this.#attach(`${name}-private`, allow.private, privateSharers);
        this.publicPolicyArn = this.#attach(`${name}-public`, allow.public, publicSharers);
        this.registerOutputs({
            privatePolicyArn: this.privatePolicyArn,
            publicPolicyArn: this.publicPolicyArn,
        });
    }

    /** Creates a policy and attaches it to each principal; without principals, it creates none. */
    #attach(
        name: string,
        document: PolicyDocument,
        { groups = [], roles = [], users = [] }: Sharers = {},
    ): pulumi.Output<string | undefined> {
        if (groups.length + roles.length + users.length === 0) return pulumi.output(undefined);
        const iam = loadIam("SnapshotSharingPolicy");
        const parent = { parent: this };
        const { arn } = new iam.Policy(name, { policy: JSON.stringify(document) }, parent);
        // An ARN of another account would attach the policy to the principal that has the same name in this one.
        // A preview shows names, but not yet those in ARNs, because the own account is in the ARN of the new policy.
        const own = (principal: string) =>
            principal.startsWith("arn:")
                ? arn.apply((policyArn) => nameIn(policyArn, principal))
                : nameOf(principal);
        for (const given of groups) {
            const child = `${name}-group-${nameOf(given)}`;
            new iam.GroupPolicyAttachment(child, { group: own(given), policyArn: arn }, parent);
        }
        for (const given of roles) {
            const child = `${name}-role-${nameOf(given)}`;
            new iam.RolePolicyAttachment(child, { role: own(given), policyArn: arn }, parent);
        }
        for (const given of users) {
            const child = `${name}-user-${nameOf(given)}`;
            new iam.UserPolicyAttachment(child, { user: own(given), policyArn: arn }, parent);
        }
        return arn;
    }
}

function accountId(account: string): string {
    if (isAccountId(account)) return account;
    const aliases = configuredAccounts();
    const id = ownValue(aliases, account);
    if (id !== undefined) return id;
    const known = Object.keys(aliases).sort().join(", ") || "none";
    throw new pulumi.RunError(
        `accounts: "${account}" is neither an account id of 12 digits nor an alias in ebs-snapshots:accounts (${known})` +
            (isShortAccountId(account) ? `: ${quoteAccountId}` : ""),
    );
}
