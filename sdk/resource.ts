/**
 * Implements the common part of all resources in the program: they reject unsupported options, and pass plain data to
 * the provider.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import { aliasesOf, urnWithoutParent } from "./aliases";
import { misspelledKey } from "../schema/configuration-keys";
import { keysOf, type ResourceName } from "../schema/index";
import { doorOf, explicitAwsProvider, packageOf, type Door } from "./door";
import { forwardTo } from "../schema/forward";
import { organization } from "./organization";
import { secretProps } from "./secrets";
import { timeoutOf } from "./timeouts";
import { keepUserFrames } from "./user-frames";

/**
 * Options of the resources of this package. `deletedWith` is rejected, because a snapshot outlives its volume, and
 * `import`, because Pulumi cannot import dynamic resources: use `adopt`. `create` of
 * `customTimeouts`, otherwise `update`, applies if `timeout` is omitted.
 */
export type ResourceOptions = pulumi.CustomResourceOptions;

export abstract class EbsResource extends pulumi.CustomResource {
    protected constructor(
        resource: ResourceName,
        name: string,
        args: pulumi.Inputs,
        opts: ResourceOptions | undefined,
    ) {
        refuseMisspelledConfiguration();
        const door = doorOf(resource, opts);
        const { type, plugin } = door;
        const keys = undefinedOutputs(resource);
        refuseOptions(name, { door, keys, args, opts });
        // Each key becomes an output, which takes time, so that an option without effect adds no key.
        const props: pulumi.Inputs = {
            ...keys,
            ...args,
            ...(plugin === undefined ? dynamicProps(resource, { type, name }, { keys, args, opts }) : {}),
        };
        const limit = Error.stackTraceLimit;
        const keepAllFrames = keepUserFrames();
        try {
            super(type, name, props, {
                ...withoutAws(opts),
                ...(plugin === undefined ? {} : { provider: plugin }),
                aliases: aliasesOf(name, door, opts),
            });
        } finally {
            keepAllFrames();
            Error.stackTraceLimit = limit;
        }
    }

    /**
     * Makes an output an alias of the id. At the preview of an update, the engine knows the id but no other output, so
     * that every user of another output looks changed.
     */
    protected idAs(key: "snapshotId" | "volumeId" | "policyId"): void {
        if (pulumi.runtime.isDryRun()) Object.assign(this, { [key]: this.id });
    }
}

function refuseMisspelledConfiguration(): void {
    const error = misspelledKey(Object.keys(pulumi.runtime.allConfig()));
    if (error !== undefined) throw new pulumi.RunError(error.message);
}

/** Returns what a dynamic resource passes to its provider besides its arguments. */
function dynamicProps(
    resource: ResourceName,
    { type, name }: { type: string; name: string },
    {
        keys,
        args,
        opts,
    }: { keys: Record<string, undefined>; args: pulumi.Inputs; opts: ResourceOptions | undefined },
): pulumi.Inputs {
    return {
        ...("timeout" in keys && args["timeout"] === undefined ? timeoutOf(type, name, opts) : {}),
        __provider: forwardTo(resource),
        // The provider process does not receive the URN of the resource for its messages; see
        // provider/lifecycle/engine-log.ts.
        __urn: urnOf(name, type, opts?.parent),
        __organization: organization(),
        // The engine does not pass this option to the provider, and ignores it if the provider states what changed.
        ...(opts?.replaceOnChanges === undefined ? {} : { __replaceOnChanges: opts.replaceOnChanges }),
    };
}

/** Returns every input and output of the resource as undefined, so that each becomes an output of the class. */
function undefinedOutputs(resource: ResourceName): Record<string, undefined> {
    return Object.fromEntries(keysOf(resource).map((key) => [key, undefined]));
}

/**
 * Records which arguments are secret, because the host passes secrets as plain text. A stack transformation may add a
 * secret, so that this one runs last, on the result of the others.
 */
