/**
 * The test of everything that needs the emulated EC2: one emulator for each of vitest's workers, as new for each test,
 * and Pulumi projects that end with the test.
 *
 * @module
 */
import { inject, test as base } from "vitest";
import { Emulator } from "./emulator/emulator";
import { Project, type ProjectOptions } from "./engine/project";

const worker = Number(process.env["VITEST_POOL_ID"]) - 1;

/** The emulator of this worker, which test/global-setup.ts has started. */
export const emulator = new Emulator({
    endpoint: inject("emulators")[worker] ?? "",
    pid: 0,
    stop: () => Promise.resolve(),
});

const projects = new Set<Project>();

/** A project with a stack `test`; `program` is the CommonJS text of `index.js`. */
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

/** Ends the processes of these projects that are left, and removes their folders. */
async function remove(these: Iterable<Project>): Promise<void> {
    await Promise.all([...these].map((project) => project.remove()));
    for (const project of these) projects.delete(project);
}

/**
 * Its hooks, `test.beforeEach` and so on, find the emulator reset. Where the tests of a file are the steps of one life, or
 * run side by side: `test.override("life", { scope: "file" }, "file")`.
 */
export const test = base
    .extend("life", { scope: "file" }, "test" as "test" | "file")
    // eslint-disable-next-line no-empty-pattern -- vitest reads there which fixtures are needed
    .extend("fileLife", { scope: "file", auto: true }, async ({}, { onCleanup }) => {
        await emulator.reset();
        onCleanup(() => remove([...projects]));
    })
    .extend("testLife", { auto: true }, async ({ life }, { onCleanup }) => {
        if (life === "file") return;
        await emulator.reset();
        // The cleanups of a hook that runs before all tests are kept.
        const before = new Set(projects);
        onCleanup(() => remove([...projects].filter((project) => !before.has(project))));
    });
