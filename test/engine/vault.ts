/**
 * Keeps the keys of the stacks' secrets, with the protocol of a key service that the CLI supports (Vault's transit
 * engine): a key as ciphertext is the key itself, since these secrets protect nothing.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

const prefix = "vault:v1:";

async function answer(request: IncomingMessage): Promise<object> {
    let text = "";
    for await (const part of request) text += String(part);
    const { plaintext, ciphertext } = JSON.parse(text) as { plaintext?: string; ciphertext?: string };
    if (ciphertext === undefined) return { ciphertext: `${prefix}${plaintext ?? ""}` };
    return { plaintext: ciphertext.slice(prefix.length) };
}

/** Starts the service; `stop` ends it. */
export async function startVault(): Promise<{ address: string; stop: () => void }> {
    const server = createServer((request, response) => {
        void answer(request).then((data) => {
            response.setHeader("Content-Type", "application/json");
            response.end(JSON.stringify({ data }));
        });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    return {
        address: `http://127.0.0.1:${String(port)}`,
        stop: () => {
            server.closeAllConnections();
            server.close();
        },
    };
}
