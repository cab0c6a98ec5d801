import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { Agent } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { connect } from "../../../provider/aws/client";
import { readConfiguration } from "../../../schema/configuration";
import { httpHandler } from "../../../provider/aws/http";
import { proxyFor, proxySettings } from "../../../provider/aws/proxy";
import { systemClock } from "../../../provider/aws/clock";
import { baseConfig } from "../host";
import { answer } from "../wire";

const proxyVariables = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"];

beforeEach(() => {
    for (const name of proxyVariables.flatMap((name) => [name, name.toUpperCase()])) vi.stubEnv(name, "");
});

afterEach(() => vi.unstubAllEnvs());

const read = (config: Record<string, string>) => readConfiguration((key) => config[key]).aws;

describe("the proxy", () => {
    const https = "https://ec2.us-east-1.amazonaws.com/";
    const http = "http://emulator.internal:4566/";
    const proxy = (
        config: Parameters<typeof proxySettings>[0],
        url: string,
        env: Record<string, string> = {},
    ) => proxyFor(proxySettings(config, env), new URL(url))?.url;

    test("httpProxy applies to both protocols, unless httpsProxy or HTTPS_PROXY is set", () => {
        expect(proxy({ httpProxy: "http://p" }, https)).toBe("http://p");
        expect(proxy({ httpProxy: "http://p" }, http)).toBe("http://p");
        const both = { httpProxy: "http://p", httpsProxy: "http://s" };
        expect(proxy(both, https)).toBe("http://s");
        expect(proxy(both, http)).toBe("http://p");
        expect(proxy({ httpsProxy: "http://s" }, http)).toBeUndefined();
        expect(proxy({ httpProxy: "http://p" }, https, { HTTPS_PROXY: "http://e" })).toBe("http://e");
    });

    test("is read from the environment in either letter case; an empty configuration key disables it", () => {
        const env = { https_proxy: "http://e", HTTP_PROXY: "proxy:3128" };
        expect(proxy({}, https, env)).toBe("http://e");
        expect(proxy({}, http, env)).toBe("http://proxy:3128");
        expect(proxy({ httpsProxy: "" }, https, env)).toBeUndefined();
        expect(proxy({ httpProxy: "http://p", httpsProxy: "" }, https, env)).toBeUndefined();
    });

    test("rejects a URL that is not an HTTP proxy without showing it", () => {
        expect(() => proxySettings({ httpsProxy: "socks5://user:secret@p" }, {})).toThrow(
            /^configuration aws:httpsProxy: must be the URL of a proxy that begins with http:\/\/ or https:\/\/$/,
        );
    });

    test.each([
        ["amazonaws.com", true],
        [".amazonaws.com", true],
        ["*.amazonaws.com", true],
        ["ec2.us-east-1.amazonaws.com", true],
        ["EC2.us-east-1.amazonaws.com:443", true],
        ["amazonaws.com:8443", false],
        [".ec2.us-east-1.amazonaws.com", false],
        [" localhost , amazonaws.com ", true],
        ["*", true],
        ["aws.com", false],
        ["localhost", false],
        ["", false],
        [",", false],
    ])("noProxy %j", (noProxy, direct) => {
        expect(proxy({ httpProxy: "http://p", noProxy }, https)).toBe(direct ? undefined : "http://p");
        expect(proxy({ httpProxy: "http://p" }, https, { NO_PROXY: noProxy })).toBe(
            direct ? undefined : "http://p",
        );
    });

    test.each([
        ["http://10.1.2.3/", "10.0.0.0/8", true],
        ["http://10.1.2.3/", "10.2.0.0/16", false],
        ["http://10.1.2.3/", "10.1.2.3", true],
        ["http://10.1.2.3:81/", "10.1.2.3:81", true],
        ["http://10.1.2.3/", "10.1.2.3:81", false],
        ["http://[fd00:ec2::254]/", "fd00::/8", true],
        ["http://[fd00:ec2::254]/", "fd00:ec2::254", true],
        ["http://[fd00:ec2::254]:81/", "[fd00:ec2::254]:81", true],
        ["http://10.1.2.3/", "10.0.0.0/99", false],
        ["http://ec2.internal/", "10.0.0.0/8", false],
    ])("%s with noProxy %j", (url, noProxy, direct) => {
        expect(proxy({ httpProxy: "http://p", noProxy }, url)).toBe(direct ? undefined : "http://p");
    });

    test.each(["http://localhost:4566/", "http://127.0.0.2/", "http://[::1]:4566/"])(
        "is never used for %s",
        (url) => {
            expect(proxy({ httpProxy: "http://p" }, url)).toBeUndefined();
        },
    );
});

