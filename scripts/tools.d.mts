/** Makes what is missing; the paths of both. */
export declare function tools(): Promise<{ pulumi: string; python: string }>;
