// Tests that the engine requests the operations that test/provider/engine.ts simulates.
// It needs the engine, because it is compared with the simulation.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { Engine } from "../../provider/engine";
import type { Declared, Options } from "../../provider/engine-run";
import { program, snapshot, volume } from "../steps";

/** Returns a program of a snapshot and a volume from it, as source text and as declarations. */
interface Program {
    text: string;
    declared: Declared[];
}

function declare(
    args: object,
    { more, name = "data", options = {} }: { more?: object; name?: string; options?: Options } = {},
): Program {
    const aliases = options.aliases?.map((alias) => ({ name: alias }));
    const onText = JSON.stringify({ ...options, ...(aliases && { aliases }) });
    const place = { availabilityZone: "us-east-1a", ...more };
    const text = [
        snapshot(name, args, onText),
        volume("disk", `{ snapshotId: ${name}.snapshotId, ...${JSON.stringify(place)} }`),
    ];
    const disk: Declared = {
        kind: "VolumeFromSnapshot",
        name: "disk",
        args: async (outputsOf) => ({ snapshotId: (await outputsOf(name))["snapshotId"], ...place }),
    };
    const isWhole = more !== undefined;
    return {
        text: program(...(isWhole ? text : text.slice(0, 1))),
        declared: [{ kind: "Snapshot", name, args: { ...args }, options }, ...(isWhole ? [disk] : [])],
    };
}

test("each step requests the operations that the simulated engine of the provider's tests requests, in the same order", async () => {
    const volumeId = await emulator.createVolume();
    const other = await emulator.createVolume();
    const project = await createProject("");
    const engine = new Engine(emulator);

    async function compare(promise: string, command: string, played: () => Promise<unknown>) {
        const options = command === "preview" ? [] : ["--yes", "--skip-preview"];
        const { operations } = await project.run(command, ...options);
        const from = engine.calls.length;
        await played();
        expect(engine.calls.slice(from), promise).toEqual(operations);
    }
    async function run(
        promise: string,
        { text, declared }: Program,
        command: "up" | "upFails" | "preview" = "up",
    ) {
        await project.program(text);
        await compare(promise, command.replace("Fails", ""), () => engine[command](declared));
    }

    const more = {};
    await run("a preview of new resources", declare({ volumeId }, { more }), "preview");
    await run("creation", declare({ volumeId }, { more }));
    await run("no change", declare({ volumeId }, { more }));
    const grown = { size: 10 };
    await run("an update of both", declare({ volumeId, group: "a" }, { more: grown }));
    await run("failed checks", declare({ volumeId, group: "a" }, { more: { size: 5 } }), "upFails");

    const next = { volumeId, group: "a", triggers: { release: 2 } };
    const keep = { ...grown, onSnapshotChange: "keep" };
    await run("a preview of a replacement", declare(next, { more: keep }), "preview");
    await emulator.set({ snapshotSeconds: 1, snapshotError: "The key has been disabled" });
    await run("a replacement that fails", declare(next, { more: keep }), "upFails");
    await emulator.set({ snapshotSeconds: 0, snapshotError: null });
    await run("the next one", declare(next, { more: keep }));
    await run("a resource that is removed", declare(next));

    const options = { aliases: ["data"] };
    await run("a new name with an alias", declare(next, { name: "renamed", options }));
    await run("a replacement", declare({ ...next, volumeId: other }, { name: "renamed" }));
    const first = { deleteBeforeReplace: true };
    await run("the old one deleted first", declare({ volumeId }, { name: "renamed", options: first }));
    await run("a new name without an alias", declare({ volumeId }));
    await compare("a refresh", "refresh", () => engine.refresh());
    await compare("destroy", "destroy", () => engine.destroy());
});
