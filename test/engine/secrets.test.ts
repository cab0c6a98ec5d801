// What is declared secret is nowhere in the clear, whatever happens to its resource.

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../emulator/emulator";
import { Project } from "./project";
import { live, outside, program, snapshot, snapshotIds, tagsOf } from "./steps";

let emulator: Emulator;
let volumeId: string;

beforeAll(async () => {
    emulator = await startEmulator();
});
beforeEach(async () => {
    await emulator.reset();
    volumeId = await emulator.createVolume();
});
afterAll(() => emulator.stop());

/** The provider's own looks, not those of this test. */
const looking = { action: "DescribeSnapshots", params: { "Filter.1.Name": "snapshot-id" } };
const denied = { code: "UnauthorizedOperation", message: "You are not authorized." };

function declared(secret: string, options: { open?: boolean; group?: string } = {}): string {
    const { open = false, group = "g" } = options;
    return program(
        `const data = new Snapshot("data", { volumeId: "${volumeId}", group: "${group}", ` +
            `tags: { Plain: "visible", Token: ${open ? `"${secret}"` : `pulumi.secret("${secret}")`} } });`,
        snapshot("beside", { volumeId, tags: { Plain: "visible" } }),
        "exports.all = data.tagsAll; exports.id = data.snapshotId;",
    );
}

test("a secret tag is in the clear neither in the state nor in outputs, after up, update, refresh and drift; tags without a secret stay readable", async () => {
    const project = await Project.create(emulator, declared("hush-one"));
    const hidden = async (...outputs: string[]) => {
        for (const text of [...outputs, await project.stateText()]) expect(text).not.toContain("hush-");
    };
    await hidden(await project.up());
    const id = String((await project.outputs())["id"]);
    expect(await tagsOf(emulator, id)).toMatchObject({ Token: "hush-one", Plain: "visible" });
    expect((await project.outputs())["all"]).toMatchObject({ Token: "hush-one" });
    expect((await live(project, "beside")).outputs["tagsAll"]).toEqual({ Plain: "visible", Name: "beside" });
    await hidden(await project.refresh());
    expect(await project.up()).toContain("3 unchanged");

    await project.program(declared("hush-two"));
    await hidden(await project.preview(), await project.up());
    expect(await tagsOf(emulator, id)).toMatchObject({ Token: "hush-two" });

    await outside(emulator, id, { tag: { Token: "hush-three" } });
    await hidden(await project.refresh("--diff"), await project.preview(), await project.up());
    expect(await tagsOf(emulator, id)).toMatchObject({ Token: "hush-two" });
    await hidden();
    await project.remove();
});

test("failures that keep the id keep the secret too: in creation, update and waiting", async () => {
    await emulator.set({ snapshotSeconds: 60 });
    await emulator.faults([{ ...looking, ...denied }]);
    const project = await Project.create(emulator, declared("hush-one"));
    const hidden = async (...outputs: string[]) => {
        for (const text of [...outputs, await project.stateText()]) expect(text).not.toContain("hush-");
    };
    await hidden(await project.upFails());
    expect(await snapshotIds(emulator)).toContain((await live(project, "data")).id);

    // `data` waits in an update now, and cannot be looked at.
    await hidden(await project.upFails());
    await emulator.set({ snapshotSeconds: 0 });
    for (const id of await snapshotIds(emulator)) await emulator.snapshot(id, { status: "completed" });
    await emulator.faults([]);
    await hidden(await project.up());

    await emulator.faults([{ action: "CreateTags", ...denied }]);
    await project.program(declared("hush-two", { group: "h" }));
    const failed = await project.upFails();
    expect(failed).toContain("The caller needs the IAM permission ec2:CreateTags.");
    await hidden(failed);
    await hidden(await project.refresh());
    await emulator.faults([]);
    await hidden(await project.up());
    await project.remove();
});
