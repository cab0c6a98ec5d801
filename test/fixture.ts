/**
 * Provides `test` for everything that needs the emulated EC2: one emulator per vitest worker, which is reset for each
 * test, and Pulumi projects that are removed after the test.
 *
 * @module
 */
import { inject, test as base } from "vitest";
import { Emulator } from "./emulator/emulator";
import { Project, type ProjectOptions } from "./engine/project";

const worker = Number(process.env["VITEST_POOL_ID"]) - 1;

/** The emulator of this worker, started by test/global-setup.ts. */
export const emulator = new Emulator({
    endpoint: inject("emulators")[worker] ?? "",
    pid: 0,
    stop: () => Promise.resolve(),
});

const projects = new Set<Project>();

/** Creates a project with a stack `test`; `program` is the CommonJS source of `index.js`. */
export async function createProject(program: string, options?: ProjectOptions): Promise<Project> {
    const hosts = inject("hosts")[worker];
    const project = await Project.create(inject("pulumi"), emulator, program, {
        hosts,
        vault: inject("vault"),
        ...options,
    });
    projects.add(project);
    return project;
}

/** Ends the remaining processes of these projects, and removes their folders. */
async function remove(these: Iterable<Project>): Promise<void> {
    await Promise.all([...these].map((project) => project.remove()));
    for (const project of these) projects.delete(project);
}

/**
 * The emulator is reset before its hooks, such as `test.beforeEach`, run. A file whose tests build on each other or run
 * concurrently resets it once: `test.override("emulatorScope", { scope: "file" }, "file")`.
 */
export const test = base
    .extend("emulatorScope", { scope: "file" }, "test" as "test" | "file")
    // eslint-disable-next-line no-empty-pattern -- vitest reads there which fixtures are needed
    .extend("fileCleanup", { scope: "file", auto: true }, async ({}, { onCleanup }) => {
        await emulator.reset();
        onCleanup(() => remove([...projects]));
    })
    .extend("testCleanup", { auto: true }, async ({ emulatorScope }, { onCleanup }) => {
        if (emulatorScope === "file") return;
        await emulator.reset();
        // The cleanups of a hook that runs before all tests are kept.
        const before = new Set(projects);
        onCleanup(() => remove([...projects].filter((project) => !before.has(project))));
    });
