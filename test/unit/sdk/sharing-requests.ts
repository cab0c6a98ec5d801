/**
 * Declares the documents of a sharing policy, and the principals and contexts of requests against them.
 *
 * @module
 */
import { sharingPolicyDocuments } from "../../../sdk/sharing/documents";
import type { PolicyDocument } from "../../../sdk/sharing/policy-document";
import { own } from "../iam";

export const listed = "111122223333";
export const foreign = "444455556666";
export const documents = sharingPolicyDocuments({
    accounts: [listed],
    privateSharers: { groups: ["operators"], roles: ["sharer"], users: ["alice"] },
    publicSharers: { roles: [`arn:aws:iam::${own}:role/team/publisher`] },
    deployers: { roles: ["deployer"] },
});
export const everything: PolicyDocument = {
    Version: "2012-10-17",
    Statement: [{ Sid: "All", Effect: "Allow", Action: ["*"], Resource: ["*"] }],
};

export const image = "arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0";

export const alice = `arn:aws:iam::${own}:user/alice`;
export const sharer = `arn:aws:iam::${own}:role/sharer`;

export const mallory = `arn:aws:iam::${own}:user/mallory`;

export const modify = "ec2:ModifySnapshotAttribute";
export const add = (...accounts: string[]) => ({ "ec2:Add/userId": accounts });

export const publish = { "ec2:Add/group": "all" };
