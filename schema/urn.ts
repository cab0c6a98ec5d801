export function nameOf(urn: string): string {
    return urn.slice(urn.lastIndexOf("::") + 2);
}

/** The type token, without those of parents. */
export function tokenIn(urn: string): string {
    const [, , types = ""] = urn.split("::");
    return types.slice(types.lastIndexOf("$") + 1);
}

/** The type tokens of the parents, such as `my:index:Site$my:index:Disk`; empty for a resource without a parent. */
export function parentTypesIn(urn: string): string {
    const [, , types = ""] = urn.split("::");
    return types.slice(0, Math.max(types.lastIndexOf("$"), 0));
}

/** The last part of the type, such as `Snapshot`. */
export function typeOf(urn: string): string {
    return /([^:$]*)::[^:]*$/.exec(urn)?.[1] ?? "";
}

/** Returns `organization/project/stack` from a URN such as `urn:pulumi:stack::project::type::name`. */
export function stackOf(urn: string, organization: string): string {
    const [, , stack = "", , project = ""] = urn.split(":");
    return [organization, project, stack].join("/");
}
