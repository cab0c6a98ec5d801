export interface GoTools {
    /**
     * Compiles the program in a folder with the SDK of this package, once for all runs. The compiled program and the
     * host that runs it are both in that folder, which must be in `PATH`.
     */
    compile: (folder: string) => Promise<void>;
}

export function goTools(log?: (line: string) => void): Promise<GoTools>;
