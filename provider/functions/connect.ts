/**
 * Connects the functions that programs and scripts call to AWS.
 *
 * @module
 */
import type { Configuration } from "../../schema/configuration";
import type { Credentials } from "../../schema/credentials";
import type { ReadKey } from "../../schema/configuration-values";
import type { Ec2 } from "../aws/ec2";
import { configuredRegion, missingRegion, requireRegion } from "../aws/region";
import { Deployment } from "../lifecycle/deployment";

/** The region and the identity that a function uses. */
export interface CallOptions {
    /** AWS region, such as `us-east-1`. Default: `aws:region` of a program, else the environment's or the profile's. */
    region?: string;
    /** A profile, or roles assumed one after another. Default: the configured identity. */
    credentials?: Credentials;
}

/** AWS in one region with one identity. */
export interface Connection {
    ec2: Ec2;
    configuration: Configuration;
}

/** The context of a call, besides its arguments. */
export interface CallContext {
    /** Cancels the call. */
    signal?: AbortSignal;
    /** Names the arguments whose values no message may show. */
    secrets?: string[];
}

export async function connect(read: ReadKey, { region, credentials }: CallOptions): Promise<Connection> {
    const deployment = new Deployment();
    deployment.configure(read);
    const { configuration } = deployment;
    const resolvedRegion = region ?? (await configuredRegion(configuration.aws, credentials));
    if (resolvedRegion === undefined) throw missingRegion();
    await requireRegion(resolvedRegion, configuration.aws, region === undefined ? "aws:region" : "region");
    return { ec2: deployment.ec2(resolvedRegion, credentials), configuration };
}
