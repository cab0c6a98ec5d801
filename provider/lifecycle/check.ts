/**
 * Completes and validates declared inputs, at every preview and every run.
 *
 * @module
 */
import { CredentialsError } from "../aws/credential-errors";
import { Ec2Error } from "../aws/errors";
import { ConfigError } from "../../schema/configuration-values";
import { reportFailure, type CheckFailure, type ReportedFailure } from "../../schema/failure";
import { changedProperties, checkProperties, keepEquivalentValues } from "../../schema/property";
import { hasUnknown, UNKNOWN, type Properties } from "../../schema/values";
import { validateAdoption } from "./adopt";
import type { LifecycleContext, Stored } from "./context";
import { prepare } from "./prepare";
import { warnOfForcedReplacement, warnOfOwned } from "./replacement";
import { resourceContext, type Scope } from "./scope";
import { warnOfOmittedTags } from "./tags/creation";

export interface CheckResult {
    inputs: Stored;
    failures: ReportedFailure[];
}

export async function check(
    scope: Scope,
    context: LifecycleContext,
    { olds, news }: { olds: Stored; news: Properties },
): Promise<CheckResult> {
    const { resource, rules, deployment, declarations } = scope;
    const { urn, secrets } = context;
    // A check that fails must not let another resource delete what this one is to adopt.
    reserveAdoption(scope, urn, { olds, news });
    try {
        const prepared = await prepare(scope, context, { olds, news });
        const given = keepEquivalentValues(rules, olds.properties, prepared.properties);
        // For a replacement, the engine checks without the inputs in the state, after a check with them.
        const isNew = Object.keys(olds.properties).length === 0;
        const former = isNew ? (declarations.get(urn)?.inputs ?? {}) : olds.properties;
        const inputs = resource.fillIn?.({ former, inputs: given }) ?? given;
        const failures = [
            ...checkProperties(rules, inputs),
            ...(resource.check?.({
                inputs,
                configuration: deployment.configuration,
                olds: olds.properties,
                declarations: [...declarations.values()],
                urn,
            }) ?? []),
        ];
        await warnOfForcedReplacement(scope, context, { olds: olds.properties, inputs });
        declarations.set(urn, {
            urn,
            secrets,
            inputs,
            lineage: prepared.metadata.lineage,
            former: declarations.get(urn)?.former ?? olds.properties,
        });
        deployment.recordDeclaration();
        if (failures.length === 0)
            deployment.notes.write(
                resource.notes?.({ inputs, configuration: deployment.configuration }) ?? [],
            );
        if (failures.length === 0)
            failures.push(
                ...(await validateRemote(scope, context, {
                    before: olds,
                    after: { ...prepared, properties: inputs },
                })),
            );
        if (failures.length === 0 && Object.keys(olds.properties).length === 0) deployment.slots.declare(urn);
        return {
            inputs: { properties: inputs, metadata: prepared.metadata },
            failures: failures.map((failure) => reportFailure(failure, secrets)),
        };
    } catch (error) {
        if (!(error instanceof ConfigError || error instanceof CredentialsError)) throw error;
        // The error names the key. For a named property the engine would also print its value, `<nil>`.
        const failures = [{ property: "", reason: error.message }];
        return { inputs: { properties: news, metadata: {} }, failures };
    }
}

function reserveAdoption(
    { rules, deployment }: Scope,
    urn: string,
    { olds: { properties: olds }, news: { adopt } }: { olds: Stored; news: Properties },
): void {
    const isNew = Object.keys(olds).length === 0 && !deployment.isInState(urn);
    if ("adopt" in rules && isNew && typeof adopt === "string" && adopt !== UNKNOWN)
        deployment.adoptions.reserve(urn, adopt);
}

/** Validates inputs against EC2 if they are new or have changed; unchanged inputs cost no call. */
async function validateRemote(
    scope: Scope,
    context: LifecycleContext,
    {
        before: { properties: olds },
        after: { properties: inputs, metadata },
    }: { before: Stored; after: Stored },
): Promise<CheckFailure[]> {
    if (hasUnknown([inputs["region"], inputs["credentials"]])) return [];
    if (scope.resource.isInStateOnly === true) return [];
    if (changedProperties(scope.rules, olds, inputs).length === 0) return [];
    const ctx = resourceContext(scope, context, { inputs, defaultName: metadata.defaultName });
    try {
        await ctx.ec2.verifyCredentials();
        const { failures, isAdopted } = await validateAdoption(scope, ctx, inputs);
        const former = scope.deployment.isInState(context.urn)
            ? scope.declarations.get(context.urn)?.former
            : await warnOfOwned(scope, ctx, inputs).catch(ignore);
        const args = { ctx, inputs, olds, former: former ?? {}, isAdopted };
        failures.push(...((await scope.resource.validateRemote?.(args)) ?? []));
        // Only a new resource copies tags; for the inputs of a replacement, the engine passes no previous ones.
        if (Object.keys(olds).length === 0) await warnOfOmittedTags(scope, ctx, inputs);
        return failures;
    } catch (error) {
        if (!(error instanceof Ec2Error) || error instanceof CredentialsError) throw error;
        // The caller of a preview may lack the permission to read; the run itself fails if the inputs are wrong.
        ctx.warn(`could not be validated against AWS: ${error.message} \`pulumi up\` will check again.`);
        return [];
    }
}

/** Ignores a failed read: a caller without the permission gets fewer messages. */
function ignore(): undefined {
    // No decision depends on reads that only serve messages.
}
