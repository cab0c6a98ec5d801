import { expect, test } from "vitest";
import * as door from "../../provider/index";
import { resources } from "../../provider/resources/index";
import { internalResources, resources as declared } from "../../schema/index";

test("the module that states require exports the provider of every listed resource, and no other", () => {
    expect(Object.keys(door).sort()).toEqual(Object.keys(resources).sort());
});

test("the list contains every resource of the schema under its name", () => {
    const names = Object.keys({ ...declared, ...internalResources });
    expect(Object.keys(resources).sort()).toEqual(names.sort());
    expect(Object.values(resources).map(({ type }) => type)).toEqual(Object.keys(resources));
});
