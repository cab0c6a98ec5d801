// docs/permissions.md: what the caller must be allowed, resource by resource. docs/permissions.json has it, and
// test/engine/permissions.test.ts compares that with what is called.
import { readFile } from "node:fs/promises";

/** @returns {Promise<string>} */
export async function permissionsPage() {
    const resources = JSON.parse(
        await readFile(new URL("../docs/permissions.json", import.meta.url), "utf8"),
    );
    return [
        "# Permissions",
        "What the caller must be allowed, resource by resource. A test runs every resource through its life as an IAM user " +
            "who may do this and nothing else, in an emulated EC2 that refuses the rest, and compares the calls with this " +
            "list, both ways.",
        "An option in the second column: only who gives that option needs the actions. " +
            "_asked by EC2_: EC2 looks for the permission on the caller's behalf, whether the package calls it or not.",
        ...Object.entries(resources).flatMap(([resource, needs]) => [`## ${resource}`, table(needs)]),
        "## All of it",
        "As a policy that allows everything that the package calls. Narrow `Resource` by your own tags and regions:",
        "```json\n" + JSON.stringify(policy(resources), null, 4) + "\n```",
        "Accounts that are named by `credentials` need `sts:AssumeRole` on the role besides. " +
            "`shareableAccounts` asks for `organizations:ListAccounts` and does without.",
    ].join("\n\n");
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

function policy(resources) {
    const actions = Object.values(resources).flatMap((needs) => needs.flatMap((need) => need.actions));
    return {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: [...new Set(actions)].sort(), Resource: "*" }],
    };
}

const code = (text) => `\`${text}\``;
