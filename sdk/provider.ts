import * as pulumi from "@pulumi/pulumi";
import { providerInputs, type ProviderInputs } from "../schema/provider";
import type { Args } from "./types";

/** Arguments of {@link Provider}. */
export type ProviderArgs = Args<ProviderInputs>;

/**
 * A provider instance of the plugin: another region, account or endpoint. Resources that have it as `provider` in their
 * options, or inherit it, are managed by the plugin.
 *
 * @example
 * ```ts
 * import { Provider, Snapshot } from "pulumi-ebs-snapshots";
 *
 * const provider = new Provider("west", { region: "us-west-2" });
 *
 * new Snapshot("nightly", { volumeId: "vol-0123456789abcdef0" }, { provider });
 * ```
 */
export class Provider extends pulumi.ProviderResource {
    constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
        // The engine passes the arguments of a provider as text; other values are encoded as JSON.
        const props = Object.entries(args).map(([key, value]: [string, unknown]) => {
            const text = (pulumi.output(value) as pulumi.Output<unknown>).apply(asText);
            return [key, isSecret(key) ? pulumi.secret(text) : text];
        });
        super("ebs-snapshots", name, Object.fromEntries(props) as pulumi.Inputs, opts);
    }
}

/** Reports whether the state must contain an argument encrypted, even if the program passes it as plain text. */
function isSecret(key: string): boolean {
    const inputs: Record<string, { secret?: true }> = providerInputs;
    return inputs[key]?.secret === true;
}

function asText(value: unknown): string | undefined {
    return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}
