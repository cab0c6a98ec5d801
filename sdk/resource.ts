/**
 * What all resources of this package do in the program: refuse options that cannot be honoured, and hand over plain
 * data.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import type { Credentials } from "../provider/ec2/config";
import type { Stored } from "../provider/settle";
import { forwardTo } from "./forward";
import { settleWhenStored } from "./settle";

/** Options that a resource of this package takes; `deletedWith` is refused, since a snapshot outlives its volume. */
export type ResourceOptions = pulumi.CustomResourceOptions;

export abstract class EbsResource extends pulumi.CustomResource {
    /** `keys` names every property of the resource, so that each becomes an output. */
    protected constructor(
        resource: string,
        name: string,
        keys: Record<string, undefined>,
        args: pulumi.Inputs,
        opts: ResourceOptions | undefined,
    ) {
        const type = `pulumi-nodejs:dynamic/ebs:${resource}`;
        refuseOptions(type, name, args, opts);
        // Each key becomes an output, which takes time: none that says nothing.
        const props: pulumi.Inputs = {
            ...keys,
            ...args,
            __provider: forwardTo(resource),
            // The provider process does not get to know whose messages it sends; see provider/engine.ts.
            __urn: urnOf(name, type, opts?.parent),
            __organization: organization(),
            // The engine does not tell the provider of this option, nor heed it where the provider says what changed.
            ...(opts?.replaceOnChanges === undefined ? {} : { __replaceOnChanges: opts.replaceOnChanges }),
            // The host hands secrets over in the clear; this says what derives from one.
            ...secretsAmong(args),
            // An output: when the provider made it, if it did so since the state was written last.
            ...(pulumi.runtime.isDryRun() ? {} : { __madeAt: undefined }),
        };
        const since = Date.now();
        // Of each property the SDK notes a stack, mapped to the source, in case its promise is never settled: with thirty
        // properties more than half the time of a preview. The stack that the engine stores is taken without this limit.
        const limit = Error.stackTraceLimit;
        Error.stackTraceLimit = 0;
        try {
            super(type, name, props, withoutAws(opts));
        } finally {
            Error.stackTraceLimit = limit;
        }
        if (!pulumi.runtime.isDryRun()) settleWhenStored(madeSince(this, this.claimedIds(), since));
    }

    /**
     * Another name of the id. At the preview of an update the engine knows the id, and of other outputs nothing: whatever
     * uses them looks changed.
     */
    protected idAs(key: "snapshotId" | "volumeId"): void {
        if (pulumi.runtime.isDryRun()) Object.assign(this, { [key]: this.id });
    }

    /** What carries the claim of the run that made it. */
    protected claimedIds(): pulumi.Output<string[]> {
        return this.id.apply((id) => [id]);
    }
}

/** Where and what it is, if the provider made it in this run. */
function madeSince(
    resource: EbsResource,
    claimed: pulumi.Output<string[]>,
    since: number,
): pulumi.Output<Stored | undefined> {
    const { __madeAt, region, credentials } = resource as unknown as Stamped;
    return pulumi
        .all([claimed, __madeAt, region, credentials])
        .apply(([ids, madeAt, where, who]) =>
            madeAt === undefined || madeAt < since
                ? undefined
                : { ids, region: where, ...(who === undefined ? {} : { credentials: who }) },
        );
}

/** What every resource of this package has besides its own outputs. */
interface Stamped {
    __madeAt: pulumi.Output<number | undefined>;
    region: pulumi.Output<string>;
    credentials: pulumi.Output<Credentials | undefined>;
}

/** As `pulumi.createUrn`, whose outputs within outputs take a third of a millisecond, too long for thousands. */
function urnOf(name: string, type: string, parent: pulumi.Resource | undefined): pulumi.Input<string> {
    if (parent !== undefined) {
        // As an output it would depend on the parent, that is, on all children of a component: two of them would wait for
        // each other for ever.
        const urn = pulumi.createUrn(name, type, parent);
        return new Promise((done) => urn.apply(done));
    }
    return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${type}::${name}`;
}

/** The arguments that are secret; if none can be, nothing, so that it takes no time and no place in the state. */
function secretsAmong(args: pulumi.Inputs): { __secrets?: Promise<string[] | undefined> } {
    // Default tags stand among the resource's tags.
    const always = isConfigSecret("aws:defaultTags") ? ["tags"] : [];
    // Outputs, promises and what holds them are objects; plain values are no secrets.
    const candidates = Object.keys(args).filter((key) => typeof args[key] === "object" && args[key] !== null);
    if (candidates.length + always.length === 0) return {};
    const asked = candidates.map(async (key) =>
        (await pulumi.isSecret(pulumi.output(args[key]))) ? [key] : [],
    );
    const found = Promise.all(asked).then((keys) => [...new Set([...keys.flat(), ...always])]);
    return { __secrets: found.then((secrets) => (secrets.length === 0 ? undefined : secrets)) };
}

/** Programs under `pulumi.runtime.setMocks` may have none; `organization` is what a local backend says. */
function organization(): string {
    try {
        return pulumi.getOrganization();
    } catch {
        return "organization";
    }
}

/** Public at run time, though not in the types. */
function isConfigSecret(key: string): boolean {
    const { isConfigSecret: ask } = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };
    return ask?.(key) === true;
}

function refuseOptions(
    type: string,
    name: string,
    args: pulumi.Inputs,
    opts: ResourceOptions | undefined,
): void {
    const refuse = (reason: string) => {
        throw new pulumi.RunError(`${type} "${name}": ${reason}`);
    };
    if (opts?.deletedWith !== undefined) {
        refuse(
            "option deletedWith is refused, since a snapshot outlives its volume and would be left behind " +
                "without a trace; remove the option",
        );
    }
    const given = args["region"] !== undefined || args["credentials"] !== undefined;
    if (!given && explicitAwsProvider(opts) !== undefined) {
        refuse(
            "an explicit aws.Provider does not reach dynamic resources, so that the configured account or region " +
                "would be used instead; give `region` or `credentials` as arguments",
        );
    }
}

/** The engine would send the resource to the provider that the options name, whatever its package. */
function withoutAws(opts: ResourceOptions | undefined): ResourceOptions | undefined {
    if (opts?.provider === undefined || packageOf(opts.provider) !== "aws") return opts;
    const { provider: _, ...others } = opts;
    return others;
}

/** The `aws.Provider` in the options, or inherited from the parent. */
export function explicitAwsProvider(
    opts: pulumi.ComponentResourceOptions | undefined,
): pulumi.ProviderResource | undefined {
    const providers = opts?.providers;
    const listed = providers === undefined ? [] : Object.values(providers);
    return (
        [opts?.provider, ...listed].find(
            (provider) => provider !== undefined && packageOf(provider) === "aws",
        ) ?? opts?.parent?.getProvider("aws:index:Provider")
    );
}

/** Public at run time for as long as there have been providers, though not in the types. */
function packageOf(provider: pulumi.ProviderResource): string {
    return (provider as unknown as { getPackage: () => string }).getPackage();
}
