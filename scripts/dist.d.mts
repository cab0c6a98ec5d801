export function makeTarballs(folder?: string): Promise<string[]>;
