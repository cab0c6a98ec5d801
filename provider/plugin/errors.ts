/**
 * Converts failures to gRPC: a failure that keeps the resource in the state contains its id, state and reason as details.
 *
 * @module
 */
import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Properties } from "../../schema/values";
import { messageOf } from "../lifecycle/failure";
import { withPluginKeys } from "./configuration";

/** Signals a failure after which the engine keeps the resource in the state, and the next run updates it. */
export class InitializationFailure extends Error {
    override readonly name = "InitializationFailure";

    constructor(
        message: string,
        readonly id: string,
        readonly properties: Properties,
    ) {
        super(message);
    }
}

export function serviceError(error: unknown): Partial<ServiceError> {
    const message = withPluginKeys(messageOf(error));
    const metadata = new Metadata();
    if (error instanceof InitializationFailure) {
        const failed = new ErrorResourceInitFailed();
        failed.setId(error.id);
        failed.setProperties(toStruct(error.properties));
        failed.setReasonsList([message]);
        const details = new Any();
        details.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
        const answer = new Status();
        answer.setCode(status.UNKNOWN);
        answer.setMessage(message);
        answer.addDetails(details);
        metadata.set("grpc-status-details-bin", Buffer.from(answer.serializeBinary()));
    }
    return { code: status.UNKNOWN, details: message, metadata };
}

export function toStruct(properties: Properties): Struct {
    return Struct.fromJavaScript(properties as Record<string, JavaScriptValue>);
}
