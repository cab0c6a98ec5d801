/**
 * The package's schema: every resource and function for every language.
 *
 * @module
 */
interface PackageSchema {
    name: string;
    version: string;
}

/** Made from the interfaces and their comments; see scripts/schema.mts. */
export function packageSchema(): PackageSchema {
    return require("pulumi-ebs-snapshots/schema.json") as PackageSchema;
}
