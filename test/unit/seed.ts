import fc from "fast-check";

/**
 * Makes every CI run use the same random inputs, so that its result depends only on the change. Other runs use new ones
 * and fast-check prints the seed of a failure.
 */
const { CI, FUZZ_SEED } = process.env;
if (FUZZ_SEED !== undefined) fc.configureGlobal({ seed: Number(FUZZ_SEED) });
else if (CI === "true") fc.configureGlobal({ seed: 20_111_126 });
