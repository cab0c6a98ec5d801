/**
 * docs/reference: what the package exports, from the doc comments in its source. `npm run reference` writes the pages,
 * and test/unit/docs/reference.test.ts fails where they are out of date.
 *
 * @module
 */
export { argumentsOf, classesOf, components, readPackage, rulesOf } from "./reference/read.mjs";
export { referencePages } from "./reference/render.mjs";
