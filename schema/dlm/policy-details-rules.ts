/**
 * Validates the details of a policy of Data Lifecycle Manager: it rejects what DLM would reject, as far as one value
 * shows it.
 *
 * @module
 */
import { isAccountId } from "../account-id";
import { kmsKeyArn } from "../kms-key";
import type { Property, Validator } from "../property";
import {
    allOf,
    boolean,
    listOf,
    mapOf,
    matching,
    objectOf,
    oneOf,
    positiveInteger,
    text,
    textUpTo,
} from "../validators";
import { UNKNOWN } from "../values";
import type { PolicyCreateRule, PolicyRetainRule, PolicySchedule, PolicyShareRule } from "./policy-details";

const strings = listOf(text());
const wholeNumber = matching(
    { valueType: "integer", expected: "a whole number" },
    (value) => Number.isSafeInteger(value) && Number(value) >= 0,
);
const hours = matching({ valueType: "integer", expected: "1, 2, 3, 4, 6, 8, 12 or 24" }, (value) =>
    ([1, 2, 3, 4, 6, 8, 12, 24] as unknown[]).includes(value),
);
const accountId = matching(
    { valueType: "string", expected: "an account id of 12 digits" },
    (value) => typeof value === "string" && isAccountId(value),
);
const tagText = text();

/** Accepts a tag value, or a list of at least one. */
const tagValues = matching({ valueType: "any", expected: "text or a list of texts" }, (value) =>
    Array.isArray(value)
        ? value.length > 0 && value.every((one) => typeof one === "string")
        : typeof value === "string",
);

/** Accepts the tags that select resources. */
export const selectedTags = mapOf(tagValues);

const must = (validate: Validator): Property => ({ validate, required: true });
const may = (validate: Validator): Property => ({ validate });
const ageUnit = oneOf("DAYS", "WEEKS", "MONTHS", "YEARS");

const age = objectOf({ interval: must(positiveInteger), intervalUnit: must(ageUnit) });
const retainProperties = { count: may(wholeNumber), interval: may(wholeNumber), intervalUnit: may(ageUnit) };

/** Rejects both a number and an age, and neither. */
function countOrAge(properties: Record<string, Property>): Validator {
    return allOf(objectOf(properties), (value, property) => {
        const { count, interval, intervalUnit } = value as PolicyRetainRule;
        const isAge = interval !== undefined && intervalUnit !== undefined;
        if ((count !== undefined) !== isAge && (interval !== undefined) === isAge) return [];
        return [{ property, reason: "specify either count, or interval with intervalUnit." }];
    });
}

const retain = countOrAge(retainProperties);

const script = objectOf({
    executionHandler: must(text()),
    executionHandlerService: may(text()),
    stages: may(listOf(oneOf("PRE", "POST"))),
    executeOperationOnScriptFailure: may(boolean),
    executionTimeout: may(wholeNumber),
    maximumRetryCount: may(wholeNumber),
});

const create = allOf(
    objectOf({
        location: may(text()),
        interval: may(hours),
        intervalUnit: may(oneOf("HOURS")),
        times: may(listOf(text('"hh:mm" in UTC', /^([01]\d|2[0-3]):[0-5]\d$/))),
        cronExpression: may(text('such as "cron(0 4 1 * ? *)"', /^cron\(.+\)$/)),
        scripts: may(listOf(script)),
    }),
    (value, property) => {
        const { interval, intervalUnit, cronExpression } = value as PolicyCreateRule;
        const isInterval = interval !== undefined && intervalUnit !== undefined;
        if ((cronExpression !== undefined) !== isInterval && (interval !== undefined) === isInterval)
            return [];
        return [{ property, reason: "specify either interval with intervalUnit, or cronExpression." }];
    },
);

const copy = objectOf({
    target: may(text()),
    targetRegion: may(text()),
    encrypted: must(boolean),
    cmkArn: may(kmsKeyArn),
    copyTags: may(boolean),
    retainRule: may(age),
    deprecateRule: may(age),
});

const schedule = objectOf({
    name: must(text("text of 1 to 120 characters", /^[\s\S]{1,120}$/)),
    copyTags: may(boolean),
    tagsToAdd: may(mapOf(tagText)),
    variableTags: may(mapOf(tagText)),
    createRule: must(create),
    retainRule: may(retain),
    fastRestoreRule: may(
        countOrAge({
            ...retainProperties,
            availabilityZones: may(strings),
            availabilityZoneIds: may(strings),
        }),
    ),
    crossRegionCopyRules: may(listOf(copy, { atMost: 3 })),
    shareRules: may(
        listOf(
            allOf(
                objectOf({
                    targetAccounts: must(listOf(accountId, { atLeast: 1 })),
                    unshareInterval: may(wholeNumber),
                    unshareIntervalUnit: may(ageUnit),
                }),
                (value, property) => {
                    const { unshareInterval, unshareIntervalUnit } = value as PolicyShareRule;
                    if ((unshareInterval === undefined) === (unshareIntervalUnit === undefined)) return [];
                    return [
                        {
                            property,
                            reason: "specify both unshareInterval and unshareIntervalUnit, or neither.",
                        },
                    ];
                },
            ),
            { atMost: 1 },
        ),
    ),
    deprecateRule: may(retain),
    archiveRule: may(objectOf({ retainRule: must(objectOf({ retentionArchiveTier: must(retain) })) })),
});

const schedules = allOf(listOf(schedule, { atLeast: 1, atMost: 4 }), (value, property) => {
    const names = (value as PolicySchedule[]).map(({ name }) => name);
    const twice = names.find((name, index) => name !== UNKNOWN && names.indexOf(name) < index);
    return twice === undefined ? [] : [{ property, reason: `contain two of the name "${twice}".` }];
});

const eventCopy = objectOf({
    target: must(text()),
    encryptionConfiguration: must(objectOf({ encrypted: must(boolean), cmkArn: may(kmsKeyArn) })),
    retainRule: may(age),
});

// https://docs.aws.amazon.com/dlm/latest/APIReference/API_Action.html
const action = objectOf({
    name: must(text("text of 1 to 120 letters, digits, spaces, _ and -", /^[0-9A-Za-z _-]{1,120}$/)),
    crossRegionCopy: must(listOf(eventCopy, { atLeast: 1, atMost: 3 })),
});

export const policyDetails = objectOf({
    resourceTypes: may(listOf(oneOf("VOLUME", "INSTANCE"), { atLeast: 1 })),
    resourceLocations: may(listOf(oneOf("CLOUD", "OUTPOST", "LOCAL_ZONE"))),
    targetTags: may(selectedTags),
    schedules: may(schedules),
    parameters: may(
        objectOf({
            excludeBootVolume: may(boolean),
            excludeDataVolumeTags: may(selectedTags),
            noReboot: may(boolean),
        }),
    ),
    eventSource: may(
        objectOf({
            type: must(oneOf("MANAGED_CWE")),
            parameters: must(
                objectOf({
                    eventType: must(oneOf("shareSnapshot")),
                    snapshotOwner: must(listOf(accountId, { atMost: 50 })),
                    descriptionRegex: must(textUpTo(1_000)),
                }),
            ),
        }),
    ),
    actions: may(listOf(action, { atLeast: 1, atMost: 1 })),
});
