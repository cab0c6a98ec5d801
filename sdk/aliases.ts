/**
 * Names a resource as the other door would name it, so that a change of door changes nothing, also together with a rename
 * or a move.
 *
 * @module
 */
import * as pulumi from "@pulumi/pulumi";
import type { Door } from "./door";

type Alias = pulumi.URN | pulumi.Alias;

/**
 * Returns the user's aliases, and the names of the resource in the state if the other door created it: under its present
 * name and under each alias. An alias by type takes the SDK as long as `pulumi.createUrn`; below a parent it is required,
 * because the engine applies the parent's aliases to it.
 */
export function aliasesOf(
    name: string,
    { type, otherType }: Door,
    opts: pulumi.CustomResourceOptions | undefined,
): pulumi.Input<Alias>[] {
    const aliases = opts?.aliases ?? [];
    if (otherType === undefined) return aliases;
    const present = opts?.parent === undefined ? urnWithoutParent(name, otherType) : { type: otherType };
    return [...aliases, present, ...aliases.map((alias) => ofOtherDoor(alias, type, otherType))];
}

function ofOtherDoor(alias: pulumi.Input<Alias>, type: string, otherType: string): pulumi.Input<Alias> {
    return pulumi.Output.isInstance(alias) || alias instanceof Promise
        ? pulumi.output(alias).apply((known) => withOtherType(known as Alias, type, otherType))
        : withOtherType(alias, type, otherType);
}

/** Returns an alias that names another type as it is; the engine ignores that it has the same one twice. */
function withOtherType(alias: Alias, type: string, otherType: string): Alias {
    if (typeof alias !== "string")
        return alias.type === undefined || alias.type === type ? { ...alias, type: otherType } : alias;
    const [stack, project, types = "", ...name] = alias.split("::");
    if (types !== type && !types.endsWith(`$${type}`)) return alias;
    const otherTypes = types.slice(0, types.length - type.length) + otherType;
    return [stack, project, otherTypes, ...name].join("::");
}

/**
 * Returns the same URN as `pulumi.createUrn`, whose nested outputs take a third of a millisecond, too long for
 * thousands.
 */
export function urnWithoutParent(name: string, type: string): string {
    return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${type}::${name}`;
}
