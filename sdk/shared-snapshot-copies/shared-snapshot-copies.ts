import * as pulumi from "@pulumi/pulumi";
import {
    checkSharedSnapshotCopies,
    type SharedSnapshotCopiesInputs,
} from "../../schema/shared-snapshot-copies";
import { configuredAccounts } from "../accounts";
import { loadAws } from "../aws";
import { assertValid, createDlmRole, placeOf, profileOf, type Surroundings } from "../dlm/component";
import { boundaryOf, type Place } from "../dlm/iam";
import { accountId, describable } from "../dlm/terms";
import { explicitAwsProvider } from "../door";
import { LifecyclePolicy } from "../lifecycle-policy";
import { copyPolicyDetails } from "./policy";
import { copyRights, expiryRights } from "./role";

const type = "ebs-snapshots:index:SharedSnapshotCopies";

/** Arguments of {@link SharedSnapshotCopies}: accounts, ARNs and keys may be outputs of other resources. */
export type SharedSnapshotCopiesArgs = SharedSnapshotCopiesInputs<pulumi.Input<string>>;

/**
 * Copies each snapshot that other accounts share with this one, and deletes the copies after their age: an event-based
 * policy of Amazon Data Lifecycle Manager (DLM) in the receiving account. A snapshot is copied when it is shared;
 * those that were shared before are not. Requires `@pulumi/aws`, unless `role` is given.
 *
 * @example
 * ```ts
 * import { SharedSnapshotCopies } from "pulumi-ebs-snapshots";
 *
 * new SharedSnapshotCopies("production", {
 *     fromAccounts: ["111122223333"],
 *     copyTo: [{ region: "eu-west-1", keep: "90 days", encrypted: true }],
 * });
 * ```
 * @see [Automate cross-account snapshot copies](https://docs.aws.amazon.com/ebs/latest/userguide/event-policy.html)
 */
export class SharedSnapshotCopies extends pulumi.ComponentResource {
    /** Id of the DLM policy. */
    readonly policyId: pulumi.Output<string>;
    /** ARN of the role that DLM assumes. */
    readonly roleArn: pulumi.Output<string>;

    constructor(name: string, args: SharedSnapshotCopiesArgs, opts?: pulumi.ComponentResourceOptions) {
        // Invalid arguments are refused before anything is registered.
        const accounts = configuredAccounts();
        assertValid(type, name, checkSharedSnapshotCopies(args, accounts));
        const provider = explicitAwsProvider(opts);
        const isAwsNeeded = args.role === undefined || provider !== undefined;
        const aws = isAwsNeeded ? loadAws("SharedSnapshotCopies") : undefined;
        super(type, name, {}, opts);

        const owners = args.fromAccounts.map((account) => accountId(account, accounts));
        const surroundings = aws && { aws, place: placeOf(aws, this) };
        const created =
            surroundings && args.role === undefined
                ? this.#createRole(name, args, owners, surroundings)
                : undefined;
        this.roleArn = created ?? pulumi.output(args.role ?? "");
        const { id } = new LifecyclePolicy(
            name,
            {
                description: args.description ?? describable(name),
                executionRoleArn: this.roleArn,
                state: args.enabled === false ? "DISABLED" : "ENABLED",
                policyType: "EVENT_BASED_POLICY",
                policyDetails: copyPolicyDetails(name, owners, args),
                // An explicit provider does not reach the policy, so that it is told its region and its profile.
                region: provider && surroundings?.place.region,
                credentials: args.credentials ?? profileOf(provider),
            },
            { parent: this },
        );
        this.policyId = id;
        if (created && surroundings) this.#allowExpiry(name, args, surroundings);
        this.registerOutputs({ policyId: this.policyId, roleArn: this.roleArn });
    }

    #createRole(
        name: string,
        args: SharedSnapshotCopiesArgs,
        owners: pulumi.Input<string>[],
        surroundings: Surroundings,
    ): pulumi.Output<string> {
        const rights = (where: Place) => copyRights(owners, args.copyTo, where);
        return createDlmRole(this, surroundings, { name: `${name}-dlm`, rights, ...boundaryOf(args) });
    }

    /** Allows the deletion of the copies of this very policy, whose id is known only after it is created. */
    #allowExpiry(name: string, { copyTo }: SharedSnapshotCopiesArgs, { aws, place }: Surroundings): void {
        const role = this.roleArn.apply(roleName);
        const policy = place.apply((where) =>
            pulumi.jsonStringify(expiryRights(copyTo, where, this.policyId)),
        );
        new aws.iam.RolePolicy(`${name}-dlm-expiry`, { role, policy }, { parent: this });
    }
}

/** Returns the name of a role, with which its ARN ends; mocks of a program may have no ARN. */
function roleName(arn = ""): string {
    return arn.slice(arn.lastIndexOf("/") + 1);
}
