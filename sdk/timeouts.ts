import * as pulumi from "@pulumi/pulumi";
import type { Duration } from "../schema/duration";

const seconds = { h: 3_600, m: 60, s: 1 } as const;

/**
 * Converts the option `customTimeouts` to the argument `timeout`, because the engine does not pass it to dynamic
 * resources.
 */
export function timeoutOf(
    type: string,
    name: string,
    opts: pulumi.CustomResourceOptions | undefined,
): { timeout?: Duration } {
    const given = opts?.customTimeouts;
    if (given?.delete !== undefined) warnOfDelete();
    const text = given?.create ?? given?.update;
    if (text === undefined) return {};
    const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
    const sum = parts.reduce(
        (total, [, count, unit]) => total + Number(count) * seconds[unit as keyof typeof seconds],
        0,
    );
    if (parts.map(([part]) => part).join("") !== text || sum < 1)
        throw new pulumi.RunError(
            `${type} "${name}": option customTimeouts is ${JSON.stringify(text)}, but must be such as "90m" or "1h30m"`,
        );
    const whole = Math.ceil(sum);
    return { timeout: whole % 60 === 0 ? `${whole / 60} minutes` : `${whole} seconds` };
}

/** Contains the programs that were warned; the automation API runs several in one process. */
const warnedPrograms = new WeakSet<object>();
const withoutStack = {};

/** Warns once, because one option is often given to every resource. */
function warnOfDelete(): void {
    const program = pulumi.runtime.getStackResource() ?? withoutStack;
    if (warnedPrograms.has(program)) return;
    warnedPrograms.add(program);
    void pulumi.log.warn(
        "customTimeouts.delete has no effect on dynamic resources: a deletion waits for at most `timeout`, 24 hours " +
            "by default. Set `timeout`, or use the plugin (ebs-snapshots:plugin: true).",
    );
}
