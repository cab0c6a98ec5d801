/**
 * Where and as whom the functions for programs and scripts ask.
 *
 * @module
 */
import { ConfigError, type Credentials, type ReadKey } from "./ec2/config";
import { configuredRegion } from "./ec2/region";
import { Run } from "./run";

/** Where and as whom the functions ask. */
export interface Where {
    /** AWS region, such as `us-east-1`. Default: `aws:region` of a program, else the environment's or the profile's. */
    region?: string;
    /** A profile, or roles assumed one after another. Default: the configured identity. */
    credentials?: Credentials;
}

export async function open(read: ReadKey, { region, credentials }: Where) {
    const run = new Run();
    run.configure(read);
    const { configuration } = run;
    const profile = credentials !== undefined && "profile" in credentials ? credentials.profile : undefined;
    const where = region ?? (await configuredRegion(configuration.aws, profile));
    if (where === undefined) throw new ConfigError("aws:region", "is required: set it, or give `region`");
    return { cloud: run.cloud(where, credentials), configuration };
}
