/** The result of a command: text for standard output. A failed command exits with status 1. */
export interface Answer {
    text: string;
    failed: boolean;
}
