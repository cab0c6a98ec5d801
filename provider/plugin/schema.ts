/**
 * The package's schema: every resource and function for every language.
 *
 * @module
 */
import { readFileSync } from "node:fs";

interface PackageSchema {
    name: string;
    version: string;
}

let schema: PackageSchema | undefined;

/** Made from the interfaces and their comments; see scripts/schema.mts. */
export function packageSchema(): PackageSchema {
    const file = require.resolve("pulumi-ebs-snapshots/schema.json");
    return (schema ??= JSON.parse(readFileSync(file, "utf8")) as PackageSchema);
}
