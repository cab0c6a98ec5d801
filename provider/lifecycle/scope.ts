/**
 * Defines the scope of the lifecycle's operations: one kind of resource in one deployment.
 *
 * @module
 */
import { formatText, redactProperties, redactValues, type Text } from "../../schema/failure";
import { schemaOf, type ResourceSchema } from "../../schema/index";
import type { ProviderOptions } from "../../schema/placement";
import { stackOf } from "../../schema/urn";
import { formatValue, type Properties } from "../../schema/values";
import type { LifecycleContext } from "./context";
import type { Deployment, TrackedResource } from "./deployment";
import { firstOf, type Lineage } from "./lineage";
import type { Resource } from "./resource";
import type { Declaration, ResourceContext } from "./resource-context";

/** Represents a resource of any kind: the operations pass the values of its functions through. */
export type AnyResource = Resource<Properties, Properties, unknown>;

export interface Scope {
    readonly resource: AnyResource;
    readonly rules: ResourceSchema["inputs"];
    readonly outputs: ResourceSchema["outputs"];
    readonly deployment: Deployment;
    /** Contains the resources of this kind that this run tracks, by URN. */
    readonly live: Map<string, TrackedResource>;
    /** Contains the resources of this kind that the program of this run has declared so far, by URN. */
    readonly declarations: Map<string, Declaration>;
    /** Contains the URNs of the resources whose last status line says what an operation is doing. */
    readonly withProgress: Set<string>;
}

export function scopeOf(resource: AnyResource, deployment: Deployment): Scope {
    const { inputs: rules, outputs } = schemaOf(resource.type);
    return {
        resource,
        rules,
        outputs,
        deployment,
        live: new Map(),
        declarations: new Map(),
        withProgress: new Set(),
    };
}

/** Returns the context of a resource with these inputs: its region, its identity, its log. */
export function resourceContext(
    { deployment, declarations, withProgress }: Scope,
    { urn, organization, secrets }: LifecycleContext,
    { inputs, defaultName }: { inputs: Properties; defaultName?: string | undefined },
): ResourceContext {
    const { region, credentials } = inputs as unknown as ProviderOptions & { region: string };
    const inRegion = (other: string) => deployment.ec2(other, credentials);
    const { log } = deployment;
    const format = (line: Text) => redactValues(formatText(line, secrets), inputs, secrets);
    return {
        urn,
        defaultName,
        secrets,
        get ec2() {
            return inRegion(region);
        },
        inRegion,
        stack: stackOf(urn, organization),
        configuration: deployment.configuration,
        status: (line, { isFinal } = { isFinal: false }) => {
            if (isFinal) withProgress.delete(urn);
            else withProgress.add(urn);
            log.status(urn, format(line));
        },
        info: (line) => log.info(urn, format(line)),
        warn: (line) => log.warn(urn, format(line)),
        declarations: () => [...declarations.values()],
        notedElsewhere: (notes) => deployment.notes.notedElsewhere(notes),
        waitForDeclarations: () => deployment.waitForDeclarations(),
    };
}

/** Ends the status line of an operation: the engine would show the last one beside the finished operation. */
export function endStatus({ deployment, withProgress }: Scope, urn: string, id: string): void {
    if (withProgress.delete(urn)) deployment.log.status(urn, id);
}

/** Tracks the resource of a URN. Only replaceable resources are tracked by id: a share has the id of its snapshot. */
export function track(
    { resource, deployment, live }: Scope,
    { urn, lineage = firstOf(urn) }: { urn: string; lineage?: Lineage | undefined },
    tracked: TrackedResource,
): void {
    live.set(urn, tracked);
    if (resource.replacing !== undefined) deployment.track(urn, lineage, tracked);
}

/** Returns the name of a resource in messages: `snapshot snap-1 of volume vol-1`. */
export function describeResource(
    { resource }: Scope,
    { secrets }: Pick<LifecycleContext, "secrets">,
    { id, inputs }: { id?: string; inputs: Properties },
): string {
    // The values of an older state may have any type.
    const shown = Object.entries(redactProperties(inputs, secrets)).map(([key, value]) => [
        key,
        typeof value === "string" || Array.isArray(value) ? value : formatValue(value),
    ]);
    const [noun, ...rest] = resource.describe(Object.fromEntries(shown) as Properties).split(" ");
    return [noun, ...(id === undefined ? [] : [id]), ...rest].join(" ");
}
