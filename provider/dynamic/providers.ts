/**
 * Serves every resource through the engine's dynamic-provider host.
 *
 * @module
 */
import type { ResourceName } from "../../schema/index";
import type { Deployment } from "../lifecycle/deployment";
import { lifecycle } from "../lifecycle/lifecycle";
import { mapResources } from "../resources/index";
import { dynamicProvider } from "./provider";

export type DynamicProvider = ReturnType<typeof dynamicProvider>;

export function dynamicProvidersIn(deployment: Deployment): Readonly<Record<ResourceName, DynamicProvider>> {
    return mapResources((resource) => dynamicProvider(lifecycle(resource, deployment), deployment));
}
