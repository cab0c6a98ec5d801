// Runs the programs or the dynamic providers of many CLI runs in one process. A new process for each of them needs
// four fifths of a run's processor time to load the same modules. This package's own modules are reloaded for every
// run, as in a new process; other modules stay loaded.

import { AsyncLocalStorage } from "node:async_hooks";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

/* eslint-disable @typescript-eslint/no-dynamic-delete -- Node has no other way to reload a module */

const require = createRequire(import.meta.url);
const grpc = require("@grpc/grpc-js");
const root = resolve(import.meta.dirname, "../..");

/** The built modules of this package and those of the programs. */
const ownFolders = ["dist", "test/.work", "examples", "templates"].map((folder) => join(root, folder));

function forgetOwnModules() {
    for (const file of Object.keys(require.cache))
        if (ownFolders.some((folder) => file.startsWith(folder)) && !file.includes("node_modules"))
            delete require.cache[file];
}

// A later run may have the same port, and must not share a failed connection of an earlier client.
const { createInsecure } = grpc.credentials;
grpc.credentials.createInsecure = () => {
    const own = createInsecure();
    own._equals = (other) => other === own;
    return own;
};

/**
 * Advances the emulator's clock instead of waiting, as in test/provider/door.ts. The timeouts of requests
 * to EC2 are not waits and stay real.
 */
function passTimeInEmulator() {
    const { systemClock } = require(join(root, "dist/provider/aws/clock.js"));
    const { now } = systemClock;
    let ahead = 0;
    systemClock.now = () => now() + ahead;
    systemClock.sleep = async (milliseconds) => {
        ahead += milliseconds;
        const body = JSON.stringify({ advance: milliseconds / 1_000 });
        if (milliseconds > 0)
            await fetch(`${process.env.EC2_EMULATOR}/_emulator/clock`, { method: "POST", body });
    };
}

/** Logs failures after the end of a run, which must not end this process. */
function surviveLateErrors() {
    for (const event of ["uncaughtException", "unhandledRejection"])
        process.on(event, (error) => process.stderr.write(`${String(error?.stack ?? error)}\n`));
}

/** Lists the operations that the engine requested in this run, each with its resource. */
let operations = [];

/** Wraps the methods of the provider's service, so that they record each call. */
function recordCalls(service) {
    for (const method of ["check", "diff", "create", "read", "update", "delete"]) {
        const own = service[method];
        service[method] = function (call, answer) {
            const olds = method === "check" ? call.request.getOlds()?.toJavaScript() : undefined;
            const isNew = method === "check" && Object.keys(olds ?? {}).length === 0;
            operations.push(`${method} ${call.request.getUrn().split("::").at(-1)}${isNew ? " as new" : ""}`);
            return own.call(this, call, answer);
        };
    }
}

/** Each role has `begin()`, which returns the port for the engine, and `end()`. */
const hosts = { program: programHost, provider: providerHost };

/**
 * A program in a separate process has one store of settings. Here each has its own, which the engine's call of a
 * transform would not find, so that secrets in the result would become plain.
 */
function runTransformsWithTheirProgram({ CallbackServer: { prototype } }) {
    const { registerTransform, invoke } = prototype;
    const programs = new WeakMap();
    prototype.registerTransform = function (transform) {
        programs.set(this, AsyncLocalStorage.snapshot());
        return registerTransform.call(this, transform);
    };
    prototype.invoke = function (call, answer) {
        const run = programs.get(this) ?? ((work) => work());
        return run(() => invoke.call(this, call, answer));
    };
}

/** Compiles TypeScript programs as the CLI's host does, but without the type check, which the linter does once for all. */
function compileTypeScript() {
    const { tsnodeRequire, typescriptRequire } = require("@pulumi/pulumi/tsutils").typeScriptRequireStrings();
    const compilerOptions = {
        target: "es2020",
        module: "commonjs",
        moduleResolution: "node",
        esModuleInterop: true,
    };
    require(tsnodeRequire).register({
        compiler: typescriptRequire,
        transpileOnly: true,
        skipProject: true,
        compilerOptions,
    });
}

