import { DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { Agent } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { connect } from "../../provider/ec2/client";
import { readConfiguration } from "../../provider/ec2/config";
import { httpHandler, proxyFor } from "../../provider/ec2/http";
import { systemClock } from "../../provider/clock";
import { baseConfig } from "./host";
import { answer } from "./wire";

const proxyVariables = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"];

beforeEach(() => {
    for (const name of proxyVariables.flatMap((name) => [name, name.toUpperCase()])) vi.stubEnv(name, "");
});

afterEach(() => vi.unstubAllEnvs());

const read = (config: Record<string, string>) => readConfiguration((key) => config[key]).aws;

describe("which proxy", () => {
    const https = "https://ec2.us-east-1.amazonaws.com/";
    const http = "http://localhost:4566/";

    test("httpProxy serves both protocols, unless httpsProxy is given", () => {
        expect(proxyFor({ httpProxy: "http://p" }, https)).toBe("http://p");
        expect(proxyFor({ httpProxy: "http://p" }, http)).toBe("http://p");
        const both = { httpProxy: "http://p", httpsProxy: "http://s" };
        expect(proxyFor(both, https)).toBe("http://s");
        expect(proxyFor(both, http)).toBe("http://p");
        expect(proxyFor({ httpsProxy: "http://s" }, http)).toBe("");
    });

    test.each([
        ["amazonaws.com", true],
        [".amazonaws.com", true],
        ["*.amazonaws.com", true],
        ["ec2.us-east-1.amazonaws.com", true],
        [" localhost , amazonaws.com ", true],
        ["*", true],
        ["aws.com", false],
        ["localhost", false],
        ["", false],
        [",", false],
    ])("noProxy %j", (noProxy, direct) => {
        expect(proxyFor({ httpProxy: "http://p", noProxy }, https)).toBe(direct ? "" : "http://p");
    });
});

describe("a proxy in between", () => {
    let proxy: Server;
    let address: string;
    const asked: string[] = [];

    beforeAll(async () => {
        proxy = createServer((request, response) => {
            asked.push(request.url ?? "");
            response.end(answer("DescribeSnapshots", "<snapshotSet/>").body);
        });
        await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
        address = `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`;
    });

    afterAll(() => {
        proxy.closeAllConnections();
        proxy.close();
    });

    const ask = async (config: Record<string, string>) => {
        asked.length = 0;
        const aws = read({ ...baseConfig, "aws:maxRetries": "0", ...config });
        const api = connect(aws, "us-east-1", undefined, { clock: systemClock });
        await api.call("DescribeSnapshots", (ec2) => ec2.send(new DescribeSnapshotsCommand({})));
        return [...asked];
    };

    test("the configured one is asked for a host that nobody else knows", async () => {
        const endpoints = '[{"ec2":"http://ec2.invalid"}]';
        expect(await ask({ "aws:endpoints": endpoints, "aws:httpProxy": address })).toEqual([
            "http://ec2.invalid/",
        ]);
    });

    test("the environment's is asked where none is configured", async () => {
        vi.stubEnv("HTTP_PROXY", address);
        expect(await ask({ "aws:endpoints": '[{"ec2":"http://ec2.invalid"}]' })).toEqual([
            "http://ec2.invalid/",
        ]);
    });

    test("a host that needs none is asked by itself", async () => {
        const endpoints = JSON.stringify([{ ec2: address }]);
        const direct = { "aws:httpProxy": "http://proxy.invalid", "aws:noProxy": "127.0.0.1" };
        expect(await ask({ "aws:endpoints": endpoints, ...direct })).toEqual(["/"]);
    });
});

describe("trust", () => {
    /** What TLS is made with; the SDK's handler resolves it lazily. */
    async function agentOf(config: Record<string, string>): Promise<Agent> {
        const handler = (await httpHandler(read(config))) as unknown as {
            configProvider: Promise<{ httpsAgent: Agent }>;
        };
        return (await handler.configProvider).httpsAgent;
    }

    test("is Node's own unless something is configured", async () => {
        const { options } = await agentOf({});
        expect(options).not.toHaveProperty("ca");
        expect(options).not.toHaveProperty("rejectUnauthorized");
    });

    test("aws:insecure trusts everybody", async () => {
        expect((await agentOf({ "aws:insecure": "true" })).options).toMatchObject({
            rejectUnauthorized: false,
        });
        expect((await agentOf({ "aws:insecure": "false" })).options).not.toHaveProperty("rejectUnauthorized");
    });

    test("aws:customCaBundle is read from its file, through a proxy too; without the file it is an error", async () => {
        const folder = await mkdtemp(join(tmpdir(), "ebs-http-"));
        const file = join(folder, "ca.pem");
        await writeFile(file, "certificates");
        const config = { "aws:customCaBundle": file };
        for (const more of [{}, { "aws:httpsProxy": "http://proxy.invalid" }]) {
            const { options } = await agentOf({ ...config, ...more });
            expect(String(options.ca)).toBe("certificates");
        }
        await rm(folder, { recursive: true });
        await expect(httpHandler(read(config))).rejects.toThrow(
            `configuration aws:customCaBundle: ${file} cannot be read`,
        );
    });
});
