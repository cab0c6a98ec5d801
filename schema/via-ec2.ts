/**
 * Contains the values of the KMS condition key `kms:ViaService` for the requests that EC2 sends for a caller: the name of
 * the service, the region, and the partition's domain.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 *
 * @module
 */

/** Contains the domains other than `amazonaws.com`, by the beginning of the names of their regions. */
const domains: Record<string, string> & { cn: string } = {
    cn: "amazonaws.com.cn",
    eusc: "amazonaws.eu",
    "us-iso": "c2s.ic.gov",
    "us-isob": "sc2s.sgov.gov",
    "us-isof": "csp.hci.ic.gov",
    "eu-isoe": "cloud.adc-e.uk",
};

/**
 * Returns the values for EC2 of one region. In China, the names of some services end in `.cn` and those of others do not;
 * no other service has either name of EC2. In mocks of a program the region may be undefined, which is no error.
 */
export function viaEc2(region: string): string[] {
    const [, start = ""] = /^(cn|eusc|(?:us|eu)-iso\w?)-/.exec(region) ?? [];
    const suffixes = start === "cn" ? [domains.cn, "amazonaws.com"] : [domains[start] ?? "amazonaws.com"];
    return suffixes.map((suffix) => `ec2.${region}.${suffix}`);
}

/** Matches EC2 in every region of every partition, for a policy that may be attached in any of them. */
export const viaAnyEc2 = "ec2.*";
