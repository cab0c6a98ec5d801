export interface GoTools {
    /** Is the first folder of `PATH`. */
    path: string;
    /** Compiles the program in a folder to the file `program` there, with the SDK of this package. */
    compile: (folder: string) => Promise<void>;
}

export function goTools(log?: (line: string) => void): Promise<GoTools>;
