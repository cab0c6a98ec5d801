/**
 * The part of `@pulumi/aws` that a sharing policy is made of: loaded with the first one, so that programs without one
 * need not have it.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";

export function loadIam() {
    try {
        return require("@pulumi/aws/iam") as typeof import("@pulumi/aws/iam");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
        throw new pulumi.RunError(
            "SnapshotSharingPolicy is made of resources of @pulumi/aws, which is not installed: npm install @pulumi/aws",
        );
    }
}
