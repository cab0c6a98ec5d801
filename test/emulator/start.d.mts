/** Describes the process of the emulator: its endpoint, its pid, and how to end it. */
export interface EmulatorProcess {
    readonly endpoint: string;
    readonly pid: number;
    stop(): Promise<void>;
}

export function startEmulatorProcess(): Promise<EmulatorProcess>;
