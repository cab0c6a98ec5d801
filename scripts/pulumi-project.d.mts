export interface ProjectFiles {
    /** Contains the path of `pulumi`. */
    cli: string;
    folder: string;
    stack: string;
    passphrase: string;
    /** Contains the content of the stack's file besides the configuration. */
    stackSettings?: Record<string, string>;
    /** Contains the text of Pulumi.yaml. */
    settings: string;
    /** Contains further files, by name. */
    files?: Record<string, string>;
    /** Contains the stack's configuration; a key without a namespace belongs to the project. */
    config?: Record<string, string>;
    /** Contains the environment of the CLI, without the variables that direct it to the project. */
    environment?: Record<string, string>;
    /** Contains PULUMI_HOME; it defaults to the user's own. */
    home?: string;
    /** Contains the folder of the state; it defaults to one in `folder`. */
    backend?: string;
}

export declare function pulumiYaml(options: { name: string; main?: string; runtime?: string }): string;

/** Writes the files and the configuration; returns the environment in which the CLI finds them. */
export declare function layProject(project: ProjectFiles): Promise<Record<string, string>>;
