/**
 * Detects answers that do not come from EC2: an empty body, or the page of a proxy. The SDK parses both as an empty
 * answer, so that a snapshot would count as deleted and a deletion as done.
 *
 * @module
 */
import type { EC2Client } from "@aws-sdk/client-ec2";
import { foreignAnswer } from "./errors";

/** The first element of a body begins within this many characters. */
const headLength = 1_000;

/** Fails a call whose answer has a status of success but does not begin with the element of its action. */
export function rejectForeignAnswers(ec2: EC2Client): void {
    ec2.middlewareStack.add(
        (next, { commandName = "" }) =>
            async (args) => {
                const result = await next(args);
                const response = result.response as { statusCode: number; body: unknown };
                // The SDK distinguishes an error of EC2 from a page by its code.
                if (response.statusCode >= 300) return result;
                const body = await bytesOf(ec2, response.body);
                response.body = body;
                const action = commandName.replace(/Command$/, "");
                const head = Buffer.from(body.subarray(0, headLength)).toString();
                if (!head.includes(`<${action}Response`)) throw foreignAnswer(action);
                return result;
            },
        { step: "deserialize", priority: "low", name: "rejectForeignAnswers" },
    );
}

async function bytesOf(ec2: EC2Client, body: unknown): Promise<Uint8Array> {
    return body instanceof Uint8Array ? body : ec2.config.streamCollector(body);
}
