/**
 * All that is ever serialized. The engine stores this text twice on every resource, and `destroy` and `refresh` run the
 * stored text: with logic in it, it would be old logic for ever. It only forwards to the package as it is installed.
 *
 * It is given outright instead of by `pulumi.dynamic.Resource`, whose serializer makes about 2,000 characters of the
 * same forwarder, or a copy of all code where the package is a symbolic link. 75 characters, in every layout.
 *
 * @module
 */
export function forwardTo(resource: string): string {
    return `exports.handler = () => require("pulumi-ebs-snapshots/provider").${resource}`;
}
