/**
 * Limits the stack traces that Pulumi records of a resource to the user's program. The engine stores the complete trace
 * with each resource, and frames of Node, the Pulumi SDK and this package take 300 bytes without information. The SDK
 * takes the first frame after that of a resource's class as its position; the base class of this package is one more,
 * so that the position would be a line of this package.
 *
 * @module
 */
const errors: { prepareStackTrace?: (error: Error, sites: NodeJS.CallSite[]) => unknown } = Error;

/** Applies to stack traces until the returned function is called. */
export function keepUserFrames(folder = __dirname): () => void {
    const format = errors.prepareStackTrace;
    // Without a formatter, Node itself maps positions to sources; it offers no way to do that for some frames only.
    if (format === undefined) return () => undefined;
    errors.prepareStackTrace = (error, sites) => {
        const text = format(error, userFrames(sites, folder));
        return typeof text === "string" ? withParentheses(text) : text;
    };
    return () => {
        errors.prepareStackTrace = format;
    };
}

interface Site {
    getFileName(): string | null | undefined;
}

/** Returns the frames that the SDK expects above the program's, those of its own classes and one class, and the program's. */
export function userFrames<Frame extends Site>(sites: Frame[], folder: string): Frame[] {
    const first = sites.findIndex((site) => !isOf(site, pulumi));
    const isProgram = (site: Frame) => !isOf(site, pulumi) && !isOf(site, node) && !isBelow(site, folder);
    return [...sites.slice(0, first + 1), ...sites.slice(first + 1).filter(isProgram)];
}

/** The SDK reads positions in parentheses only, in which Node does not put the position of a function without a name. */
function withParentheses(trace: string): string {
    return trace.replace(/^(\s+at )((?:async )?)([^()\n]+:\d+:\d+)$/gm, "$1$2<anonymous> ($3)");
}

const pulumi = /[\\/]@pulumi[\\/]pulumi[\\/]/;
/** Native functions, such as that of an array, have no file. */
const node = /^$|^node:/;

function isOf(site: Site, files: RegExp): boolean {
    return files.test(site.getFileName() ?? "");
}

function isBelow(site: Site, folder: string): boolean {
    return (site.getFileName() ?? "").startsWith(folder);
}
