/**
 * Loads the modules of `@pulumi/aws` for components. The first component loads them, so that programs without components
 * need not install the package.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";

export function loadIam(component: string) {
    return load(component, () => require("@pulumi/aws/iam") as typeof import("@pulumi/aws/iam"));
}

/** Loads single modules, which takes 60 ms; the whole package takes 400 ms. */
export function loadAws(component: string) {
    return load(component, () => ({
        cloudwatch: require("@pulumi/aws/cloudwatch") as typeof import("@pulumi/aws/cloudwatch"),
        iam: require("@pulumi/aws/iam") as typeof import("@pulumi/aws/iam"),
        lambda: require("@pulumi/aws/lambda") as typeof import("@pulumi/aws/lambda"),
        sqs: require("@pulumi/aws/sqs") as typeof import("@pulumi/aws/sqs"),
        ...(require("@pulumi/aws/getCallerIdentity") as typeof import("@pulumi/aws/getCallerIdentity")),
        ...(require("@pulumi/aws/getPartition") as typeof import("@pulumi/aws/getPartition")),
        ...(require("@pulumi/aws/getRegion") as typeof import("@pulumi/aws/getRegion")),
    }));
}

export type Aws = ReturnType<typeof loadAws>;

function load<Parts>(component: string, parts: () => Parts): Parts {
    try {
        return parts();
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
        throw new pulumi.RunError(
            `${component} requires @pulumi/aws, which is not installed. Run npm install @pulumi/aws`,
        );
    }
}
