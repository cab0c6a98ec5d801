/**
 * Reads the configuration of a provider instance, whose names are those of the `aws` provider and of this package, all
 * under `ebs-snapshots:`. Values arrive as they are or as JSON, in a structure or as text.
 *
 * @module
 */
import { readAwsKeys } from "../../schema/configuration-keys";
import { isMap, type Properties } from "../../schema/values";
import type { ReadKey } from "../../schema/configuration-values";

/** A provider instance takes these keys from the stack if its own arguments do not contain them. */
const stackKeys = ["accounts", "allowPublicSharing", "organization", "tagKeys"];

/** Reads keys such as `aws:region` and `ebs-snapshots:accounts` from the arguments of a provider instance. */
export function configurationReader(args: Properties, stack: Properties): ReadKey {
    return (key) => {
        const [, name = ""] = key.split(":");
        const value = args[name] ?? (stackKeys.includes(name) ? stack[name] : undefined);
        if (value === undefined || value === null) return undefined;
        // `pulumi config` stores objects such as `aws:defaultTags` as JSON.
        return typeof value === "string" ? value : JSON.stringify(listEndpoints(name, value));
    };
}

/** Returns the stack's own keys, which the CLI passes to its child processes, but not to explicit provider instances. */
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

/**
 * Returns a message in which keys such as `aws:region` have the names under which users of the plugin set them. Programs
 * with `ebs-snapshots:plugin` pass on the stack's own `aws:` keys.
 */
export function withPluginKeys(message: string, environment: NodeJS.ProcessEnv = process.env): string {
    const isPassedOn = () => String(stackConfiguration(environment)["plugin"]) === "true";
    // A tag of a user is not a key: it follows a dot or a quotation mark.
    return message.replace(/(?<![\w."])aws:(\w+)/g, (key, name: string) =>
        readAwsKeys.includes(name) && !isPassedOn() ? `ebs-snapshots:${name}` : key,
    );
}

/** Returns a list for `endpoints`, because the `aws` provider also accepts one object instead of its list. */
function listEndpoints(name: string, value: unknown): unknown {
    return name === "endpoints" && isMap(value) ? [value] : value;
}
