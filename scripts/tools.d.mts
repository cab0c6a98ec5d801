/** Installs the missing tools; returns the paths of both. */
export declare function tools(): Promise<{ pulumi: string; python: string }>;
