/**
 * Notes which arguments of a resource are secret, because the dynamic-provider host passes secrets as plain text.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import { isInternal } from "../schema/property";
import { withoutSecretMarks } from "../schema/secret-mark";
import { digestOf } from "../schema/seen-inputs";
import { equal } from "../schema/values";
import { isConfigSecret } from "./door";

/** Returns the properties that tell the provider which of the arguments are secret. */
export function secretProps(args: pulumi.Inputs, ignoreChanges: string[] | undefined): pulumi.Inputs {
    return { ...secretsAmong(args), ...digestsAmong(args, ignoreChanges) };
}

/**
 * Returns the keys of the secret arguments; nothing if none can be secret, so that it takes no time and no space in the
 * state.
 */
function secretsAmong(args: pulumi.Inputs): { __secrets?: Promise<string[] | undefined> } {
    // Default tags become tags of the resource.
    const always = isConfigSecret("aws:defaultTags") ? ["tags"] : [];
    // Outputs, promises and their containers are objects; plain values are not secret.
    const candidates = Object.keys(args).filter(
        (key) => !isInternal(key) && typeof args[key] === "object" && args[key] !== null,
    );
    if (candidates.length + always.length === 0) return {};
    const asked = candidates.map(async (key) =>
        (await pulumi.isSecret(pulumi.output(args[key]))) ? [key] : [],
    );
    const found = Promise.all(asked).then((keys) => [...new Set([...keys.flat(), ...always])]);
    return { __secrets: found.then((secrets) => (secrets.length === 0 ? undefined : secrets)) };
}

/** Returns digests of the arguments, which a transform of the engine may still change; see schema/seen-inputs.ts. */
function digestsAmong(args: pulumi.Inputs, ignoreChanges: string[] = []): pulumi.Inputs {
    const keys = Object.keys(args).filter((key) => !isInternal(key) && args[key] !== undefined);
    const isIgnored = (key: string) =>
        ignoreChanges.some((path) => path === "*" || path.split(/[.[]/)[0] === key);
    const ignored = keys.filter(isIgnored);
    return {
        __seen: digestsOf(keys.map((key) => [key, args[key]])),
        ...(ignored.length === 0 ? {} : { __ignoreChanges: ignored }),
    };
}

function digestsOf(args: [string, unknown][]): pulumi.Input<pulumi.Inputs> {
    const [nested, plain] = [true, false].map((is) =>
        args.filter(([, value]) => (typeof value === "object") === is),
    ) as [typeof args, typeof args];
    const digests = Object.fromEntries(plain.map(([key, value]) => [key, digestOf(value)]));
    if (nested.length === 0) return digests;
    const serialized = pulumi.runtime.serializeProperties("arguments", Object.fromEntries(nested));
    return serialized.then((wire) => ({ ...digests, ...mapValues(wire, digestOfWire) }));
}

/** Returns a digest; that of a secret is a secret, so that the value cannot be guessed from it. */
function digestOfWire(value: unknown): pulumi.Input<string> {
    const plain = withoutSecretMarks(value);
    const digest = digestOf(plain);
    return equal(plain, value) ? digest : pulumi.secret(digest);
}

function mapValues<Value>(map: Record<string, unknown>, change: (value: unknown) => Value) {
    return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
