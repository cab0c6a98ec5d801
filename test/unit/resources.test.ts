import { expect, test } from "vitest";
import * as door from "../../provider/index";
import { resources } from "../../provider/resources/index";
import { internalResources, resources as declared } from "../../schema/index";

test("the module that states require serves every resource of the list, and no other", () => {
    expect(Object.keys(door).sort()).toEqual(Object.keys(resources).sort());
});

test("the list has every resource of the schema, each by its own name", () => {
    const names = Object.keys({ ...declared, ...internalResources });
    expect(Object.keys(resources).sort()).toEqual(names.sort());
    expect(Object.values(resources).map(({ type }) => type)).toEqual(Object.keys(resources));
});
