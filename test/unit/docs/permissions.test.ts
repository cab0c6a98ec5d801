/**
 * Tests that the policies which the pages print can be pasted into IAM.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = resolve(__dirname, "../../..");
const pages = ts.sys.readDirectory(root, [".md"], ["**/node_modules"], ["README.md", "docs", "examples"]);

interface Statement {
    Action: string | string[];
}

test("every policy that a page prints has an action in each statement", () => {
    const policies = pages.flatMap((page) =>
        [...readFileSync(page, "utf8").matchAll(/^```json\n(.*?)^```$/gms)]
            .map(([, text = ""]) => JSON.parse(text) as { Statement?: Statement | Statement[] })
            .map(({ Statement: statement = [] }) => ({
                page: relative(root, page),
                statements: [statement].flat(),
            }))
            .filter(({ statements }) => statements.length > 0),
    );
    expect(policies.length).toBeGreaterThan(3);
    const wrong = policies.filter(({ statements }) =>
        statements.some(({ Action }) => [Action].flat().length === 0),
    );
    expect(wrong.map(({ page }) => page)).toEqual([]);
});
