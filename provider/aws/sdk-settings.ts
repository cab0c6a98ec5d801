/**
 * Computes the settings with which the clients of the SDK are created: identity, endpoints and HTTP.
 *
 * @module
 */
import type { AwsConfig } from "../../schema/configuration";
import { defined } from "../../schema/values";
import { credentialsFor } from "./credentials";
import { completeConfig, findProfile, type CompleteConfig } from "./environment";
import { httpHandler, type RequestHandler } from "./http";

export type SdkSettings = ReturnType<typeof createSdkSettings>;

export function createSdkSettings(
    identity: AwsConfig,
    { region, requestHandler }: { region: string; requestHandler: RequestHandler | undefined },
) {
    let settled: Promise<CompleteConfig> | undefined;
    return { config, common, ofService };

    /** Reads the configuration with the values of the environment and the profile once. */
    function config(): Promise<CompleteConfig> {
        return (settled ??= findProfile(identity).then((profile) => completeConfig(identity, profile)));
    }

    /** Returns the settings that the clients of all services have. */
    async function common() {
        // Without this, the SDK prints nine lines about its support of Node 20 in every run.
        process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
        const complete = await config();
        const handler = requestHandler ?? (await httpHandler(complete));
        return {
            credentials: await credentialsFor(complete, { region, requestHandler: handler }),
            requestHandler: handler,
            // The SDK repeats every call whose answer is lost; a CreateSnapshot must not be repeated. This package
            // retries instead.
            maxAttempts: 1,
            ...defined({
                retryMode: identity.retryMode,
                useFipsEndpoint: complete.useFipsEndpoint,
                useDualstackEndpoint: complete.useDualstackEndpoint,
            }),
        };
    }

    /** Returns the settings of a service other than EC2, with its region and endpoint. */
    async function ofService(service: keyof AwsConfig["endpoints"]) {
        const { endpoints } = await config();
        const endpoint =
            endpoints[service] ?? (service === "sts" ? undefined : emulatedEndpoint(endpoints.ec2));
        return {
            ...(await common()),
            region: service === "sts" ? (identity.stsRegion ?? region) : region,
            ...defined({ endpoint }),
        };
    }
}

/** An EC2 endpoint that does not belong to AWS is emulated, and no other AWS service knows its resources. */
function emulatedEndpoint(ec2: string | undefined): string | undefined {
    if (ec2 === undefined) return undefined;
    return /\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/.test(new URL(ec2).hostname) ? undefined : ec2;
}
