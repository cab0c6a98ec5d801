/**
 * `SchedulePlan` records the identity of a `SnapshotSchedule`, which a rename keeps, and the number of recovery
 * volumes, so that a preview can warn of fewer. It exists in the state only. The first versions recorded the full plan
 * there, later ones only that number.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { CheckFailure } from "../../schema/failure";
import { formatIdentityKept, identityLoss } from "../../schema/schedule/identity";
import type { SchedulePlanInputs } from "../../schema/schedule/record";
import { nameOf, stackOf } from "../../schema/urn";
import type { Properties } from "../../schema/values";
import type { Resource } from "../lifecycle/resource";
import type { Declaration } from "../lifecycle/resource-context";

export const schedulePlan: Resource<SchedulePlanInputs, object, SchedulePlanInputs> = {
    describe: () => "plan",
    type: "SchedulePlan",
    isInStateOnly: true,

    upgrade(properties, { declaredAs }) {
        const isOlder = Object.keys(properties).length > 0 && properties["identity"] === undefined;
        if (!isOlder || declaredAs === undefined) return properties;
        // Earlier versions computed the identity at each run; the existing resources carry the one of the last run.
        const { urn, organization } = declaredAs;
        return { ...properties, identity: `${stackOf(urn, organization)}/${nameOf(urn)}` };
    },

    fillIn: ({ former, inputs }) => ({
        ...inputs,
        identity: inputs["identity"] ?? former["identity"] ?? inputs["defaultIdentity"],
    }),

    check: ({ inputs, declarations, urn }) => checkUnique(inputs, declarations, urn),

    warning({ state, inputs }) {
        const warnings = [identityWarning(state, inputs), recoveryWarning(state, inputs)];
        const given = warnings.filter((warning) => warning !== undefined);
        return given.length === 0 ? undefined : given.join("\n");
    },

    create: ({ inputs }) => Promise.resolve({ id: randomUUID(), observed: inputs }),
    read: ({ state }) => Promise.resolve(state as unknown as SchedulePlanInputs),
    update: ({ observed }) => Promise.resolve(observed),
    waitUntilReady: ({ observed }) => Promise.resolve(observed),
    delete({ ctx, state, next }) {
        // The engine neither checks the record in the state nor calls diff if the replacement is forced (--replace).
        const loss = next && identityLoss({ ...state }, { ...next });
        if (loss !== undefined) ctx.warn(`${loss.reason}. ${loss.remedy}`);
        return Promise.resolve("done");
    },
    owner: () => undefined,
    outputs: () => Promise.resolve({}),
};

/**
 * Rejects an identity that another schedule keeps from before it was renamed. The program itself rejects two schedules
 * with the same name or the same explicit identity.
 */
function checkUnique(
    { identity, defaultIdentity, region }: Properties,
    declarations: Declaration[],
    urn: string,
): CheckFailure[] {
    const other = declarations.find(
        (one) =>
            one.urn !== urn &&
            one.inputs["identity"] === identity &&
            one.inputs["region"] === region &&
            one.inputs["defaultIdentity"] !== defaultIdentity,
    );
    if (other === undefined) return [];
    const reason =
        `is ${String(identity)}, which the schedule ${nameOf(other.urn)} has too, since a renamed schedule keeps its ` +
        "identity. Set `identity` of the new schedule to another text";
    return [{ property: "identity", reason }];
}

function identityWarning(state: Properties, inputs: Properties): string | undefined {
    const loss = identityLoss(state, inputs);
    if (loss !== undefined) return `${loss.reason}. ${loss.remedy}`;
    const { identity, defaultIdentity } = inputs;
    const isRenamed = defaultIdentity !== identity && defaultIdentity !== state["defaultIdentity"];
    if (!isRenamed || state["identity"] !== identity) return undefined;
    return formatIdentityKept(String(identity), String(defaultIdentity));
}

function recoveryWarning(state: Properties, inputs: Properties): string | undefined {
    const [before, after] = [numberIn(state, "recoveryVolumes"), numberIn(inputs, "recoveryVolumes")];
    if (before === undefined || after === undefined || before <= after) return undefined;
    return after === 0
        ? `the schedule will create no more recovery volumes. Those that exist, up to ${String(before)} of each volume, are ` +
              "kept or deleted, as recoveryVolumes.onDestroy was set"
        : `up to ${String(before - after)} recovery volumes of each volume will be deleted, except volumes that were ever attached`;
}

function numberIn(properties: Properties, key: string): number | undefined {
    const value = properties[key];
    return typeof value === "number" ? value : undefined;
}
