/** Returns the path of a working `pulumi`, and installs it first if it is missing. `log` receives one line per step. */
export declare function pulumiCli(log?: (line: string) => void): Promise<string>;
