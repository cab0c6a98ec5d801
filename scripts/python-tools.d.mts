export interface PythonTools {
    /** Contains the first folders of `PATH`. */
    path: string;
    /** Installs the SDK of this package into a folder for `PYTHONPATH`. */
    installSdk: (folder: string) => Promise<void>;
}

export function pythonTools(log?: (line: string) => void): Promise<PythonTools>;
