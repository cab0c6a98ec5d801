/**
 * Creates the HTTP handler with the proxies and the trusted certificates of the configuration.
 *
 * @module
 */
import type { EC2ClientConfig } from "@aws-sdk/client-ec2";
import type { NodeHttpHandler } from "@smithy/node-http-handler";
import type { HttpsProxyAgent as TunnelAgent } from "https-proxy-agent" with { "resolution-mode": "import" };
import { readFile } from "node:fs/promises";
import { Agent, type AgentOptions } from "node:https";
import { ConfigError } from "../../schema/configuration-values";
import { expandPath, type CompleteConfig } from "./environment";
import { proxyFor, proxySettings, type Proxy } from "./proxy";
import { loadSdk } from "./sdk";

export type RequestHandler = NonNullable<EC2ClientConfig["requestHandler"]>;

export async function httpHandler(aws: CompleteConfig): Promise<RequestHandler> {
    const { NodeHttpHandler } = await loadSdk.http();
    const trust = {
        keepAlive: true,
        ...(aws.customCaBundle === undefined ? {} : { ca: await bundle(aws, aws.customCaBundle) }),
        ...(aws.insecure ? { rejectUnauthorized: false } : {}),
    };
    // An answer that does not arrive within this time counts as lost; without the flag the SDK only warns.
    const timeouts = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true };
    const direct = new NodeHttpHandler({ ...timeouts, httpsAgent: new Agent(trust) });
    const proxies = proxySettings(aws);
    if (proxies.http === undefined && proxies.https === undefined) return direct;
    const { http, https } = proxies;
    const proxied = new NodeHttpHandler({
        ...timeouts,
        ...(http === undefined ? {} : { httpAgent: await forwarder(http) }),
        ...(https === undefined ? {} : { httpsAgent: await tunnel(https, trust) }),
    });
    return {
        handle(request: Request, options?: object) {
            const { protocol, hostname, port } = request;
            const host = hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
            const url = new URL(`${protocol}//${host}${port === undefined ? "" : `:${String(port)}`}`);
            return (proxyFor(proxies, url) === undefined ? direct : proxied).handle(request, options);
        },
        destroy() {
            direct.destroy();
            proxied.destroy();
        },
    };
}

type Request = Parameters<InstanceType<typeof NodeHttpHandler>["handle"]>[0];

async function bundle({ caBundleKey = "aws:customCaBundle" }: CompleteConfig, path: string): Promise<Buffer> {
    const file = expandPath(path);
    try {
        return await readFile(file);
    } catch (error) {
        throw new ConfigError(caBundleKey, `${file} cannot be read: ${(error as Error).message}`);
    }
}

async function forwarder({ url }: Proxy) {
    const { HttpProxyAgent } = await import("http-proxy-agent");
    return new HttpProxyAgent(url, { keepAlive: true });
}

/**
 * Opens a tunnel with CONNECT. It checks the answer, because the SDK parses a proxy's rejection as an answer of EC2.
 */
async function tunnel({ url, key }: Proxy, trust: AgentOptions) {
    const { HttpsProxyAgent } = await import("https-proxy-agent");
    class Tunnel extends HttpsProxyAgent<string> {
        override async connect(...[request, options]: Parameters<TunnelAgent<string>["connect"]>) {
            let answer: ConnectAnswer = { statusCode: 200 };
            request.once("proxyConnect", (received: ConnectAnswer) => {
                answer = received;
            });
            // Options of the agent apply to the proxy itself, those of a request to the host behind it.
            const socket = await super.connect(request, { ...options, ...trust } as typeof options);
            if (answer.statusCode === 200) return socket;
            socket.destroy();
            throw proxyError({ url, key }, answer, `${String(options.host)}:${String(options.port)}`);
        }
    }
    return new Tunnel(url, trust);
}

interface ConnectAnswer {
    statusCode: number;
    statusText?: string;
}

/**
 * Describes a rejection by the proxy. A retry helps if the proxy does not reach the host, but not if the proxy forbids
 * the host or requires a password.
 */
function proxyError(
    { url, key }: Proxy,
    { statusCode, statusText = "" }: ConnectAnswer,
    host: string,
): Error {
    const status = `${String(statusCode)} ${statusText}`.trim();
    const reason = `the proxy ${new URL(url).host} refused to connect to ${host}: ${status}`;
    if (statusCode >= 500) return Object.assign(new Error(`${reason} (${key})`), { code: "ECONNREFUSED" });
    const remedy =
        statusCode === 407 ? "Specify user and password in its URL" : "Have the proxy allow that host";
    return new ConfigError(key, `${reason}. ${remedy}, or exclude the host with aws:noProxy or NO_PROXY.`);
}
