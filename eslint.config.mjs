import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

// sdk/ and provider/ are two processes, the user's program and the engine's provider process; only plain data crosses.
const BOUNDARY = {
    awsInSdk: {
        regex: "^(@aws-sdk|@smithy)(/|$)",
        message:
            "sdk/ runs in the user's program and holds no EC2 logic: the SDK would cost each program 190 ms and 116 MB, and a client caught by the serializer breaks it. Put it into provider/.",
    },
    providerInSdk: {
        regex: "^(\\.\\./)+provider(?!/(duration|rules|recovery/wanted)$)(/|$)|^pulumi-ebs-snapshots/provider$",
        allowTypeImports: true,
        message:
            "sdk/ runs in the user's program, provider/ in the engine's provider process: only types may be imported from there, and what is plain data on both sides (duration, rules, recovery/wanted). What is to run there goes through the forwarder.",
    },
    pulumiInProvider: {
        regex: "^@pulumi(/|$)",
        message:
            "provider/ knows no Pulumi: it would take 560 ms to load and tie stored state to one version of it. Only provider/engine.ts, which sends progress to the engine, may.",
    },
    sdkInProvider: {
        regex: "^(\\.\\./)+sdk(/|$)|^pulumi-ebs-snapshots$",
        message:
            "provider/ runs in the engine's provider process, where the program's classes are not: what both need lives in provider/, and sdk/ imports its type.",
    },
};

/** The same for `import()` and `require()`, which the import rule does not see. */
const called = ({ regex, message }) => {
    const pattern = `/${regex.replaceAll("/", "\\u002F")}/`;
    return [
        { selector: `ImportExpression[source.value=${pattern}]`, message },
        { selector: `CallExpression[callee.name='require'][arguments.0.value=${pattern}]`, message },
    ];
};

const forbid = ({ imported, loaded = imported }) => ({
    "@typescript-eslint/no-restricted-imports": ["error", { patterns: imported }],
    "no-restricted-syntax": ["error", ...loaded.flatMap(called)],
});

export default defineConfig(
    globalIgnores(["dist/", "temp/", ".tools/", "test/.work/", "**/node_modules/", "**/bin/"]),
    { linterOptions: { reportUnusedDisableDirectives: "error" } },
    js.configs.recommended,
    tseslint.configs.strictTypeChecked,
    tseslint.configs.stylisticTypeChecked,
    {
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            eqeqeq: "error",
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
        files: ["sdk/**"],
        rules: forbid({ imported: [BOUNDARY.awsInSdk, BOUNDARY.providerInSdk] }),
    },
    {
        // For people and scripts: these ask EC2 from within the program, through provider/, loaded when they are called.
        // The forwarder's `require` of the door is what the engine's process runs.
        files: ["sdk/list-snapshots.ts", "sdk/shareable-accounts.ts", "sdk/settle.ts", "sdk/forward.ts"],
        rules: {
            ...forbid({ imported: [BOUNDARY.awsInSdk, BOUNDARY.providerInSdk], loaded: [BOUNDARY.awsInSdk] }),
            "@typescript-eslint/no-require-imports": [
                "error",
                { allow: ["^pulumi-ebs-snapshots/provider$", "^(\\.\\./)+provider(/|$)"] },
            ],
        },
    },
    {
        // Loaded by who has a component that is made of it.
        files: ["sdk/aws.ts"],
        rules: { "@typescript-eslint/no-require-imports": ["error", { allow: ["^@pulumi/aws/"] }] },
    },
    {
        files: ["provider/**"],
        rules: forbid({ imported: [BOUNDARY.pulumiInProvider, BOUNDARY.sdkInProvider] }),
    },
    {
        files: ["provider/engine.ts"],
        rules: forbid({ imported: [BOUNDARY.sdkInProvider] }),
    },
    {
        files: ["test/**"],
        rules: {
            // What is missing there fails the test anyway, on that very line.
            "@typescript-eslint/no-non-null-assertion": "off",
            "no-restricted-syntax": [
                "error",
                ...["object", "object.object"].map((root) => ({
                    selector: `MemberExpression[property.name=/^(only|skip|todo)$/][${root}.name=/^(test|it|describe|suite)$/]`,
                    message: "A test runs or is deleted: a skipped one promises what nobody checks.",
                })),
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
