/**
 * Maps the documented interfaces of the schema to the arguments and outputs of classes.
 *
 * @module
 */
import type * as pulumi from "@pulumi/pulumi";

type Plain = string | number | boolean | null | undefined;

/** A value that may be an output at any depth. */
export type DeepInput<T> = pulumi.Input<
    unknown extends T
        ? T
        : T extends Plain
          ? T
          : T extends readonly (infer Entry)[]
            ? DeepInput<Entry>[]
            : { [K in keyof T]: DeepInput<T[K]> }
>;

/** The arguments of a class: its inputs, each of which may be an output of another resource. */
export type Args<Inputs> = {
    [K in keyof Inputs]: undefined extends Inputs[K]
        ? DeepInput<Inputs[K]> | undefined
        : DeepInput<Inputs[K]>;
};

/** The outputs of a class; an optional one may be undefined. */
export type Outputs<State> = {
    readonly [K in keyof State]-?: pulumi.Output<State[K]>;
};
