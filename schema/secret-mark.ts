/**
 * Marks secrets as Pulumi's engine and its SDKs do.
 * https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go
 *
 * @module
 */
import { isMap, type Properties } from "./values";

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

export function markSecret(value: unknown): Properties {
    return { [signatureKey]: secretSignature, value };
}

export function isMarkedSecret(value: unknown): value is { value?: unknown } {
    return isMap(value) && value[signatureKey] === secretSignature;
}

/** Returns plain data without the marks at any depth. */
export function withoutSecretMarks(value: unknown): unknown {
    if (isMarkedSecret(value)) return withoutSecretMarks(value.value);
    if (Array.isArray(value)) return value.map(withoutSecretMarks);
    if (!isMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutSecretMarks(one)]));
}
