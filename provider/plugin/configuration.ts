/**
 * The configuration of a provider instance: the `aws` provider's names and our own, all under `ebs-snapshots:`. Values
 * arrive as they are or as JSON, in a structure or as text.
 *
 * @module
 */
import { isMap, type Properties } from "../../schema/values";
import type { ReadKey } from "../../schema/configuration-values";

/** Keys that a provider instance takes from the stack where its own arguments do not give them. */
const stackKeys = ["accounts", "allowPublicSharing", "organization", "tagKeys"];

/** Reads keys such as `aws:region` and `ebs-snapshots:accounts` from the arguments of a provider instance. */
export function configurationReader(args: Properties, stack: Properties): ReadKey {
    return (key) => {
        const [, name = ""] = key.split(":");
        const value = args[name] ?? (stackKeys.includes(name) ? stack[name] : undefined);
        if (value === undefined || value === null) return undefined;
        // `pulumi config` stores objects such as `aws:defaultTags` as JSON.
        return typeof value === "string" ? value : JSON.stringify(asAwsKeeps(name, value));
    };
}

/** The stack's own keys, which the CLI hands to its children: an explicit provider instance is not given them. */
export function stackConfiguration(environment: NodeJS.ProcessEnv): Properties {
    const text = environment["PULUMI_CONFIG"];
    if (text === undefined || text === "") return {};
    const entries = Object.entries(JSON.parse(text) as Properties);
    return Object.fromEntries(
        entries.flatMap(([key, value]) => {
            const [space, ...rest] = key.split(":");
            return space === "ebs-snapshots" ? [[rest.at(-1) ?? "", value]] : [];
        }),
    );
}

/** The `aws` provider takes one object for `endpoints` where its configuration is a list of them. */
function asAwsKeeps(name: string, value: unknown): unknown {
    return name === "endpoints" && isMap(value) ? [value] : value;
}
