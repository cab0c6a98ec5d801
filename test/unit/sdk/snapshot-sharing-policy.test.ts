import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, test } from "vitest";
import { SnapshotSharingPolicy } from "../../../sdk/sharing/snapshot-sharing-policy";
import { sharingPolicyDocuments } from "../../../sdk/sharing/documents";
import { nameIn } from "../../../sdk/sharing/inputs";
import { mockEngine, registrations, valueOf } from "../pulumi-mocks";

const children: pulumi.Resource[] = [];

beforeEach(async () => {
    pulumi.runtime.setAllConfig({
        "ebs-snapshots:accounts": '{"audit":"011122223333","prod":"444455556666"}',
    });
    await mockEngine(({ name }) => ({ arn: `arn:${name}` }));
    children.length = 0;
});

/** Creates a policy and waits until every child of it has its URN. */
async function createPolicy(name: string, args: ConstructorParameters<typeof SnapshotSharingPolicy>[1]) {
    const remember = (child: { resource: pulumi.Resource }) => {
        children.push(child.resource);
        return undefined;
    };
    const policy = new SnapshotSharingPolicy(name, args, { transformations: [remember] });
    const urns = await Promise.all(children.map(({ urn }) => valueOf(urn)));
    return { policy, urns };
}

const sharers = {
    accounts: ["audit", "prod", "123456789012"],
    privateSharers: { groups: ["operators"], users: ["arn:aws:iam::123456789012:user/team/alice"] },
    publicSharers: { roles: ["publisher"] },
};
const ids = ["011122223333", "444455556666", "123456789012"];

test("each kind of sharers has one policy, attached to every given group, role and user", async () => {
    const { policy, urns } = await createPolicy("sharing", sharers);
    const { allow } = sharingPolicyDocuments({ ...sharers, accounts: ids });
    // Attachments are registered at the same time, in any order.
    const attached = [...registrations].sort((one, other) => (one.name < other.name ? -1 : 1));
    expect(attached.map(({ type, name, inputs }) => [type, name, inputs])).toEqual([
        ["ebs-snapshots:index:SnapshotSharingPolicy", "sharing", {}],
        ["aws:iam/policy:Policy", "sharing-private", { policy: JSON.stringify(allow.private) }],
        [
            "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
            "sharing-private-group-operators",
            { group: "operators", policyArn: "arn:sharing-private" },
        ],
        [
            "aws:iam/userPolicyAttachment:UserPolicyAttachment",
            "sharing-private-user-alice",
            { user: "alice", policyArn: "arn:sharing-private" },
        ],
        ["aws:iam/policy:Policy", "sharing-public", { policy: JSON.stringify(allow.public) }],
        [
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "sharing-public-role-publisher",
            { role: "publisher", policyArn: "arn:sharing-public" },
        ],
    ]);
    const [own, ...others] = urns;
    expect(own).toBe("urn:pulumi:test::project::ebs-snapshots:index:SnapshotSharingPolicy::sharing");
    for (const urn of others) expect(urn).toContain("::ebs-snapshots:index:SnapshotSharingPolicy$aws:iam/");
    expect(others).toHaveLength(5);
    expect(await valueOf(policy.privatePolicyArn)).toBe("arn:sharing-private");
    expect(await valueOf(policy.publicPolicyArn)).toBe("arn:sharing-public");
    expect(policy.documents).toEqual(sharingPolicyDocuments({ ...sharers, accounts: ids }));
});

test("a policy is attached to the name of a principal that is given with its path", async () => {
    const privateSharers = { roles: ["team/deployer"] };
    await createPolicy("path", { accounts: ["prod"], privateSharers });
    const attached = registrations.find(({ type }) => type.includes("RolePolicyAttachment"));
    expect(attached?.inputs).toMatchObject({ role: "deployer" });
});

test("a policy is not attached to the principal that has the name of another account's", () => {
    const policy = "arn:aws:iam::123456789012:policy/sharing-private-1a2b3c4";
    expect(() => nameIn(policy, "arn:aws:iam::111122223333:role/team/deployer")).toThrow(
        "arn:aws:iam::111122223333:role/team/deployer is of account 111122223333, but this component attaches policies in " +
            "account 123456789012",
    );
    for (const principal of ["arn:aws:iam::123456789012:role/team/deployer", "team/deployer", "deployer"])
        expect(nameIn(policy, principal)).toBe("deployer");
    expect(nameIn(policy, "arn:aws:iam::*:role/deployer")).toBe("deployer");
});

test("without sharers, there is no policy", async () => {
    const { policy } = await createPolicy("nobody", { accounts: ["prod"], privateSharers: { groups: [] } });
    expect(registrations.map(({ name }) => name)).toEqual(["nobody"]);
    expect(await valueOf(policy.privatePolicyArn)).toBeUndefined();
});

test("an alias that is not configured is rejected with the configured ones", () => {
    expect(() => new SnapshotSharingPolicy("wrong", { accounts: ["prods"] })).toThrow(
        'accounts: "prods" is neither an account id of 12 digits nor an alias in ebs-snapshots:accounts (audit, prod)',
    );
    expect(() => new SnapshotSharingPolicy("short", { accounts: ["12345678901"] })).toThrow(
        "(audit, prod): write it with all 12 digits in quotation marks",
    );
});
