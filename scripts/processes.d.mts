/** Returns the ids of a process and all processes below it. */
export declare function descendants(pid: number): number[];
/** Kills a process (-9), unless it has ended already. */
export declare function kill(pid: number): void;
