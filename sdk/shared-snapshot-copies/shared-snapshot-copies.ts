import * as pulumi from "@pulumi/pulumi";
import {
    checkSharedSnapshotCopies,
    type SharedSnapshotCopiesInputs,
} from "../../schema/shared-snapshot-copies";
import { configuredAccounts } from "../accounts";
import { loadAws } from "../aws";
import {
    assertValid,
    createDlmRole,
    placeOf,
    policyOptionsOf,
    type DlmRole,
    type AwsContext,
} from "../dlm/component";
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
        const awsContext = aws && { aws, place: placeOf(aws, this) };
        const role =
            awsContext && args.role === undefined
                ? this.#createRole(name, { args, owners, awsContext })
                : undefined;
        this.roleArn = role?.arn ?? pulumi.output(args.role ?? "");
        const { id } = new LifecyclePolicy(
            name,
            {
                description: args.description ?? describable(name),
                executionRoleArn: this.roleArn,
                state: args.enabled === false ? "DISABLED" : "ENABLED",
                policyType: "EVENT_BASED_POLICY",
                policyDetails: copyPolicyDetails(name, owners, args),
                ...policyOptionsOf(provider, awsContext, args.credentials),
            },
            { parent: this },
        );
        this.policyId = id;
        if (role && awsContext) this.#allowExpiry(name, { args, role, awsContext });
        this.registerOutputs({ policyId: this.policyId, roleArn: this.roleArn });
    }

    #createRole(
        name: string,
        {
            args,
            owners,
            awsContext,
        }: { args: SharedSnapshotCopiesArgs; owners: pulumi.Input<string>[]; awsContext: AwsContext },
    ): DlmRole {
        const rights = (where: Place) => copyRights(owners, args.copyTo, where);
        return createDlmRole(this, awsContext, { name: `${name}-dlm`, rights, ...boundaryOf(args) });
    }

    /** Allows the deletion of the copies of this very policy, whose id is known only after it is created. */
    #allowExpiry(
        name: string,
        {
            args: { copyTo },
            role,
            awsContext: { aws, place },
        }: { args: SharedSnapshotCopiesArgs; role: DlmRole; awsContext: AwsContext },
    ): void {
        const policy = place.apply((where) =>
            pulumi.jsonStringify(expiryRights(copyTo, where, this.policyId)),
        );
        new aws.iam.RolePolicy(`${name}-dlm-expiry`, { role: role.name, policy }, { parent: this });
    }
}
