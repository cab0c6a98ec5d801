import { chmodSync, mkdtempSync, readdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RunNotes } from "../../../provider/lifecycle/run-notes";

beforeEach(() => {
    vi.stubEnv("TMPDIR", mkdtempSync(join(tmpdir(), "notes-")));
});
afterEach(() => {
    vi.unstubAllEnvs();
});

const notesOf = (engine: string | undefined) => new RunNotes(() => engine);
const texts = ["snap-1 111122223333", "snap-1 444455556666"];

test("notes of a process are visible to processes of the same run until it ends, and to no other run", () => {
    const [one, other, elsewhere] = [notesOf("127.0.0.1:1"), notesOf("127.0.0.1:1"), notesOf("127.0.0.1:2")];
    one.write(texts.slice(0, 1));
    expect(other.notedElsewhere(texts)).toEqual(texts.slice(0, 1));
    expect(one.notedElsewhere(texts)).toEqual([]);
    expect(elsewhere.notedElsewhere(texts)).toEqual([]);
    one.end();
    expect(other.notedElsewhere(texts)).toEqual([]);
});

test("without an engine nothing is written, and the notes of an ended process do not count", () => {
    notesOf(undefined).write(texts);
    expect(readdirSync(tmpdir())).toEqual([]);
    const engine = "127.0.0.1:1";
    notesOf(engine).write(texts);
    const [folder = ""] = readdirSync(tmpdir()).map((name) => join(tmpdir(), name));
    const [file = ""] = readdirSync(folder);
    expect(notesOf(engine).notedElsewhere(texts)).toEqual(texts);
    // No process has this id.
    renameSync(join(folder, file), join(folder, file.replace(`.${String(process.pid)}.`, ".99999999.")));
    expect(notesOf(engine).notedElsewhere(texts)).toEqual([]);
});

test("notes in a folder to which other users may write do not count, because a note keeps access to a snapshot", () => {
    const [one, other] = [notesOf("127.0.0.1:1"), notesOf("127.0.0.1:1")];
    one.write(texts);
    const [folder = ""] = readdirSync(tmpdir()).map((name) => join(tmpdir(), name));
    for (const mode of [0o770, 0o707]) {
        chmodSync(folder, mode);
        expect(other.notedElsewhere(texts)).toEqual([]);
    }
    chmodSync(folder, 0o755);
    expect(other.notedElsewhere(texts)).toEqual(texts);
});
