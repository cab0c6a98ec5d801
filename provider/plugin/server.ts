/**
 * Serves Pulumi's provider protocol on gRPC: it converts messages to plain data and back, and `provider.ts` computes the
 * answers.
 * https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
 *
 * @module
 */
import { type handleUnaryCall, Server, ServerCredentials } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { PluginInfo, type PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { tokenIn } from "../../schema/urn";
import type { Properties } from "../../schema/values";
import type { DetailedDiff, PathDiff } from "./diff";
import { serviceError, toStruct } from "./errors";
import type { ProviderInstance } from "./provider";
import { packageSchema } from "./schema";

export interface Serving {
    /** Creates an instance for each configuration, because a process that is debugged serves one run after the other. */
    createInstance: () => ProviderInstance;
    attach: (engine: string) => void;
}

/** Serves on a free port of the loopback interface, and returns the port. */
export async function serve(serving: Serving): Promise<{ port: number; current: () => ProviderInstance }> {
    let instance = serving.createInstance();
    const current = () => instance;
    const replace = () => (instance = serving.createInstance());
    const server = new Server({ "grpc.max_receive_message_length": maxMessageBytes });
    server.addService(ResourceProviderService, {
        ...processHandlers(serving),
        ...configurationHandlers(current, replace),
        ...resourceHandlers(current),
        invoke: unary(async (request: messages.InvokeRequest) => {
            const response = new messages.InvokeResponse();
            const result = await current().invoke(request.getTok(), plain(request.getArgs()));
            response.setReturn(toStruct(result));
            return response;
        }),
        cancel: unary(() => {
            current().cancel();
            return new Empty();
        }),
    });
    return { port: await listen(server), current };
}

function listen(server: Server): Promise<number> {
    return new Promise((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
            if (error === null) resolve(bound);
            else reject(error);
        });
    });
}

/** Returns the handlers for the process, which has no configuration yet. */
function processHandlers(serving: Serving) {
    return {
        handshake: unary((request: messages.ProviderHandshakeRequest) => {
            if (request.getEngineAddress() !== "") serving.attach(request.getEngineAddress());
            const response = new messages.ProviderHandshakeResponse();
            response.setAcceptSecrets(true);
            return response;
        }),
        attach: unary((request: PluginAttach) => {
            serving.attach(request.getAddress());
            return new Empty();
        }),
        getPluginInfo: unary(() => {
            const response = new PluginInfo();
            response.setVersion(packageSchema().version);
            return response;
        }),
        getSchema: unary(() => {
            const response = new messages.GetSchemaResponse();
            response.setSchema(JSON.stringify(packageSchema()));
            return response;
        }),
    };
}

/** Returns the handlers for the configuration; `replace` replaces the current instance, and returns the new one. */
function configurationHandlers(current: () => ProviderInstance, replace: () => ProviderInstance) {
    return {
        checkConfig: unary((request: messages.CheckRequest) => {
            const news = plain(request.getNews());
            return checkResponse(news, current().checkConfig(news));
        }),
        diffConfig: unary((request: messages.DiffRequest) => {
            const before = plain(request.getOldInputs() ?? request.getOlds());
            const change = { before, after: plain(request.getNews()) };
            const isChanged = current().diffConfig(request.getUrn(), change);
            return diffResponse({ isChanged, replaces: [], changed: [], paths: {} });
        }),
        configure: unary((request: messages.ConfigureRequest) => {
            replace().configure(plain(request.getArgs()));
            const response = new messages.ConfigureResponse();
            response.setAcceptsecrets(true);
            response.setSupportspreview(true);
            return response;
        }),
    };
}

/** Returns the handlers for the resources of the current instance. */
function resourceHandlers(current: () => ProviderInstance) {
    return {
        check: unary(async (request: messages.CheckRequest) => {
            const [olds, news] = [plain(request.getOlds()), plain(request.getNews())];
            const { inputs, failures } = await current().check(callOf(request), { olds, news });
            return checkResponse(inputs, failures);
        }),
        diff: unary(async (request: messages.DiffRequest) => {
            const state = plain(request.getOlds());
            const call = { ...callOf(request), id: request.getId(), state, inputs: plain(request.getNews()) };
            return diffResponse(await current().diff(call, plain(request.getOldInputs())));
        }),
        create: unary(async (request: messages.CreateRequest) => {
            const call = {
                ...callOf(request),
                timeout: request.getTimeout(),
                isPreview: request.getPreview(),
            };
            const { id, properties } = await current().create(call, plain(request.getProperties()));
            const response = new messages.CreateResponse();
            response.setId(id);
            response.setProperties(toStruct(properties));
            return response;
        }),
        read: unary(async (request: messages.ReadRequest) => {
            const call = { ...callOf(request), id: request.getId(), state: plain(request.getProperties()) };
            const found = await current().read(call);
            const response = new messages.ReadResponse();
            if (found === undefined) return response;
            response.setId(found.id);
            response.setProperties(toStruct(found.properties));
            response.setInputs(toStruct(found.inputs));
            return response;
        }),
        update: unary(async (request: messages.UpdateRequest) => {
            const state = plain(request.getOlds());
            const properties = await current().update({
                ...callOf(request),
                id: request.getId(),
                state,
                inputs: plain(request.getNews()),
                timeout: request.getTimeout(),
                isPreview: request.getPreview(),
            });
            const response = new messages.UpdateResponse();
            response.setProperties(toStruct(properties));
            return response;
        }),
        delete: unary(async (request: messages.DeleteRequest) => {
            const state = plain(request.getProperties());
            const timeout = request.getTimeout();
            await current().delete({ ...callOf(request), id: request.getId(), state, timeout });
            return new Empty();
        }),
    };
}

/** The limit is that of the engine. */
const maxMessageBytes = 400 * 1024 * 1024;

function unary<Request, Response>(
    answer: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
    return (call, callback) => {
        const answering = async () => answer(call.request);
        answering().then(
            (response) => {
                callback(null, response);
            },
            (error: unknown) => {
                callback(serviceError(error));
            },
        );
    };
}

function plain(struct: Struct | undefined): Properties {
    return struct?.toJavaScript() ?? {};
}

function callOf(request: { getUrn(): string }) {
    return { urn: request.getUrn(), type: tokenIn(request.getUrn()) };
}

function checkResponse(inputs: Properties, failures: { property: string; reason: string }[]) {
    const response = new messages.CheckResponse();
    response.setInputs(toStruct(inputs));
    response.setFailuresList(
        failures.map(({ property, reason }) => {
            const failure = new messages.CheckFailure();
            failure.setProperty(property);
            failure.setReason(reason);
            return failure;
        }),
    );
    return response;
}

function diffResponse({ isChanged, replaces, isDeletedFirst = false, changed, paths }: DetailedDiff) {
    const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
    const response = new messages.DiffResponse();
    response.setChanges(isChanged ? DIFF_SOME : DIFF_NONE);
    response.setReplacesList(replaces);
    response.setDeletebeforereplace(isDeletedFirst);
    response.setDiffsList(changed);
    response.setHasdetaileddiff(true);
    const map = response.getDetaileddiffMap();
    for (const [path, diff] of Object.entries(paths)) map.set(path, propertyDiff(diff));
    return response;
}

function propertyDiff({ kind, isReplacing, isInput }: PathDiff) {
    const diff = new messages.PropertyDiff();
    diff.setKind(messages.PropertyDiff.Kind[isReplacing ? (`${kind}_REPLACE` as const) : kind]);
    diff.setInputdiff(isInput);
    return diff;
}
