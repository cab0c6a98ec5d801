/**
 * From the documented interfaces of the provider to what a program gives and gets.
 *
 * @module
 */
import type * as pulumi from "@pulumi/pulumi";

type Plain = string | number | boolean | null | undefined;

/** A value, or at any depth one that is known later. */
export type DeepInput<T> = pulumi.Input<
    unknown extends T
        ? T
        : T extends Plain
          ? T
          : T extends readonly (infer Entry)[]
            ? DeepInput<Entry>[]
            : { [K in keyof T]: DeepInput<T[K]> }
>;

/** The arguments of a class: its inputs, each of which may be an output of something else. */
export type Args<Inputs> = {
    [K in keyof Inputs]: undefined extends Inputs[K]
        ? DeepInput<Inputs[K]> | undefined
        : DeepInput<Inputs[K]>;
};

/** The outputs of a class: what may be absent may be undefined. */
export type Outputs<State> = {
    readonly [K in keyof State]-?: pulumi.Output<State[K]>;
};

/** Every key of a state, so that none is forgotten: a missing one does not compile. */
export type Keys<State> = { [K in keyof Required<State>]: undefined };
