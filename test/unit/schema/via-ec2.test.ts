import { expect, test } from "vitest";
import { loadSdk } from "../../../provider/aws/sdk";
import { viaEc2 } from "../../../schema/via-ec2";

test.each([
    ["us-east-1", "ec2.us-east-1.amazonaws.com"],
    ["us-gov-west-1", "ec2.us-gov-west-1.amazonaws.com"],
    ["cn-north-1", "ec2.cn-north-1.amazonaws.com.cn"],
    ["cn-northwest-1", "ec2.cn-northwest-1.amazonaws.com.cn"],
    ["eusc-de-east-1", "ec2.eusc-de-east-1.amazonaws.eu"],
    ["us-iso-east-1", "ec2.us-iso-east-1.c2s.ic.gov"],
    ["us-isob-east-1", "ec2.us-isob-east-1.sc2s.sgov.gov"],
    ["us-isof-south-1", "ec2.us-isof-south-1.csp.hci.ic.gov"],
    ["eu-isoe-west-1", "ec2.eu-isoe-west-1.cloud.adc-e.uk"],
])(
    "KMS sees requests through EC2 in %s as %s, with the domain of the SDK's partition",
    async (region, via) => {
        const { partition } = await loadSdk.core();
        expect(viaEc2(region)[0]).toBe(via);
        expect(via).toBe(`ec2.${region}.${partition(region).dnsSuffix}`);
    },
);
