/**
 * Returns the text of the serialized provider, which only forwards to the installed package. The engine stores this
 * text twice on every resource, and `destroy` and `refresh` run the stored text, so that logic in it could never be
 * updated.
 *
 * The plugin writes the text into outputs too: without it, the host could neither delete nor refresh a resource that the
 * plugin has created, after a program has moved it to the dynamic resources.
 *
 * This package sets the text itself instead of using `pulumi.dynamic.Resource`, whose serializer produces about 2,000
 * characters for the same forwarder, or a copy of all code if the package is a symbolic link. It has 75 characters in
 * every layout.
 *
 * @module
 */
export function forwardTo(resource: string): string {
    return `exports.handler = () => require("pulumi-ebs-snapshots/provider").${resource}`;
}
