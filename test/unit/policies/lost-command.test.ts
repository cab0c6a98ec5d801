import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPreview } from "../../../policies";
import { main } from "../../../cli/index";
import { step, urnOf } from "./preview-steps";

test.each(['{"config":{}}', "[]", "null", '{"steps":{}}'])(
    "%s is not a preview and has no findings",
    (text) => {
        expect(() => readPreview(text)).toThrow(
            "the input has no steps. Pass the output of `pulumi preview --json`",
        );
    },
);

test("a failed preview is rejected, because its list of steps may be incomplete", () => {
    const diagnostics = [
        { severity: "warning", message: "warning: data: replacement will delete snapshot snap-1" },
        { severity: "error", message: "error: preview failed" },
    ];
    const failed = JSON.stringify({ steps: [step("data", { after: {} })], diagnostics });
    expect(() => readPreview(failed)).toThrow("the preview failed: error: preview failed");
    const warned = JSON.stringify({ steps: [], diagnostics: diagnostics.slice(0, 1) });
    expect(readPreview(warned)).toEqual({ steps: [] });
});

describe("the command", () => {
    let folder: string;
    let file: string;
    beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), "ebs-lost-"));
        file = join(folder, "preview.json");
        await writeFile(file, JSON.stringify({ steps: [step("data"), step("old", { id: "snap-2" })] }));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const line = (name: string, id: string) =>
        `${urnOf(name)}: ${id} will be deleted: ${name} is no longer declared. ` +
        "To keep it, set `retainOnDelete: true` and run `pulumi up` before removing it.\n";

    test("prints each finding, and fails unless all are allowed by name or URN", async () => {
        const [data, old] = [line("data", "snap-1"), line("old", "snap-2")];
        expect(await main(["lost", file])).toEqual({ text: `lost: ${data}lost: ${old}`, failed: true });
        const one = await main(["lost", file, "--allow", "old"]);
        expect(one).toEqual({ text: `lost: ${data}allowed: ${old}`, failed: true });
        const both = await main(["lost", file, "--allow", "old", "--allow", urnOf("data")]);
        expect(both).toEqual({ text: `allowed: ${data}allowed: ${old}`, failed: false });
    });

    test("exits with status 1 if there are findings, else 0; reads standard input", async () => {
        const cli = join(__dirname, "../../../dist/cli/index.js");
        const run = (preview: object) => {
            const child = promisify(execFile)(process.execPath, [cli, "lost", "-"]);
            child.child.stdin?.end(JSON.stringify(preview));
            return child;
        };
        expect(await run({ steps: [] })).toMatchObject({ stdout: "nothing would be lost\n" });
        await expect(run({ steps: [step("data")] })).rejects.toMatchObject({
            code: 1,
            stdout: `lost: ${line("data", "snap-1")}`,
        });
        await expect(run({})).rejects.toMatchObject({ code: 1, stdout: "" });
    });

    test("prints its findings as JSON", async () => {
        const { text, failed } = await main(["lost", file, "--allow", "old", "--json"]);
        expect(failed).toBe(true);
        expect(JSON.parse(text)).toMatchObject([
            { urn: urnOf("data"), ids: ["snap-1"], allowed: false },
            { urn: urnOf("old"), ids: ["snap-2"], allowed: true },
        ]);
    });

    test("rejects input that is not a preview, and explains the expected input", async () => {
        const page = join(folder, "page.md");
        await writeFile(page, "# no preview");
        await expect(main(["lost", page])).rejects.toThrow(
            "the input is not JSON. Pass the output of `pulumi preview --json`",
        );
    });
});
