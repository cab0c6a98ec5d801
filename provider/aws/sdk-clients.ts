/**
 * Opens the clients of the SDK when they are first needed, and again when credentials were renewed.
 *
 * @module
 */
import { defined } from "../../schema/values";
import { serviceOf, type Action, type Client, type Service } from "./actions";
import { classify } from "./errors";
import { rejectForeignAnswers } from "./foreign-answers";
import { loadSdk } from "./sdk";
import type { SdkSettings } from "./sdk-settings";

export interface SdkClients {
    /** Calls once, and a second time if a corrected clock or renewed credentials can help. */
    withRenewal<Answer>(action: Action, call: (client: Client) => Promise<Answer>): Promise<Answer>;
}

export function createSdkClients(
    settings: SdkSettings,
    /** `beforeOpen` runs before a client is opened, that is, before any call. */
    { region, beforeOpen }: { region: string; beforeOpen: () => Promise<void> },
): SdkClients {
    const clients: Record<Service, Promise<Client> | undefined> = {
        ec2: undefined,
        ebs: undefined,
        dlm: undefined,
    };
    return { withRenewal };

    async function withRenewal<Answer>(
        action: Action,
        call: (client: Client) => Promise<Answer>,
    ): Promise<Answer> {
        const service = serviceOf(action);
        const used = (clients[service] ??= openClient(service));
        try {
            return await call(await used);
        } catch (thrown) {
            const { kind } = classify(thrown, action);
            const isSignatureRejected = kind === "expired" || kind === "forbidden";
            // The SDK reads this machine's clock skew from the rejection, and corrects it in the next call.
            if (isSignatureRejected && isClockCorrected(thrown)) return call(await used);
            // A new client finds credentials that were renewed outside of this process; there is one such attempt.
            if (kind !== "expired") throw thrown;
            if (clients[service] === used) clients[service] = openClient(service);
            return call(await clients[service]);
        }
    }

    /** Discards a client that fails to open: the next call may find the credentials. */
    function openClient(service: Service): Promise<Client> {
        const opening = { ec2: openEc2, ebs: openEbs, dlm: openDlm }[service];
        return opening().catch((error: unknown) => {
            clients[service] = undefined;
            throw error;
        });
    }

    async function openEc2(): Promise<Client> {
        const [sdk, common, { endpoints }] = await Promise.all([
            loadSdk.ec2(),
            settings.common(),
            settings.config(),
        ]);
        await beforeOpen();
        const ec2 = new sdk.EC2Client({ ...common, region, ...defined({ endpoint: endpoints.ec2 }) });
        rejectForeignAnswers(ec2);
        return ec2;
    }

    async function openEbs(): Promise<Client> {
        const [sdk, common] = await Promise.all([loadSdk.ebs(), settings.ofService("ebs")]);
        await beforeOpen();
        return new sdk.EBSClient(common);
    }

    async function openDlm(): Promise<Client> {
        const [sdk, common] = await Promise.all([loadSdk.dlm(), settings.ofService("dlm")]);
        await beforeOpen();
        return new sdk.DLMClient(common);
    }
}

function isClockCorrected(thrown: unknown): boolean {
    return (thrown as { $metadata?: { clockSkewCorrected?: true } }).$metadata?.clockSkewCorrected === true;
}
