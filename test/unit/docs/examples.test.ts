/**
 * Tests that every example in the pages and doc comments compiles as a separate program, and each class and function
 * that the package exports has an example.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import ts from "typescript";
import { beforeAll, expect, test } from "vitest";

const root = resolve(__dirname, "../../..");
const entries = {
    "pulumi-ebs-snapshots": "sdk/index.ts",
    "pulumi-ebs-snapshots/policies": "policies/index.ts",
};

/** Contains files in memory, each named after the file and line of its block. */
const blocks = new Map<string, string>();
let program: ts.Program;

beforeAll(() => {
    for (const file of files(".md", "README.md", "docs", "examples", "templates"))
        note(file, /^```ts\n(.*?)^```$/gms, (block) => block);
    for (const file of files(".ts", "sdk", "provider", "policies"))
        note(file, /^ *\* ```ts\n(.*?)^ *\* ```$/gms, (block) => block.replace(/^ *\* ?/gm, ""));
    const { config } = ts.readConfigFile(resolve(root, "tsconfig.json"), (file) => ts.sys.readFile(file)) as {
        config: { compilerOptions: object };
    };
    const paths = Object.fromEntries(
        Object.entries(entries).map(([name, file]) => [name, [resolve(root, file)]]),
    );
    // The options of Pulumi's template, which requires only `strict`.
    const users = { ...config.compilerOptions, noUncheckedIndexedAccess: false, paths };
    const { options } = ts.convertCompilerOptionsFromJson(users, root);
    const host = ts.createCompilerHost(options);
    host.fileExists = (file) => blocks.has(file) || ts.sys.fileExists(file);
    host.readFile = (file) => blocks.get(file) ?? ts.sys.readFile(file);
    const known = Object.values(entries).map((file) => resolve(root, file));
    program = ts.createProgram([...blocks.keys(), ...known], options, host);
}, 120_000);

test("every example in the pages and doc comments compiles", () => {
    expect(blocks.size).toBeGreaterThan(20);
    const wrong = [...blocks.keys()].flatMap((file) => {
        const source = program.getSourceFile(file);
        return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    });
    const messages = wrong.map(({ file, start = 0, messageText }) => {
        const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line;
        const text = ts.flattenDiagnosticMessageText(messageText, "\n");
        return `${relative(root, file?.fileName ?? "")} + ${String(line)}: ${text}`;
    });
    expect(messages).toEqual([]);
}, 120_000);

test("every class and function that the package exports has an example", () => {
    const checker = program.getTypeChecker();
    const without = Object.values(entries).flatMap((entry) => {
        const source = program.getSourceFile(resolve(root, entry));
        const symbol = source && checker.getSymbolAtLocation(source);
        if (symbol === undefined) throw new Error(`${entry} exports nothing`);
        return checker
            .getExportsOfModule(symbol)
            .map((name) => (name.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(name) : name))
            .filter(isUsed)
            .filter((used) => !used.getJsDocTags(checker).some(({ name }) => name === "example"))
            .map(({ name }) => name);
    });
    expect(without).toEqual([]);
});

function files(ending: string, ...places: string[]): string[] {
    return ts.sys.readDirectory(root, [ending], ["**/node_modules"], places);
}

function note(file: string, pattern: RegExp, plain: (block: string) => string): void {
    const text = readFileSync(file, "utf8");
    for (const { index, 1: block = "" } of text.matchAll(pattern)) {
        const line = text.slice(0, index).split("\n").length;
        // Without an import it would share its names with the others.
        blocks.set(`${file}:${String(line)}.ts`, `${plain(block)}\nexport {};\n`);
    }
}

/** Reports whether an export is a function, or a class that programs instantiate. */
function isUsed({ flags, declarations = [] }: ts.Symbol): boolean {
    if (flags & ts.SymbolFlags.Function) return true;
    const found = declarations.find(ts.isClassDeclaration);
    return (
        found !== undefined && !found.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword)
    );
}
