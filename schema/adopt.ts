import { resourceId } from "./validators";

export interface Adoptable {
    /**
     * Id of an existing resource to manage instead of creating one. It applies only where the state has no resource
     * yet: later it has no effect, a replacement never adopts, and a resource that no longer exists is recreated.
     * Properties that cannot be changed must be declared as they are; otherwise the preview fails. Default: none. A
     * change does nothing.
     */
    adopt?: string;
}

export function adoptRule(prefix: string) {
    return { validate: resourceId(prefix), onChange: "nothing" } as const;
}
