/**
 * Sends messages about resources to the engine; this is the only adapter between the provider and the engine that runs
 * it. Without the engine's address among the arguments of the process (in a unit test), no message is sent.
 *
 * @module
 */
import { createRequire } from "node:module";
import { connect as connectTo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type * as Grpc from "@grpc/grpc-js";
import type * as Services from "@pulumi/pulumi/proto/engine_grpc_pb";
import type * as Messages from "@pulumi/pulumi/proto/engine_pb";
import { nameOf } from "../../schema/urn";

/** Sends messages about one resource to the terminal. */
export interface EngineLog {
    /** Shows a temporary line at the resource, which the next one replaces. */
    status(urn: string, line: string): void;
    /** Shows a permanent line. */
    info(urn: string, line: string): void;
    /** Shows a permanent line that a reviewer must see; it also appears in previews. */
    warn(urn: string, line: string): void;
    /** Waits until the engine has received all messages: it would show a later one beside a finished operation. */
    delivered(): Promise<void>;
    /** Ends this process if the engine no longer runs. */
    exitIfOrphaned(): Promise<void>;
}

export const engineLog: EngineLog = {
    status: (urn, line) => {
        sendSafely("INFO", { urn, line, isEphemeral: true });
    },
    info: (urn, line) => sendOnce("INFO", urn, line),
    warn: (urn, line) => sendOnce("WARNING", urn, line),
    delivered: async () => {
        if (undelivered.size === 0) return;
        await Promise.race([Promise.all(undelivered), wait(lastMessagesMs, undefined, { ref: false })]);
    },
    exitIfOrphaned: async () => {
        if (!(await isEngineAlive())) process.exit(1);
    },
};

/** During a diff the engine does not show the resource of a line, and may print it above another resource. */
function withName(urn: string, line: string): string {
    return urn === "" ? line : `${nameOf(urn)}: ${line}`;
}

/** The address is the last matching argument: with `--logflow -v=3` or `--tracing` the CLI puts flags before it. */
let address = process.argv.slice(2).findLast((argument) => /^127\.0\.0\.1:\d+$/.test(argument));

/** Returns the address of the engine that runs this process, if there is one. */
export function engineAddress(): string | undefined {
    return address;
}

type Severity = "INFO" | "WARNING";
/** Sends one message; the promise ends when the engine has received it, or cannot be reached. */
export type Send = (
    severity: Severity,
    message: { urn: string; line: string; isEphemeral: boolean },
) => Promise<void>;
let send: Send | undefined;
let connectToEngine: (to: string) => Send = connect;

/** Connects to this engine from now on, because a plugin in a debugger serves several engines one after another. */
export function attachTo(engine: string | undefined, connecting: (to: string) => Send): void {
    connectToEngine = connecting;
    if (engine === undefined) return;
    address = engine;
    send = undefined;
    sentLines.clear();
}

/**
 * Reports whether the engine still runs. When the CLI is killed, this process continues: it must create nothing more,
 * since the next run does not know of it.
 */
function isEngineAlive(): Promise<boolean> {
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

/** An orphan checks for its engine at this interval while it waits. */
const orphanCheckMs = 5_000;

if (address !== undefined) {
    setInterval(() => {
        void engineLog.exitIfOrphaned();
    }, orphanCheckMs).unref();
}

/**
 * Runs work when the engine releases this process. At the end of every run, also of a failed one, the engine writes the
 * state and then sends SIGINT (CLI 3.172 and newer), with 5 seconds of grace.
 */
export function whenReleased(work: () => Promise<void>): void {
    process.once("SIGINT", () => {
        void work()
            .finally(() => engineLog.delivered())
            .finally(() => process.exit(0));
    });
}

/** Contains the messages that are being sent to the engine. */
const undelivered = new Set<Promise<void>>();
/** An operation waits this long for its last messages, because an engine that does not answer must not stop it. */
const lastMessagesMs = 1_000;

const sentLines = new Set<string>();

/** Sends each line once: a replacement is checked twice, with the same messages. */
function sendOnce(severity: Severity, urn: string, line: string): void {
    const key = `${urn} ${line}`;
    if (sentLines.has(key)) return;
    sentLines.add(key);
    sendSafely(severity, { urn, line: withName(urn, line), isEphemeral: false });
}

function sendSafely(...message: Parameters<Send>): void {
    if (address === undefined) return;
    // A message that does not arrive must never fail the work that it reports.
    try {
        const sending = (send ??= connectToEngine(address))(...message);
        undelivered.add(sending);
        void sending.finally(() => undelivered.delete(sending));
    } catch {
        send = ignore;
    }
}

function connect(to: string): Send {
    // This loads the copy of gRPC that the user's SDK depends on, because it rejects credentials of another copy.
    const requireFromSdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));
    const grpc = requireFromSdk("@grpc/grpc-js") as typeof Grpc;
    const services = requireFromSdk("./proto/engine_grpc_pb.js") as typeof Services;
    const messages = requireFromSdk("./proto/engine_pb.js") as typeof Messages;
    const client = new services.EngineClient(to, grpc.credentials.createInsecure());
    return sendThrough(client, messages);
}

/** Returns the function that sends messages through a client of the engine. */
export function sendThrough(
    client: Pick<Services.EngineClient, "log">,
    { LogRequest, LogSeverity }: Pick<typeof Messages, "LogRequest" | "LogSeverity">,
): Send {
    return (severity, { urn, line, isEphemeral }) => {
        const request = new LogRequest();
        request.setSeverity(LogSeverity[severity]);
        request.setUrn(urn);
        request.setMessage(line);
        request.setEphemeral(isEphemeral);
        return new Promise((resolve) => {
            client.log(request, () => {
                resolve();
            });
        });
    };
}

/** No remedy exists for a message that cannot be sent. */
function ignore(): Promise<void> {
    return Promise.resolve();
}
