import fc from "fast-check";

/**
 * The gate judges a change and not its luck: there every run draws the same inputs. Elsewhere each run draws others, and
 * fast-check prints the seed of one that fails.
 */
const { CI, FUZZ_SEED } = process.env;
if (FUZZ_SEED !== undefined) fc.configureGlobal({ seed: Number(FUZZ_SEED) });
else if (CI === "true") fc.configureGlobal({ seed: 20_111_126 });
