/** Path of a working `pulumi`, made first where it is missing. `log` gets one line per step. */
export declare function pulumiCli(log?: (line: string) => void): Promise<string>;

/** A failure to tell in its message alone: no stack helps whoever reads it. */
export declare class ToolError extends Error {}