async function programHost() {
    const { LanguageServer } = require("@pulumi/pulumi/automation/server");
    const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb");
    const { LanguageHandshakeResponse } = require("@pulumi/pulumi/proto/language_pb");

    runTransformsWithTheirProgram(require("@pulumi/pulumi/runtime/callbacks"));
    compileTypeScript();
    let folder = "";
    class Programs extends LanguageServer {
        constructor() {
            super(() => {
                process.chdir(folder);
                const exported = require(folder);
                return typeof exported === "function" ? exported() : exported;
            });
        }
        run(call, answer) {
            folder = call.request.getInfo()?.getProgramDirectory() || call.request.getPwd();
            super.run(call, answer);
        }
        handshake(_call, answer) {
            answer(null, new LanguageHandshakeResponse());
        }
    }
    const server = new grpc.Server();
    server.addService(LanguageRuntimeService, new Programs());
    const port = await new Promise((done, fail) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error ? fail(error) : done(bound),
        );
    });
    return { begin: () => port, end: () => undefined };
}

async function providerHost() {
    const script = require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
    const { Empty } = require("google-protobuf/google/protobuf/empty_pb");
    const servers = [];
    let released = () => undefined;
    // Without a CLI, an orphan would exit with 1; the process that releases the claims exits with 0 when it is done.
    process.exit = (code) => code === 0 && released();
    const addService = grpc.Server.prototype.addService;
    grpc.Server.prototype.addService = function (definition, service) {
        servers.push(this);
        recordCalls(service);
        // An engine that attaches to a running provider passes its address by this call instead of an argument.
        service.attach = (call, answer) => {
            process.argv = [process.argv[0], script, call.request.getAddress()];
            answer(null, new Empty());
        };
        return addService.call(this, definition, service);
    };
    const timers = new Set();
    const setTimer = setInterval;
    globalThis.setInterval = (...parameters) => {
        const timer = setTimer(...parameters);
        timers.add(timer);
        return timer;
    };
    const events = ["SIGINT", "uncaughtException", "unhandledRejection", "exit"];
    return {
        async begin() {
            process.argv = [process.argv[0], script, "127.0.0.1:0"];
            delete require.cache[script];
            passTimeInEmulator();
            const log = console.log;
            try {
                return await new Promise((done) => {
                    console.log = done;
                    require(script);
                });
            } finally {
                console.log = log;
            }
        },
        async end() {
            // The engine ends its providers with this call.
            if (process.listenerCount("SIGINT") > 0)
                await new Promise((done) => {
                    released = done;
                    process.emit("SIGINT");
                });
            for (const server of servers.splice(0)) server.forceShutdown();
            timers.forEach(clearInterval);
            timers.clear();
            for (const event of events) process.removeAllListeners(event);
            surviveLateErrors();
        },
    };
}

const host = await hosts[process.argv[2]]();
let isBusy = false;
surviveLateErrors();

let output = "";
for (const stream of [process.stdout, process.stderr])
    stream.write = (text) => {
        output += text;
        return true;
    };

async function answer(path, run) {
    if (path === "/end") {
        await host.end();
        // The folder of the run is removed after its test.
        process.chdir(root);
        isBusy = false;
        return { output, operations };
    }
    if (isBusy) return {};
    isBusy = true;
    output = "";
    operations = [];
    forgetOwnModules();
    process.env = { ...run.env };
    process.chdir(run.folder);
    return { port: Number(await host.begin()) };
}

const http = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    response.end(JSON.stringify(await answer(request.url, text === "" ? {} : JSON.parse(text))));
});
http.listen(0, "127.0.0.1", () => process.send(http.address().port));
process.once("disconnect", () => process.kill(process.pid));
