/**
 * Selects the proxy of a request by the rules of the `aws` provider (Go's `httpproxy`).
 * https://pkg.go.dev/golang.org/x/net/http/httpproxy
 *
 * @module
 */
import { BlockList, isIP } from "node:net";
import type { AwsConfig } from "../../schema/configuration";
import { ConfigError } from "../../schema/configuration-values";
import type { Environment } from "./environment";

export interface Proxy {
    url: string;
    /** Names the key of the configuration or the variable that contains the proxy. */
    key: string;
}

export interface ProxySettings {
    http?: Proxy;
    https?: Proxy;
    noProxy: string;
}

type Given = Pick<AwsConfig, "httpProxy" | "httpsProxy" | "noProxy">;

/**
 * Reads the proxies. The configuration overrides the environment even if it is empty, which disables a proxy.
 * `aws:httpProxy` also applies to HTTPS if no setting names a proxy for it.
 */
export function proxySettings(
    { httpProxy, httpsProxy, noProxy }: Given,
    env: Environment = process.env,
): ProxySettings {
    const variable = (name: string): [string, string | undefined] => {
        const key = [name, name.toLowerCase()].find((one) => env[one]) ?? name;
        return [key, env[key] || undefined];
    };
    const firstDefined = (...candidates: [string, string | undefined][]) => {
        const [key, url] = candidates.find(([, value]) => value !== undefined) ?? ["", ""];
        return url === undefined || url === "" ? undefined : { url: validUrl(url, key), key };
    };
    const configured: [string, string | undefined] = ["aws:httpProxy", httpProxy];
    const http = firstDefined(configured, variable("HTTP_PROXY"));
    const https = firstDefined(["aws:httpsProxy", httpsProxy], variable("HTTPS_PROXY"), configured);
    return {
        ...(http === undefined ? {} : { http }),
        ...(https === undefined ? {} : { https }),
        noProxy: noProxy ?? variable("NO_PROXY")[1] ?? "",
    };
}

function validUrl(text: string, key: string): string {
    const url = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
    // The message omits the value, because it may contain a password.
    if (!/^https?:/i.test(url) || !URL.canParse(url))
        throw new ConfigError(key, "must be the URL of a proxy that begins with http:// or https://");
    return url;
}

/** Returns the proxy of a request, or `undefined` for none. Requests to loopback addresses never use a proxy. */
export function proxyFor({ http, https, noProxy }: ProxySettings, url: URL): Proxy | undefined {
    const proxy = url.protocol === "https:" ? https : http;
    return proxy === undefined || isDirect(url, noProxy) ? undefined : proxy;
}

function isDirect({ hostname, port, protocol }: URL, noProxy: string): boolean {
    const host = hostname.toLowerCase().replace(/^\[|\]$/g, "");
    if (host === "localhost" || isIn(host, "127.0.0.0/8") || isIn(host, "::1/128")) return true;
    const hostPort = port || (protocol === "https:" ? "443" : "80");
    const entries = noProxy.toLowerCase().split(/[\s,]+/);
    return entries.some((entry) => entry !== "" && matches(entry, { host, hostPort }));
}

/**
 * Matches `*`, a network such as `10.0.0.0/8`, an address, `name` with its subdomains, or `.name` for subdomains only;
 * each may specify a port.
 */
function matches(entry: string, { host, hostPort }: { host: string; hostPort: string }): boolean {
    if (entry === "*") return true;
    if (entry.includes("/")) return isIn(host, entry);
    const [, bracketed, name = "", port] = /^(?:\[(.+)\]|([^:]+|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? [];
    if (port !== undefined && port !== hostPort) return false;
    const entryHost = bracketed ?? name;
    if (isIP(entryHost) !== 0) return isIn(host, `${entryHost}/${isIP(entryHost) === 6 ? "128" : "32"}`);
    const domain = entryHost.replace(/^\*?\./, "");
    return (domain === entryHost && host === domain) || host.endsWith(`.${domain}`);
}

function isIn(host: string, network: string): boolean {
    const [address = "", prefix = ""] = network.split("/");
    const [version, hostVersion] = [isIP(address), isIP(host)];
    const bits = Number(prefix);
    if (version === 0 || version !== hostVersion || !/^\d+$/.test(prefix)) return false;
    if (bits > (version === 6 ? 128 : 32)) return false;
    const family = version === 6 ? "ipv6" : "ipv4";
    const list = new BlockList();
    list.addSubnet(address, bits, family);
    return list.check(host, family);
}
