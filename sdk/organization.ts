import * as pulumi from "@pulumi/pulumi";

/** Programs under `pulumi.runtime.setMocks` may have none; a local backend returns `organization`. */
export function organization(): string {
    try {
        return pulumi.getOrganization();
    } catch {
        return "organization";
    }
}
