import * as pulumi from "@pulumi/pulumi";

/** Programs under `pulumi.runtime.setMocks` may have none; `organization` is what a local backend says. */
export function organization(): string {
    try {
        return pulumi.getOrganization();
    } catch {
        return "organization";
    }
}
