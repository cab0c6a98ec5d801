/**
 * Loads the packages of the AWS SDK when they are first needed. For `import()` of a CommonJS package, Node first reads
 * its source text for the format and the names of the exports, which takes as long as loading it; `require` does not.
 * scripts/dist.mjs makes `import()` of each, so that a bundle has them in separate files.
 *
 * @module
 */
export const loadSdk = {
    core: () => load(require("@aws-sdk/core/client") as typeof import("@aws-sdk/core/client")),
    credentials: () =>
        load(require("@aws-sdk/credential-providers") as typeof import("@aws-sdk/credential-providers")),
    dlm: () => load(require("@aws-sdk/client-dlm") as typeof import("@aws-sdk/client-dlm")),
    ebs: () => load(require("@aws-sdk/client-ebs") as typeof import("@aws-sdk/client-ebs")),
    ec2: () => load(require("@aws-sdk/client-ec2") as typeof import("@aws-sdk/client-ec2")),
    http: () => load(require("@smithy/node-http-handler") as typeof import("@smithy/node-http-handler")),
    kms: () => load(require("@aws-sdk/client-kms") as typeof import("@aws-sdk/client-kms")),
    organizations: () =>
        load(require("@aws-sdk/client-organizations") as typeof import("@aws-sdk/client-organizations")),
    sharedFiles: () =>
        load(require("@smithy/shared-ini-file-loader") as typeof import("@smithy/shared-ini-file-loader")),
    sts: () => load(require("@aws-sdk/client-sts") as typeof import("@aws-sdk/client-sts")),
};

/** Returns a promise of a package, because a bundle loads it asynchronously. */
function load<Sdk>(sdk: Sdk | Promise<Sdk>): Promise<Sdk> {
    return Promise.resolve(sdk);
}
