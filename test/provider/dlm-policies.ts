/**
 * Declares DLM policies for the tests of their lifecycle, and reads them from DLM.
 *
 * @module
 */
import type { Properties } from "../../schema/values";
import { emulator } from "../fixture";
import { Door, type Created } from "./door";

export const kind = "LifecyclePolicy";
export const nightly = {
    name: "nightly",
    createRule: { interval: 12, intervalUnit: "HOURS", times: ["03:00"] },
    retainRule: { count: 14 },
};
export const weekly = {
    name: "weekly",
    createRule: { cronExpression: "cron(0 4 ? * SUN *)" },
    retainRule: { interval: 8, intervalUnit: "WEEKS" },
};
export const details = {
    resourceTypes: ["VOLUME"],
    targetTags: { Backup: ["nightly", "critical"] },
    schedules: [nightly, weekly],
};
export const args = {
    description: "nightly",
    executionRoleArn: "arn:aws:iam::123456789012:role/dlm",
    policyDetails: details,
    tags: { Team: "a" },
};

export function withDetails(more: object): Properties {
    return { ...args, policyDetails: { ...details, ...more } };
}

export async function policy(id: string): Promise<Properties | undefined> {
    const { body } = await emulator.rest("dlm", "GET", `/policies/${id}`);
    return body["Policy"] as Properties | undefined;
}

export async function warnings(created: Created, changed: Properties): Promise<string> {
    const door = new Door(emulator);
    await door.diff(kind, created, changed);
    return door.messages.join("\n");
}
