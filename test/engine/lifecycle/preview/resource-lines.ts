/**
 * Parses the output of `pulumi preview --diff` by resource.
 *
 * @module
 */

/**
 * Returns the lines of each resource by its name: the step, each line of a property, and the messages. Ids and
 * times are replaced by their names in `known`, else by `?`.
 */
export function shownIn(output: string, known: Record<string, string> = {}): Record<string, string[]> {
    const shown: Record<string, string[]> = {};
    const of = (name: string) => (shown[name] ??= []);
    const calm = (line: string) =>
        line
            .replace(/\b(?:snap|vol|i|set)-[0-9a-f]{8,}\b/g, (id) => known[id] ?? "?")
            .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "?")
            // Columns are as wide as the longest name among the others.
            .replace(/^([^":]*?) +:/, "$1:");
    let step = "";
    let current: string[] | undefined;
    const messages: [string, string][] = [];
    for (const line of output.split("\n")) {
        const header = /^ {4}\S*\s*(?:pulumi-nodejs:dynamic\/ebs:\w+): \((.*)\)$/.exec(line);
        const urn = /^ {8}\[urn=.*::([^:]+)\]$/.exec(line);
        const message = /^(warning: |)([\w-]+): (.*)$/.exec(line);
        if (header !== null) step = header[1] ?? "";
        else if (urn !== null) (current = of(urn[1] ?? "")).push(step);
        else if (message !== null)
            messages.push([message[2] ?? "", calm(`${message[1] ?? ""}${message[3] ?? ""}`)]);
        else if (line.startsWith("      ") && !/^ {8}\[/.test(line)) current?.push(calm(line.slice(6)));
        else if (!line.startsWith(" ")) current = undefined;
    }
    // The position of a message among the resources is random.
    for (const [name, line] of messages) of(name).push(line);
    return shown;
}
