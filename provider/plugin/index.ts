#!/usr/bin/env node
/**
 * The launcher `pulumi-resource-ebs-snapshots`: the engine starts it, and reads the port from the standard output.
 *
 * @module
 */
import { credentials, makeGenericClientConstructor } from "@grpc/grpc-js";
import { EngineService, type IEngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/engine_pb";
import { attachTo, sendThrough, whenReleased, type Send } from "../lifecycle/engine-log";
import { stackConfiguration } from "./configuration";
import { ProviderInstance } from "./provider";
import { packageSchema } from "./schema";
import { serve } from "./server";

const EngineClient = makeGenericClientConstructor(EngineService, "Engine");

function connect(engine: string): Send {
    const client = new EngineClient(engine, credentials.createInsecure()) as unknown as IEngineClient;
    return sendThrough(client, messages);
}

/** Returns the answer to a person who types the name of the launcher; the engine passes its own address. */
function answerTo(argument: string | undefined): string | undefined {
    const { version } = packageSchema();
    if (argument === "--version") return version;
    if (argument !== "--help" && argument !== "-h") return undefined;
    return (
        `The plugin ebs-snapshots ${version} of Pulumi. The Pulumi CLI starts it, and reads the port that it prints.\n` +
        "The command line of the package is another program: npx ebs-snapshots --help"
    );
}

async function main(): Promise<void> {
    const answer = answerTo(process.argv[2]);
    if (answer !== undefined) {
        process.stdout.write(`${answer}\n`);
        return;
    }
    attachTo(undefined, connect);
    const { port, current } = await serve({
        createInstance: () => new ProviderInstance(stackConfiguration(process.env)),
        attach: (engine) => attachTo(engine, connect),
    });
    whenReleased(() => current().end());
    process.stdout.write(`${String(port)}\n`);
}

void main();
