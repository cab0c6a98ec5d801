// The rooms and the directions of imports between them: one rule a folder, and no circle, type-only ones included.

const below = (name, from, allowed, comment) => ({
    name,
    comment,
    severity: "error",
    from: { path: `^${from}/` },
    to: {
        path: "^(schema|provider|recovery|sdk|policies|cli)/",
        pathNot: `^(${[from, ...allowed].join("|")})/`,
    },
});
const domains = ["provider/snapshot", "provider/volume", "provider/share", "provider/dlm"];

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
    forbidden: [
        { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
        below("schema", "schema", [], "schema/ is plain data and pure functions, read by every process."),
        below("aws", "provider/aws", ["schema"], "provider/aws/ asks AWS and knows no resource."),
        below(
            "lifecycle",
            "provider/lifecycle",
            ["schema", "provider/aws"],
            "provider/lifecycle/ serves every resource and knows none.",
        ),
        ...domains.map((domain) =>
            below(
                domain.slice("provider/".length),
                domain,
                ["schema", "provider/aws", "provider/lifecycle", ...domains],
                "A domain stands on the lifecycle and knows no wire format.",
            ),
        ),
        below(
            "functions",
            "provider/functions",
            ["schema", "provider/aws", "provider/lifecycle", ...domains],
            "provider/functions/ runs in the process of a program or a script.",
        ),
        below(
            "wire",
            "provider/wire",
            ["schema", "provider/lifecycle"],
            "provider/wire/ has the keys of states, which both doors read and write.",
        ),
        below(
            "resources",
            "provider/resources",
            ["schema", "provider/lifecycle", ...domains],
            "provider/resources/ lists what the doors serve and knows no door.",
        ),
        below(
            "dynamic",
            "provider/dynamic",
            [
                "schema",
                "provider/aws",
                "provider/lifecycle",
                "provider/wire",
                "provider/resources",
                ...domains,
            ],
            "provider/dynamic/ is the door of the dynamic-provider host.",
        ),
        below(
            "plugin",
            "provider/plugin",
            [
                "schema",
                "provider/aws",
                "provider/lifecycle",
                "provider/wire",
                "provider/functions",
                "provider/resources",
                ...domains,
            ],
            "provider/plugin/ is the door of Pulumi's provider protocol.",
        ),
        below("recovery", "recovery", ["schema", "provider/aws"], "recovery/ runs in AWS Lambda."),
        below(
            "sdk",
            "sdk",
            ["schema", "provider/functions"],
            "sdk/ runs in the user's program; what asks AWS there is loaded from provider/functions/ when it is called.",
        ),
        below("policies", "policies", ["schema"], "policies/ evaluates declarations, with the schema alone."),
        below(
            "cli",
            "cli",
            ["schema", "sdk", "policies", "provider/functions"],
            "cli/ stands on the public packages.",
        ),
        {
            name: "functions-loaded-when-called",
            comment:
                "The AWS SDK costs each program 190 ms and 116 MB, so that only `import()` may reach it from sdk/.",
            severity: "error",
            from: { path: "^(sdk|cli|policies)/" },
            to: { path: "^provider/", dependencyTypesNot: ["dynamic-import", "type-only"] },
        },
        {
            name: "no-aws-sdk-in-programs",
            comment: "Only the provider process and the Lambda function load the AWS SDK.",
            severity: "error",
            from: { path: "^(schema|sdk|policies|cli)/" },
            to: { path: "(^|/)(@aws-sdk|@smithy)/" },
        },
        {
            name: "aws-sdk-by-require",
            comment:
                "`require` loads the AWS SDK in half the time of `import()`; provider/aws/sdk.ts says why.",
            severity: "error",
            from: { path: "^provider/" },
            to: { path: "(^|/)(@aws-sdk|@smithy)/", dependencyTypes: ["dynamic-import"] },
        },
        {
            name: "no-pulumi-in-provider",
            comment:
                "@pulumi/pulumi takes 560 ms to load and would tie stored state to one version; the engine's log finds it at run time.",
            severity: "error",
            from: {
                path: "^(schema|provider|recovery)/",
                pathNot: "^provider/(lifecycle/engine-log|plugin/)",
            },
            to: { path: "(^|/)@pulumi/" },
        },
        {
            name: "only-stubs-in-plugin",
            comment:
                "The plugin speaks the protocol itself: of @pulumi/pulumi it loads the generated stubs alone.",
            severity: "error",
            from: { path: "^provider/plugin/" },
            to: { path: "(^|/)@pulumi/", pathNot: "@pulumi/pulumi/proto/" },
        },
    ],
    options: {
        tsPreCompilationDeps: true,
        tsConfig: { fileName: "tsconfig.json" },
        doNotFollow: { path: "node_modules" },
        exclude: { path: "^(dist|temp)/" },
        detectJSDocImports: false,
    },
};
