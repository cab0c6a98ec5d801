import { describe, expect, test } from "vitest";
import { UNKNOWN, type Properties } from "../../../schema/values";
import { checkVolumeFromSnapshot, typeOfNewVolume } from "../../../schema/volume-checks";
import { isIdIn, isNameIn, isRegular } from "../../../schema/availability-zone";

describe("zones", () => {
    test.each([
        ["us-east-1", "us-east-1f", true],
        ["us-west-2", "us-west-2-lax-1a", true],
        ["us-east-1", "us-east-1-wl1-bos-wlz-1", true],
        ["us-east-1", "us-east-2a", false],
        ["us-east-1", "us-east-10a", false],
        ["us-east-1", "us-east-1", false],
    ])("in %s, the name %s: %s", (region, zone, expected) => {
        expect(isNameIn(region, zone)).toBe(expected);
    });

    test.each([
        ["us-east-1", "use1-az6", true],
        ["us-west-2", "usw2-lax1-az1", true],
        ["ap-southeast-2", "apse2-az1", true],
        ["us-gov-west-1", "usgw1-az1", true],
        ["cn-northwest-1", "cnnw1-az2", true],
        ["us-east-1", "use2-az1", false],
        ["us-east-1", "use1", false],
        // The abbreviations of other regions are unknown, so that EC2 validates the zone.
        ["eusc-de-east-1", "eusc-az1", true],
    ])("in %s, the id %s: %s", (region, zone, expected) => {
        expect(isIdIn(region, zone)).toBe(expected);
    });

    test("gp3 is the default in regional zones; on Outposts and in Local Zones there is none", () => {
        expect(isRegular({ availabilityZone: "us-east-1a" })).toBe(true);
        expect(typeOfNewVolume({ availabilityZoneId: "use1-az1" })).toBe("gp3");
        expect(typeOfNewVolume({ availabilityZone: "us-west-2-lax-1a" })).toBeUndefined();
        expect(typeOfNewVolume({ availabilityZoneId: "usw2-lax1-az1" })).toBeUndefined();
        expect(typeOfNewVolume({ availabilityZone: "us-east-1a", outpostArn: "arn" })).toBeUndefined();
        expect(typeOfNewVolume({ availabilityZone: "us-east-1a", volumeType: "st1" })).toBe("st1");
    });

    test("exactly one of name and id is required, and an unknown value counts as given", () => {
        const check = (inputs: Properties) => checkVolumeFromSnapshot({ region: "us-east-1", ...inputs }, {});
        expect(check({ availabilityZone: "us-east-1a", availabilityZoneId: "use1-az1" })).toEqual([
            {
                property: "availabilityZoneId",
                reason: "specify exactly one of availabilityZone and availabilityZoneId.",
            },
        ]);
        expect(check({ availabilityZoneId: UNKNOWN })).toEqual([]);
        expect(check({ availabilityZone: "eu-west-1a", region: UNKNOWN })).toEqual([]);
    });
});
