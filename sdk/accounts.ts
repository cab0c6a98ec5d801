import * as pulumi from "@pulumi/pulumi";

/** `ebs-snapshots:accounts`: ids by alias. */
export function configuredAccounts(): Record<string, string> {
    const accounts =
        new pulumi.Config("ebs-snapshots").getObject<Record<string, string | number>>("accounts") ?? {};
    // `pulumi config set --path` stores an id as a number, without the zeros that it may begin with.
    return Object.fromEntries(
        Object.entries(accounts).map(([alias, account]) => [alias, String(account).padStart(12, "0")]),
    );
}
