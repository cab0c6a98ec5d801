/**
 * Defines what Data Lifecycle Manager says of the values of its policies.
 *
 * @module
 */
import { text } from "../validators";

/** https://docs.aws.amazon.com/dlm/latest/APIReference/API_CreateLifecyclePolicy.html */
export const policyDescription = text("1 to 500 letters, digits, spaces, _ and -", /^[0-9A-Za-z _-]{1,500}$/);

/** Contains the days of each unit of an age. DLM equates 10 years with 3,650 days and 120 months; a month is an average. */
export const unitDays: Readonly<Record<string, number>> = { DAYS: 1, WEEKS: 7, MONTHS: 30, YEARS: 365 };
