/**
 * The one adapter between the provider and the engine that runs it: messages beside a resource.
 * The engine's address is the first argument of the provider process; without one (a unit test) nobody listens.
 *
 * @module
 */
import { createRequire } from "node:module";
import { connect as connectTo } from "node:net";
import type * as Grpc from "@grpc/grpc-js";
import type * as Services from "@pulumi/pulumi/proto/engine_grpc_pb";
import type * as Messages from "@pulumi/pulumi/proto/engine_pb";
import { nameOf } from "./internals";

/** What can be said to the person at the terminal about one resource. */
export interface Voice {
    /** A passing line beside the resource, replaced by the next one. */
    status(urn: string, line: string): void;
    /** A lasting line. */
    info(urn: string, line: string): void;
    /** A lasting line that a reviewer must see; stands in previews too. */
    warn(urn: string, line: string): void;
    /** Ends this process if nobody is there any more to hear what it does. */
    stillHeard(): Promise<void>;
}

export const engineVoice: Voice = {
    status: (urn, line) => {
        say("INFO", urn, line, true);
    },
    info: (urn, line) => {
        say("INFO", urn, named(urn, line), false);
    },
    warn: (urn, line) => {
        say("WARNING", urn, named(urn, line), false);
    },
    stillHeard: async () => {
        if (!(await engineLives())) process.exit(1);
    },
};

/** In a diff the engine does not say whose a line is, and it may stand above another resource. */
function named(urn: string, line: string): string {
    return urn === "" ? line : `${nameOf(urn)}: ${line}`;
}

const address = /^127\.0\.0\.1:\d+$/.test(process.argv[2] ?? "") ? process.argv[2] : undefined;
type Severity = "INFO" | "WARNING";
type Send = (severity: Severity, urn: string, line: string, passing: boolean) => void;
let send: Send | undefined;

/**
 * Whether the engine still lives. When the CLI is killed, this process lives on: it must then make nothing more, since
 * the next run cannot know of it.
 */
function engineLives(): Promise<boolean> {
    if (address === undefined) return Promise.resolve(true);
    const [host, port] = address.split(":");
    return new Promise((resolve) => {
        const socket = connectTo({ host, port: Number(port) });
        socket.once("connect", () => {
            socket.destroy();
            resolve(true);
        });
        socket.once("error", () => {
            resolve(false);
        });
    });
}

/** How often an orphan looks for its engine while it waits. */
const orphanCheck = 5_000;

if (address !== undefined) {
    setInterval(() => {
        void engineVoice.stillHeard();
    }, orphanCheck).unref();
}

function say(...message: Parameters<Send>): void {
    if (address === undefined) return;
    // A message that does not arrive must never fail the work that it tells of.
    try {
        (send ??= connect(address))(...message);
    } catch {
        send = ignore;
    }
}

function connect(to: string): Send {
    // The user's own copy of the SDK, and the very copy of gRPC that it is made of: another one's credentials are refused.
    const beside = createRequire(require.resolve("@pulumi/pulumi/package.json"));
    const grpc = beside("@grpc/grpc-js") as typeof Grpc;
    const services = beside("./proto/engine_grpc_pb.js") as typeof Services;
    const messages = beside("./proto/engine_pb.js") as typeof Messages;
    const client = new services.EngineClient(to, grpc.credentials.createInsecure());
    return (severity, urn, line, passing) => {
        const request = new messages.LogRequest();
        request.setSeverity(messages.LogSeverity[severity]);
        request.setUrn(urn);
        request.setMessage(line);
        request.setEphemeral(passing);
        client.log(request, ignore);
    };
}

function ignore(): void {
    // nothing to be done about it
}
