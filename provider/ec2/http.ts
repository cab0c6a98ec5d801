/**
 * HTTP with the proxies and the trust that the configuration asks for.
 *
 * @module
 */
import type { EC2ClientConfig } from "@aws-sdk/client-ec2";
import { readFile } from "node:fs/promises";
import { Agent } from "node:https";
import { ConfigError, type AwsConfig } from "./config";

export type RequestHandler = NonNullable<EC2ClientConfig["requestHandler"]>;

export async function httpHandler(aws: AwsConfig): Promise<RequestHandler> {
    const { NodeHttpHandler } = await import("@smithy/node-http-handler");
    const trust = {
        keepAlive: true,
        ...(aws.customCaBundle === undefined ? {} : { ca: await bundle(aws.customCaBundle) }),
        ...(aws.insecure ? { rejectUnauthorized: false } : {}),
    };
    // An answer that is not there by then is lost; without the flag the SDK only warns.
    const timeouts = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true };
    const proxied = aws.httpProxy !== undefined || aws.httpsProxy !== undefined;
    if (!proxied && !environmentNamesProxy()) {
        return new NodeHttpHandler({ ...timeouts, httpsAgent: new Agent(trust) });
    }
    const { ProxyAgent } = await import("proxy-agent");
    const agent = new ProxyAgent({
        ...trust,
        ...(proxied ? { getProxyForUrl: (url) => proxyFor(aws, url) } : {}),
    });
    return new NodeHttpHandler({ ...timeouts, httpAgent: agent, httpsAgent: agent });
}

async function bundle(file: string): Promise<Buffer> {
    try {
        return await readFile(file);
    } catch (error) {
        throw new ConfigError("aws:customCaBundle", `${file} cannot be read: ${(error as Error).message}`);
    }
}

function environmentNamesProxy(): boolean {
    return ["http_proxy", "https_proxy", "all_proxy"].some(
        (name) => (process.env[name] || process.env[name.toUpperCase()] || "") !== "",
    );
}

/** The proxy for a URL, or "" for none. `httpProxy` serves HTTPS too unless `httpsProxy` is given. */
export function proxyFor(aws: Pick<AwsConfig, "httpProxy" | "httpsProxy" | "noProxy">, url: string): string {
    const { protocol, hostname } = new URL(url);
    const direct = (aws.noProxy ?? "").split(",").some((entry) => {
        const name = entry.trim().replace(/^\*?\.?/, "");
        return entry.trim() === "*" || (name !== "" && (hostname === name || hostname.endsWith(`.${name}`)));
    });
    if (direct) return "";
    return (protocol === "https:" ? aws.httpsProxy : undefined) ?? aws.httpProxy ?? "";
}
