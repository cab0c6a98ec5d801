// Tests the text of previews, because a reviewer approves it: each kind of change, exactly as it is shown.
// It needs the engine, which writes the text of previews.

import { UnlockSnapshotCommand } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import { createProject, emulator, test } from "../../../fixture";
import { lostSnapshots, readPreview } from "../../../../policies";
import { declareChanges, expected, programOf, type Changes } from "./changes";
import { known } from "./existing-resources";
import { shownIn } from "./resource-lines";
import type { Project } from "../../project";
import { live, outside, program, snapshot, snapshotIds } from "../../steps";

test.override("emulatorScope", { scope: "file" }, "file");

let project: Project;

let changes: Changes;

test.beforeAll(async () => {
    changes = await declareChanges();
    project = await createProject(programOf(changes, "before"), {
        config: {
            "ebs-snapshots:accounts": '{"prod":"111122223333"}',
            "ebs-snapshots:allowPublicSharing": "true",
        },
    });
    await project.up();
});

/** Sorts the lines of each resource, because the engine prints the messages of one resource in any order. */
function sorted(shown: Record<string, string[]>): Record<string, string[]> {
    return Object.fromEntries(Object.entries(shown).map(([name, lines]) => [name, [...lines].sort()]));
}

test("an unchanged program shows no diff; a change shows only its properties and its losses, and no secrets", async () => {
    expect(shownIn(await project.preview())).toEqual({});
    await project.program(programOf(changes, "after"));
    const output = await project.preview();
    expect(sorted(shownIn(output, known))).toEqual(sorted(expected(changes)));
    expect(output).not.toMatch(/__|hush-/);
});

test("the short preview names the same properties", async () => {
    const output = await project.succeed("preview");
    expect(output).toContain(" described replace [diff: ~description]");
    expect(output).toContain(" options update [diff: +keepReplaced,waitForCompletion~timeout]");
    expect(output).not.toMatch(/__|hush-/);
});

test("changed tags of the configuration are shown, and dependants of such a snapshot do not change", async () => {
    await project.program(programOf(changes, "before"));
    await project.stack.configure({ "aws:defaultTags": '{"tags":{"Env":"prod"}}' });
    const shown = shownIn(await project.preview(), known);
    const inputs = ['  name: "untouched"', '  region: "us-east-1"', '  volumeId: "vol-1"'];
    expect(shown["untouched"]).toEqual(["update", ...inputs, 'writes the tag "Env"']);
    expect(shown["secret"]?.at(-1)).toBe("its tags are not as declared");
    expect(Object.keys(shown).filter((name) => /^(share|barrier)/.test(name))).toEqual([]);
    await project.stack.configure({ "aws:defaultTags": undefined });

    const keys = '{"name":"Name","group":"Team","billingCode":"Cost"}';
    await project.stack.configure({ "ebs-snapshots:tagKeys": keys });
    const rekeyed = shownIn(await project.preview());
    expect(rekeyed["watched"]?.at(-1)).toBe('writes the tag "Team", removes the tag "Group"');
    expect(rekeyed["untouched"]).toBeUndefined();
    await project.stack.configure({ "ebs-snapshots:tagKeys": undefined });
});

test("the preview shows the reverted values after drift and a refresh, and the pending work after a timeout", async () => {
    const idOf = async (name: string) => (await live(project, name)).id ?? "";
    await outside(emulator, await idOf("tagged"), { tag: { A: "outside", Other: "x" } });
    await outside(emulator, await idOf("renamed"), { remove: true });
    await project.refresh();
    expect(shownIn(await project.preview(), known)).toEqual({
        tagged: ["update", "~ tags: {", '    ~ A: "outside" => "1"', "  }"],
        renamed: ["create", '  name: "a"', '  region: "us-east-1"', '  volumeId: "vol-1"'],
    });
});

test("the preview's JSON reports exactly what up deletes, with the causing property and without secrets", async () => {
    await project.up();
    await project.program(programOf(changes, "after"));
    const text = await project.succeed("preview", "--json", "--show-replacement-steps");
    expect(text).not.toContain("hush-");
    const lost = lostSnapshots(readPreview(text));
    const causes = lost.map(({ urn, reason }) => [
        urn.slice(urn.lastIndexOf("::") + 2),
        /(?:because|if) ([^,]*?)(?:, which is unknown at preview, .*| changes)$/.exec(reason)?.[1] ??
            "no longer declared",
    ]);
    expect(Object.fromEntries(causes)).toEqual({
        described: "description",
        movedAndGone: "volumeId",
        triggered: "triggers",
        watched: "group",
        deletedFirst: "description",
        secretReplaced: "description",
        ended: "no longer declared",
        rezoned: "availabilityZone",
        shrunk: "size",
        replacing: "snapshotId",
        follower: "snapshotId",
        dropped: "no longer declared",
        copyDescribed: "description",
        copyAbroad: "region",
        copyHurried: "completionDurationMinutes",
        setTriggered: "triggers",
        setWithout: "excludeDataVolumeIds",
        unclearTriggers: "triggers",
        unclearAndReplaced: "description",
    });

    const before = await inEc2();
    const [ended, unclear] = [await live(project, "ended"), await live(project, "unclearAndReplaced")];
    const [saved] = [await live(project, "rekeyed")];
    await emulator.ec2().send(new UnlockSnapshotCommand({ SnapshotId: ended.id }));
    await project.up();
    const after = new Set(await inEc2());
    const gone = before.filter((id) => !after.has(id));
    // The volume of one turned out to be another volume; the other one has a final snapshot.
    expect([...gone, unclear.id].sort()).toEqual([...lost.flatMap(({ ids }) => ids), saved.id].sort());
});

/** Returns the ids of all snapshots and volumes. */
async function inEc2(): Promise<string[]> {
    const volumes = (await emulator.volumes()).map(({ VolumeId = "" }) => VolumeId);
    const away = await snapshotIds(emulator, { region: "us-west-2" });
    return [...volumes, ...away, ...(await snapshotIds(emulator))];
}

test("after an up that timed out, the preview shows the pending wait and the reason for a recreation", async () => {
    await emulator.set({ snapshotSeconds: 60 });
    const [volumeId] = [await emulator.createVolume({ size: 8 })];
    const args = { volumeId, timeout: "1 seconds" };
    const other = await createProject(program(snapshot("slow", args), snapshot("broken", args)));
    await other.upFails();
    await emulator.snapshot((await live(other, "broken")).id ?? "", { status: "error" });
    await other.refresh();
    const { slow = [], broken = [] } = shownIn(await other.preview());
    expect([slow[0], slow.at(-1)]).toEqual(["update", 'its state is "pending"; the update will wait for it']);
    expect(broken[0]).toBe("replace");
    expect(broken).toContain('- state: "error"');
    expect(broken).toContain("the previous attempt failed; the snapshot will be recreated");
    await other.remove();
});
