/**
 * Maps the actions of EC2, of the EBS direct APIs and of Data Lifecycle Manager (DLM) to the inputs and outputs that the SDK types.
 *
 * @module
 */
import type { DLMClient } from "@aws-sdk/client-dlm";
import type { EBSClient } from "@aws-sdk/client-ebs";
import type { EC2Client } from "@aws-sdk/client-ec2";
import { loadSdk } from "./sdk";

type Sdk<S extends Service> = {
    ec2: typeof import("@aws-sdk/client-ec2");
    ebs: typeof import("@aws-sdk/client-ebs");
    dlm: typeof import("@aws-sdk/client-dlm");
}[S];
type CommandsOf<S extends Service> = {
    [Name in keyof Sdk<S> as Name extends `${infer A}Command` ? A : never]: Sdk<S>[Name];
};
type Commands = CommandsOf<"ec2"> & Pick<CommandsOf<"ebs">, EbsAction> & Pick<CommandsOf<"dlm">, DlmAction>;

/** Names a service whose actions `send` calls. */
export type Service = "ec2" | "ebs" | "dlm";
export type Client<S extends Service = Service> = { ec2: EC2Client; ebs: EBSClient; dlm: DLMClient }[S];
/** Names an action, such as `CreateSnapshot`. */
export type Action = keyof Commands;
export type Input<A extends Action> = ConstructorParameters<Commands[A]>[0];
type Handler<A extends Action> = ReturnType<InstanceType<Commands[A]>["resolveMiddleware"]>;
export type Output<A extends Action> = Awaited<ReturnType<Handler<A>>>["output"];

/** Lists the actions of the other services; all others belong to EC2, which has none of these names. */
const ebsActions = ["ListChangedBlocks", "ListSnapshotBlocks"] as const;
type EbsAction = (typeof ebsActions)[number];
const dlmActions = [
    "CreateLifecyclePolicy",
    "DeleteLifecyclePolicy",
    "GetLifecyclePolicies",
    "GetLifecyclePolicy",
    "TagResource",
    "UntagResource",
    "UpdateLifecyclePolicy",
] as const;
type DlmAction = (typeof dlmActions)[number];

export function serviceOf(action: string): Service {
    if ((dlmActions as readonly string[]).includes(action)) return "dlm";
    return (ebsActions as readonly string[]).includes(action) ? "ebs" : "ec2";
}

/** One call of an action. */
interface Call<A extends Action> {
    action: A;
    input: Input<A>;
    /** Ends the call. */
    signal: AbortSignal | undefined;
}

/** Calls one action without retries. */
export async function callOnce<A extends Action>(
    client: Client,
    { action, input, signal }: Call<A>,
): Promise<Output<A>> {
    const sdk: Record<string, unknown> = await loadSdk[serviceOf(action)]();
    // The map of types above determines this class; the compiler cannot follow it through a computed name.
    const Command = sdk[`${action}Command`] as new (input: unknown) => Parameters<EC2Client["send"]>[0];
    const options = signal === undefined ? {} : { abortSignal: signal };
    return (client as EC2Client).send(new Command(input), options);
}

/** Reports whether an action only reads. */
export function isRead(action: Action): boolean {
    return /^(Describe|Get|List)/.test(action);
}