describe("calls through a proxy", () => {
    let proxy: Server;
    let address: string;
    const requests: string[] = [];

    beforeAll(async () => {
        proxy = createServer((request, response) => {
            requests.push(request.url ?? "");
            response.end(answer("DescribeSnapshots", "<snapshotSet/>").body);
        });
        proxy.on("connect", (request, socket) => {
            requests.push(`CONNECT ${request.url ?? ""}`);
            socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n<html>no</html>");
        });
        await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
        address = `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`;
    });

    afterAll(() => {
        proxy.closeAllConnections();
        proxy.close();
    });

    const ask = async (config: Record<string, string>) => {
        requests.length = 0;
        const aws = read({ ...baseConfig, "aws:maxRetries": "0", ...config });
        const api = connect(aws, { region: "us-east-1", credentials: undefined }, { clock: systemClock });
        await api.send("DescribeSnapshots", {});
        return [...requests];
    };

    test("the configured proxy connects to a host that only it can resolve", async () => {
        const endpoints = '[{"ec2":"http://ec2.invalid"}]';
        expect(await ask({ "aws:endpoints": endpoints, "aws:httpProxy": address })).toEqual([
            "http://ec2.invalid/",
        ]);
    });

    test("the environment's proxy is used if none is configured", async () => {
        vi.stubEnv("HTTP_PROXY", address);
        expect(await ask({ "aws:endpoints": '[{"ec2":"http://ec2.invalid"}]' })).toEqual([
            "http://ec2.invalid/",
        ]);
    });

    test("the error names a proxy that rejects a tunnel; its response is not treated as EC2's", async () => {
        const config = { "aws:endpoints": '[{"ec2":"https://ec2.invalid"}]', "aws:httpsProxy": address };
        await expect(ask(config)).rejects.toThrow(
            `configuration aws:httpsProxy: the proxy ${new URL(address).host} refused to connect to ec2.invalid:443: ` +
                "407 Proxy Authentication Required. Specify user and password in its URL, or exclude the host with " +
                "aws:noProxy or NO_PROXY.",
        );
        expect(requests).toEqual(["CONNECT ec2.invalid:443"]);
    });

    test("a host of NO_PROXY is called directly", async () => {
        const endpoints = JSON.stringify([{ ec2: address }]);
        const direct = { "aws:httpProxy": "http://proxy.invalid", "aws:noProxy": "127.0.0.1" };
        expect(await ask({ "aws:endpoints": endpoints, ...direct })).toEqual(["/"]);
    });
});

describe("trusted certificates", () => {
    /** Returns the TLS options; the SDK's handler resolves them lazily. */
    async function agentOf(config: Record<string, string>): Promise<Agent> {
        const handler = (await httpHandler(read(config))) as unknown as {
            configProvider: Promise<{ httpsAgent: Agent }>;
        };
        return (await handler.configProvider).httpsAgent;
    }

    test("are Node's defaults unless configured", async () => {
        const { options } = await agentOf({});
        expect(options).not.toHaveProperty("ca");
        expect(options).not.toHaveProperty("rejectUnauthorized");
    });

    test("aws:insecure trusts every certificate", async () => {
        expect((await agentOf({ "aws:insecure": "true" })).options).toMatchObject({
            rejectUnauthorized: false,
        });
        expect((await agentOf({ "aws:insecure": "false" })).options).not.toHaveProperty("rejectUnauthorized");
    });

    test("aws:customCaBundle is read from its file; without the file it is an error", async () => {
        const folder = await mkdtemp(join(tmpdir(), "ebs-http-"));
        const file = join(folder, "ca.pem");
        await writeFile(file, "certificates");
        const config = { "aws:customCaBundle": file };
        expect(String((await agentOf(config)).options.ca)).toBe("certificates");
        await rm(folder, { recursive: true });
        await expect(httpHandler(read(config))).rejects.toThrow(
            `configuration aws:customCaBundle: ${file} cannot be read`,
        );
    });
});
