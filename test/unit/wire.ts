import type { RequestHandler } from "../../provider/aws/http";

/** Describes a request in the query protocol of EC2 and STS. */
export interface WireRequest {
    action: string;
    params: Record<string, string>;
    host: string;
    headers: Record<string, string>;
}

export interface WireAnswer {
    status?: number;
    headers?: Record<string, string>;
    body: string;
}

/** Returns a response, or throws a socket error. */
export type Answering = (request: WireRequest, count: number) => WireAnswer;

/** Replaces HTTP only, and keeps every request. */
export class Wire {
    readonly requests: WireRequest[] = [];
    readonly requestHandler: RequestHandler;

    constructor(answer: Answering) {
        const handle = ({ body, hostname, port, headers }: Sent) => {
            // KMS uses JSON, and has its action in a header.
            const params = Object.fromEntries(new URLSearchParams(typeof body === "string" ? body : ""));
            const action = params["Action"] ?? headers["x-amz-target"]?.split(".").pop() ?? "";
            const host = port === undefined ? hostname : `${hostname}:${String(port)}`;
            const request = { action, params, host, headers };
            this.requests.push(request);
            const {
                status = 200,
                headers: sent = {},
                body: text,
            } = answer(request, this.count(request.action));
            return {
                response: { statusCode: status, headers: sent, body: new TextEncoder().encode(text) },
            };
        };
        this.requestHandler = {
            handle: async (sent: Sent) => Promise.resolve(handle(sent)),
        };
    }

    count(action: string): number {
        return this.requests.filter((request) => request.action === action).length;
    }
}

interface Sent {
    body: string | Uint8Array;
    hostname: string;
    port?: number;
    headers: Record<string, string>;
}

/** Creates a response of EC2 with these elements. */
export function answer(action: string, inner = ""): WireAnswer {
    return {
        body:
            '<?xml version="1.0" encoding="UTF-8"?>' +
            `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r-1</requestId>${inner}</${action}Response>`,
    };
}

/** Creates an error of EC2. */
export function refusal(code: string, message: string, status = 400): WireAnswer {
    return {
        status,
        body:
            '<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error>' +
            `<Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>r-1</RequestID></Response>`,
    };
}

/** Creates a response of STS, whose elements are in a result element. */
export function stsAnswer(action: string, inner: string): WireAnswer {
    return {
        body:
            `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${inner}` +
            `</${action}Result><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></${action}Response>`,
    };
}

/** Creates an error of STS. */
export function stsRefusal(code: string, message: string, status = 403): WireAnswer {
    return {
        status,
        body:
            `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code>` +
            `<Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
    };
}

/** Creates an error as a socket throws it. */
export function socketError(code: string, message = `connect ${code} 192.0.2.1:443`): Error {
    return Object.assign(new Error(message), { code, errno: -1, syscall: "connect" });
}
