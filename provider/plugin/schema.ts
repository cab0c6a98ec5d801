/**
 * Reads the package's schema, which declares every resource and function for every language.
 *
 * @module
 */
interface PackageSchema {
    name: string;
    version: string;
}

/** Returns the schema, which scripts/schema.mts generates from the interfaces and their comments. */
export function packageSchema(): PackageSchema {
    return require("pulumi-ebs-snapshots/schema.json") as PackageSchema;
}
