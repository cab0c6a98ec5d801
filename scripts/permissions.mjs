// Generates docs/permissions.md, which lists the permissions of the caller for each resource. The source is
// docs/permissions.json, and test/provider/permissions.test.ts compares it with the calls.
// docs/permissions-components.json contains the calls of the resources of @pulumi/aws that the components create.
import { readFile } from "node:fs/promises";

/** @returns {Promise<string>} */
export async function permissionsPage() {
    const resources = await read("permissions.json");
    const components = await read("permissions-components.json");
    const { Snapshot, CompletedSnapshots } = resources;
    return [
        "# Permissions",
        "What the caller must be allowed. Ready policies first, then each resource. Narrow `Resource` by your own tags and " +
            "Regions.",
        "An option in the second column: only who gives that option needs the actions. " +
            "_asked by EC2_: EC2 looks for the permission on the caller's behalf, whether the package calls it or not.",
        "## Snapshots only",
        "Creates, tags and deletes snapshots, without options such as `lock`:",
        asJson([...Snapshot, ...CompletedSnapshots].filter(({ option }) => option === undefined)),
        "## Read-only, for previews",
        "A preview of the resources of this package changes nothing and needs no more. Of `@pulumi/aws`, add its own " +
            "read permissions, such as the AWS managed policy `ReadOnlyAccess`:",
        asJson(Object.values(resources).flat().map(readOnly)),
        "## All resources of this package",
        asJson(Object.values(resources).flat()),
        "Roles that are named by `credentials` or `aws:assumeRoles` need `sts:AssumeRole` besides. " +
            "`listSnapshots`, `newestSnapshot` and `ebs-snapshots list` call `ec2:DescribeSnapshots`, and with " +
            '`owner: "shared"` `sts:GetCallerIdentity`; `ebs-snapshots list --details` also calls ' +
            "`ec2:DescribeLockedSnapshots` and `ec2:DescribeSnapshotAttribute`. " +
            "`changedSize` and `ebs-snapshots changed` call `ec2:DescribeSnapshots` and `ebs:ListChangedBlocks`, and " +
            "`ebs:ListSnapshotBlocks` for a snapshot without an earlier one. " +
            "`shareableAccounts` calls `organizations:ListAccounts`; without it, it returns the aliases alone. " +
            "`npm run demo -- --aws` needs `ec2:DescribeVolumes`, and without `--volume` also " +
            "`ec2:DescribeAvailabilityZones`, `ec2:CreateVolume` and `ec2:DeleteVolume`.",
        "## Resource by resource",
        "A test runs every resource through its life as an IAM user who may do this and nothing else, in an emulated EC2 " +
            "that refuses the rest, and compares the calls with this list, both ways.",
        ...sections(resources),
        "## Components",
        "Components are made of resources of `@pulumi/aws`. Their actions were compared with the calls that version 5.100 of " +
            "Terraform's AWS provider, the same code as in `@pulumi/aws`, sends to an emulator when it creates, changes and " +
            "deletes each of them; all but those for tags that are removed, and for `iam:PassRole`, were seen.",
        ...sections(components),
        "As a policy, for schedules with every option:",
        asJson(components.SnapshotSchedule),
    ].join("\n\n");
}

async function read(file) {
    return JSON.parse(await readFile(new URL(`../docs/${file}`, import.meta.url), "utf8"));
}

function sections(needs) {
    return Object.entries(needs).flatMap(([name, some]) => [`### ${name}`, table(some)]);
}

function table(needs) {
    const rows = needs.map(({ actions, for: reason, option, by }) =>
        [
            actions.map(code).join(", "),
            option ? code(option) : "",
            by ? `${reason} (_asked by ${by}_)` : reason,
        ].join(" | "),
    );
    return ["actions | only with | for", "--- | --- | ---", ...rows].map((row) => `| ${row} |`).join("\n");
}

function readOnly(need) {
    const actions = need.by === undefined ? need.actions : [];
    return { ...need, actions: actions.filter((action) => /:(Describe|Get|List)/.test(action)) };
}

function asJson(needs) {
    const plain = needs.filter(({ condition }) => condition === undefined).flatMap(({ actions }) => actions);
    const statements = [
        { Effect: "Allow", Action: [...new Set(plain)].sort(), Resource: "*" },
        // IAM refuses a statement without an action.
        ...needs
            .filter(({ actions, condition }) => condition !== undefined && actions.length > 0)
            .map(({ actions, condition }) => ({
                Effect: "Allow",
                Action: actions,
                Resource: "*",
                Condition: condition,
            })),
    ];
    return "```json\n" + JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 4) + "\n```";
}

const code = (text) => `\`${text}\``;
