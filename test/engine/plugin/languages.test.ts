// Tests the full lifecycle of the examples in other languages.
// It needs the engine, whose hosts run the other languages.

import { copyFile, readFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { expect } from "vitest";
import type { GoTools } from "../../../scripts/go-tools.mjs" with { "resolution-mode": "import" };
import type { PythonTools } from "../../../scripts/python-tools.mjs" with { "resolution-mode": "import" };
import { grantsOf, otherAccount } from "../../emulator/calls";
import { emulator, test } from "../../fixture";
import type { Project } from "../project";
import { during, snapshotIds, tagsOf, tagsSent } from "../steps";
import { createPluginProject, pluginConfig, pluginState, usePlugin } from "./fixture";

const examples = resolve(__dirname, "../../../examples");
const shared = { users: [otherAccount], groups: [] };
let python: PythonTools;
let go: GoTools;

// The module proxy and PyPI may be slow when the tools are built.
test.beforeAll(async () => {
    const { pythonTools } = await import("../../../scripts/python-tools.mjs");
    const { goTools } = await import("../../../scripts/go-tools.mjs");
    python = await pythonTools();
    go = await goTools();
}, 600_000);

const languages = {
    yaml: () => Promise.resolve(),
    python: async (project: Project) => {
        await copyFile(join(examples, "python/__main__.py"), join(project.folder, "__main__.py"));
        const site = join(project.folder, "site");
        await python.installSdk(site);
        const { PATH = "" } = project.env;
        Object.assign(project.env, { PATH: [python.path, PATH].join(delimiter), PYTHONPATH: site });
    },
    go: async (project: Project) => {
        for (const file of ["go.mod", "main.go"])
            await copyFile(join(examples, "go", file), join(project.folder, file));
        await go.compile(project.folder);
        const { PATH = "" } = project.env;
        Object.assign(project.env, { PATH: [project.folder, PATH].join(delimiter) });
    },
};

async function createExample(language: keyof typeof languages): Promise<Project> {
    const volumeId = await emulator.createVolume();
    const config = { ...pluginConfig(), "project:volumeId": volumeId, "project:account": otherAccount };
    const project = await createPluginProject(language, { config });
    const settings = await readFile(join(examples, language, "Pulumi.yaml"), "utf8");
    await project.write("Pulumi.yaml", settings.replace(/^name: .*/, "name: project") + usePlugin);
    await languages[language](project);
    return project;
}

test.for(["yaml", "python", "go"] as const)(
    "the example in %s previews, creates, updates, replaces, imports and destroys; a second up makes no call",
    { timeout: 600_000 },
    async (language) => {
        const project = await createExample(language);
        const previewed = await during(emulator, () => project.preview());
        expect(previewed.result).toContain('name         : "snapshot"');
        // The owner's account is not valid here, because no account shares with itself.
        expect(previewed.actions).toEqual(["GetCallerIdentity"]);

        await project.up();
        const [id = ""] = await snapshotIds(emulator);
        expect(await project.outputs()).toEqual({ snapshotId: id, accountIds: [otherAccount] });
        expect(await grantsOf(id)).toEqual(shared);
        const repeated = await during(emulator, () => project.up());
        expect(repeated.result).toContain("unchanged");
        expect(repeated.result).not.toMatch(/updated|replaced/);
        expect(repeated.all).toEqual([]);

        await project.stack.configure({ "project:group": "ledger" });
        const updated = await during(emulator, () => project.succeed("up", "--yes", "--diff"));
        expect(updated.result).toContain('group: "payments" => "ledger"');
        expect(updated.calls.filter(({ action }) => action === "CreateTags").map(tagsSent)).toEqual([
            { Group: "ledger" },
        ]);

        await project.stack.configure({ "project:release": "2.0.0" });
        expect(await project.preview()).toContain(`replacement will delete snapshot ${id}`);
        await project.up();
        const [second = "", ...others] = await snapshotIds(emulator);
        expect([second === id, others]).toEqual([false, []]);
        expect(await tagsOf(emulator, second)).toEqual({ Name: "snapshot", Group: "ledger" });
        expect(await grantsOf(second)).toEqual(shared);

        const share = (await pluginState(project)).find(({ urn }) => urn.endsWith("::share"));
        await project.succeed("state", "delete", "--yes", share?.urn ?? "");
        await project.succeed(
            ...["import", "ebs-snapshots:index:SnapshotShare", "share", second],
            ...["--yes", "--skip-preview", "--protect=false", "--generate-code=false"],
        );
        const unchanged = await during(emulator, () => project.preview());
        expect(unchanged.result).not.toMatch(/to (create|update|replace)/);
        expect(unchanged.all).toEqual([]);

        await project.destroy();
        expect(await snapshotIds(emulator)).toEqual([]);
    },
);
