import { expect, test } from "vitest";
import { checkCarrying } from "../../../schema/volume-checks";

const state = { size: 10, encrypted: false, region: "us-east-1" };
const carried = { carryData: true, region: "us-east-1" };

test.each<[string, object, object, string[]]>([
    ["another region", { region: "eu-west-1" }, {}, ["region"]],
    ["a region that is not known yet", { region: undefined }, {}, []],
    [
        "a smaller size that a replacement would allow",
        { size: 5, allowShrinkByReplacement: true },
        {},
        ["size"],
    ],
    ["a smaller size, which is rejected without carryData too", { size: 5 }, {}, []],
    ["encrypted: false of an encrypted volume", { encrypted: false }, { encrypted: true }, ["encrypted"]],
    ["encrypted: false of a volume that is not encrypted", { encrypted: false }, {}, []],
    ["no carryData", { carryData: false, region: "eu-west-1" }, {}, []],
])("carryData with %s (%j, state %j) is rejected for %j", (_what, inputs, changed, expected) => {
    const failures = checkCarrying({ ...state, ...changed }, { size: 10 }, { ...carried, ...inputs });
    expect(failures.map(({ property }) => property)).toEqual(expected);
});
