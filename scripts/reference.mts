/**
 * Generates docs/reference from the package's exports and their doc comments: `npm run reference` writes the pages,
 * and test/unit/docs/reference.test.ts fails if they are out of date.
 *
 * @module
 */
export { argumentsOf, classesOf, components, readPackage, rulesOf } from "./reference/read.mjs";
export { referencePages } from "./reference/render.mjs";
