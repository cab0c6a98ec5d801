import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** Rejects comments that begin with a clause instead of a subject and a verb. */
const commentIsSentence = {
    create: ({ sourceCode, report }) => ({
        Program() {
            const comments = sourceCode.getAllComments();
            for (const [index, comment] of comments.entries()) {
                const previous = comments[index - 1];
                const continues =
                    comment.type === "Line" &&
                    previous?.type === "Line" &&
                    previous.loc.end.line === comment.loc.start.line - 1;
                const text = comment.value.replace(/^[\s*]+/, "");
                if (
                    !continues &&
                    /^(What|Whether|Those|One that|Whoever|Where|How|Which|Nobody)\b/.test(text)
                )
                    report({
                        loc: comment.loc,
                        message: "Write a sentence: a subject, a verb, and the reason.",
                    });
            }
        },
    }),
};

const functions = [
    ...["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression", "TSFunctionType"],
    ...["TSMethodSignature", "TSDeclareFunction", "TSEmptyBodyFunctionExpression"],
].join(", ");
/** Rejects a parameter that is a flag: `stop(true)` does not say what is true. */
const flags = [
    "Identifier.params > TSTypeAnnotation > TSBooleanKeyword",
    "Identifier.params > TSTypeAnnotation > TSUnionType > TSBooleanKeyword",
    "AssignmentPattern.params > Literal[raw=/^(true|false)$/]",
    "AssignmentPattern.params > Identifier.left > TSTypeAnnotation > TSBooleanKeyword",
].map((parameter) => ({
    selector: `:matches(${functions}) > ${parameter}`,
    message: "Name a boolean in an options object, or write two functions.",
}));

export default defineConfig(
    globalIgnores(["dist/", "temp/", ".tools/", "test/.work/", "**/node_modules/", "**/bin/"]),
    { linterOptions: { reportUnusedDisableDirectives: "error" } },
    js.configs.recommended,
    {
        plugins: { house: { rules: { "comment-is-sentence": commentIsSentence } } },
        rules: { "house/comment-is-sentence": "error" },
    },
    tseslint.configs.strictTypeChecked,
    tseslint.configs.stylisticTypeChecked,
    {
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            eqeqeq: "error",
            "no-restricted-syntax": ["error", ...flags],
            "@typescript-eslint/max-params": ["error", { max: 3 }],
            "@typescript-eslint/no-unused-vars": [
                "error",
                { argsIgnorePattern: "^_", ignoreRestSiblings: true },
            ],
            // `typeof import("...")` is how the lazily loaded SDK is typed.
            "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
            "@typescript-eslint/consistent-type-exports": "error",
            "@typescript-eslint/switch-exhaustiveness-check": [
                "error",
                { considerDefaultExhaustiveForUnions: true },
            ],
            // A number reads the same in text as by itself; everything else that strict mode forbids there stays forbidden.
            "@typescript-eslint/restrict-template-expressions": [
                "error",
                {
                    allowNumber: true,
                    allowAny: false,
                    allowBoolean: false,
                    allowNever: false,
                    allowNullish: false,
                    allowRegExp: false,
                },
            ],
            // Brackets mark a key that the type does not know (environment, tags, stored state).
            "@typescript-eslint/dot-notation": ["error", { allowIndexSignaturePropertyAccess: true }],
            // An empty text (an environment variable, a configuration value) often counts as none.
            "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { string: true } }],
            // `() => log(...)` says what it means.
            "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
        },
    },
    {
        // The arguments of a Pulumi resource are fixed; a row of `test.each` is a list; a row of results or of rooms is a list too.
        files: ["sdk/resource.ts", "test/**", "bench/**", ".dependency-cruiser.mjs"],
        rules: { "@typescript-eslint/max-params": "off" },
    },
    {
        // `@pulumi/aws` is loaded by the first component that is made of it; the forwarder's `require` is text.
        files: ["sdk/aws.ts"],
        rules: { "@typescript-eslint/no-require-imports": ["error", { allow: ["^@pulumi/aws/"] }] },
    },
    {
        // `require` loads the AWS SDK in half the time of `import()`.
        files: ["provider/aws/sdk.ts"],
        rules: { "@typescript-eslint/no-require-imports": ["error", { allow: ["^@(aws-sdk|smithy)/"] }] },
    },
    {
        // The schema is read when the CLI asks for it, and bundled with the plugin.
        files: ["provider/plugin/schema.ts"],
        rules: { "@typescript-eslint/no-require-imports": ["error", { allow: ["/schema\\.json$"] }] },
    },
    {
        files: ["test/**"],
        rules: {
            // A missing value fails the test anyway, on that very line.
            "@typescript-eslint/no-non-null-assertion": "off",
            "no-restricted-syntax": [
                "error",
                ...flags,
                ...["object", "object.object"].map((root) => ({
                    selector: `MemberExpression[property.name=/^(only|skip|todo)$/][${root}.name=/^(test|it|describe|suite)$/]`,
                    message: "Run a test or delete it: a skipped test checks nothing.",
                })),
                ...["callee.name", "callee.object.name", "callee.callee.object.name"].flatMap((name) =>
                    ["Literal[value=/^.{120}/]", "TemplateLiteral[quasis.0.value.raw=/^.{120}/]"].map(
                        (title) => ({
                            selector: `CallExpression[${name}=/^(test|it|describe|suite)$/] > ${title}.arguments:first-child`,
                            message:
                                "A title has at most 119 characters: one promise, short enough for a report.",
                        }),
                    ),
                ),
            ],
        },
    },
    {
        // Programs as users write them, without TypeScript.
        files: ["bench/peers/**", "examples/code-review/policy-pack/**"],
        languageOptions: { sourceType: "commonjs", globals: { require: "readonly" } },
        rules: { "@typescript-eslint/no-require-imports": "off" },
    },
    {
        // Plain ESM, outside of every tsconfig.
        files: ["**/*.mjs", "**/*.js"],
        extends: [tseslint.configs.disableTypeChecked],
        languageOptions: {
            globals: Object.fromEntries(
                [
                    ...["process", "console", "URL", "Buffer", "fetch", "AbortSignal", "AbortController"],
                    ...["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
                ].map((name) => [name, "readonly"]),
            ),
        },
    },
);
