/**
 * Collects the warnings that a provider would send to the engine.
 *
 * @module
 */
import type { EngineLog } from "../provider/lifecycle/engine-log";

export function warningLog(warnings: string[]): EngineLog {
    const ignore = () => undefined;
    const done = () => Promise.resolve();
    const warn = (_urn: string, line: string) => void warnings.push(line);
    return { status: ignore, info: ignore, warn, delivered: done, exitIfOrphaned: done };
}
