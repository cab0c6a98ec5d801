/**
 * Translates arguments of components to the terms of Data Lifecycle Manager.
 *
 * @module
 */
import type { Input } from "@pulumi/pulumi";
import { toMilliseconds } from "../../schema/duration";
import { day } from "../../schema/schedule/times";
import { ownValue } from "../../schema/values";

export function ageRule(age: string) {
    return { interval: daysOf(age), intervalUnit: "DAYS" };
}

export function daysOf(age: string): number {
    return toMilliseconds(age) / day;
}

/** Resolves an alias to its account id; an output is an id already. */
export function accountId(account: Input<string>, aliases: Record<string, string>): Input<string> {
    return typeof account === "string" ? (ownValue(aliases, account) ?? account) : account;
}

/** Replaces the characters that Pulumi allows in a name and DLM does not in a description. */
export function describable(name: string): string {
    return name.replaceAll(/[^0-9A-Za-z _-]/g, "-").slice(0, 500);
}
