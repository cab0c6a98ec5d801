/**
 * Builds the IAM documents that control who may share snapshots, and with whom, as pure data.
 * docs/reference/snapshot-sharing-policy.md explains each statement.
 *
 * @module
 */
import { type SharingPolicyInputs, validateAccounts, checkPrincipals } from "./inputs";
import { type PolicyDocument, document } from "./policy-document";
import {
    shareStatement,
    revokeStatements,
    readStatement,
    removeTagsStatement,
    publishStatement,
} from "./permissions";
import { guardrail } from "./guardrail";
import { keyStatements } from "./key-statements";

/** The documents; docs/reference/snapshot-sharing-policy.md explains each statement. */
export interface SharingPolicyDocuments {
    /** Permissions of the sharers. They are separate, so that private sharers cannot make snapshots public. */
    allow: { private: PolicyDocument; public: PolicyDocument };
    /** Denies all other principals and accounts: a service control policy or a permissions boundary. */
    guardrail: PolicyDocument;
    /** Statements for the policy of a KMS key, which let the accounts use snapshots that are encrypted under it. */
    kms: PolicyDocument;
}

/**
 * Returns IAM documents that control who may share snapshots, and with whom. It throws on an account id that does not
 * have 12 digits, and on a principal that is neither a name nor an ARN of its kind.
 *
 * @example
 * ```ts
 * import * as aws from "@pulumi/aws";
 * import { sharingPolicyDocuments } from "pulumi-ebs-snapshots";
 *
 * const { guardrail } = sharingPolicyDocuments({
 *     accounts: ["111122223333"],
 *     privateSharers: { roles: ["arn:aws:iam::123456789012:role/deployer"] },
 * });
 * new aws.organizations.Policy("sharing", {
 *     type: "SERVICE_CONTROL_POLICY",
 *     content: JSON.stringify(guardrail),
 * });
 * ```
 */
export function sharingPolicyDocuments(inputs: SharingPolicyInputs): SharingPolicyDocuments {
    const accounts = validateAccounts(inputs.accounts);
    for (const kind of ["privateSharers", "publicSharers", "deployers"] as const)
        checkPrincipals(kind, inputs[kind]);
    return {
        allow: {
            private: document(
                shareStatement({ ...inputs, accounts }),
                ...revokeStatements,
                readStatement,
                removeTagsStatement,
            ),
            public: document(
                publishStatement(inputs),
                ...revokeStatements,
                readStatement,
                removeTagsStatement,
            ),
        },
        guardrail: document(...guardrail(accounts, inputs)),
        kms: document(...keyStatements(accounts)),
    };
}