const noteSecrets: pulumi.ResourceTransformation = ({ resource, props, opts }) => {
    if (!(resource instanceof EbsResource)) return undefined;
    // From here on, the program has no function that could fail.
    recordNoTraces();
    return "__provider" in props
        ? { props: { ...props, ...secretProps(props, opts.ignoreChanges) }, opts }
        : undefined;
};

/**
 * The SDK records a source-mapped stack trace for each property, in case its promise never settles: with thirty
 * properties, this takes more than half the time of a preview. V8 records none if the limit is not a number. The engine's
 * own stack trace is recorded without this limit.
 */
function recordNoTraces(): void {
    Object.assign(Error, { stackTraceLimit: undefined });
}

/**
 * The SDK's constructor collects a resource's transformations in this property, the inherited ones last, and applies
 * them.
 */
const transformations = Symbol("transformations");
Object.defineProperty(EbsResource.prototype, "__transformations", {
    get(this: { [transformations]?: pulumi.ResourceTransformation[] }) {
        return this[transformations];
    },
    set(this: { [transformations]?: pulumi.ResourceTransformation[] }, all: pulumi.ResourceTransformation[]) {
        this[transformations] = [...all, noteSecrets];
    },
});

function urnOf(name: string, type: string, parent: pulumi.Resource | undefined): pulumi.Input<string> {
    if (parent === undefined) return urnWithoutParent(name, type);
    // As an output, it would depend on the parent, that is, on all children of a component: two of them would wait for
    // each other forever.
    const urn = pulumi.createUrn(name, type, parent);
    return new Promise((done) => urn.apply(done));
}

function refuseOptions(
    name: string,
    {
        door: { type, plugin, isExplicit },
        keys,
        args,
        opts,
    }: {
        door: Door;
        keys: Record<string, undefined>;
        args: pulumi.Inputs;
        opts: ResourceOptions | undefined;
    },
): void {
    const refuse = (reason: string) => {
        throw new pulumi.RunError(`${type} "${name}": ${reason}`);
    };
    if (opts?.deletedWith !== undefined) {
        refuse(
            "the option deletedWith is not supported: a snapshot outlives its volume, and would be left behind " +
                "unmanaged. Remove the option",
        );
    }
    const { carryData } = args;
    if (opts?.deleteBeforeReplace === true && (carryData === true || carryData === "crashConsistent")) {
        refuse(
            "the option deleteBeforeReplace cannot be combined with carryData, because the new volume is created from the " +
                "data of the old one. Remove one of them",
        );
    }
    if (plugin === undefined && opts?.id !== undefined) {
        refuse(
            "dynamic resources cannot be read with `get`; specify a Provider of this package as `provider`",
        );
    }
    if (plugin === undefined && opts?.import !== undefined) {
        const remedy =
            "adopt" in keys
                ? `remove the option, and set the argument adopt: ${JSON.stringify(opts.import)} instead`
                : "remove the option, and declare the resource: it exists only in the state";
        refuse(`the option import is not supported: Pulumi cannot import dynamic resources; ${remedy}`);
    }
    const given = isExplicit || args["region"] !== undefined || args["credentials"] !== undefined;
    if (!given && explicitAwsProvider(opts) !== undefined) {
        refuse(
            "an explicit aws.Provider does not reach dynamic resources, so that the configured account or region " +
                "would be used instead; set the arguments `region` or `credentials`, or the option `provider` to `new Provider(...)` of " +
                "this package, or run `pulumi config set ebs-snapshots:plugin true`: the plugin takes over what the aws.Provider is given",
        );
    }
}

/**
 * Removes an `aws` provider from the options, because the engine would use it for the resource, whatever its package.
 */
function withoutAws(opts: ResourceOptions | undefined): ResourceOptions | undefined {
    if (opts?.provider === undefined || packageOf(opts.provider) !== "aws") return opts;
    const { provider: _, ...others } = opts;
    return others;
}
