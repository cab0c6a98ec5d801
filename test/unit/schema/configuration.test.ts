import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { misspelledKey } from "../../../schema/configuration-keys";
import { readConfiguration } from "../../../schema/configuration";
import { quoteAccountId } from "../../../schema/account-id";
import { ConfigError } from "../../../schema/configuration-values";
import { providerInputs } from "../../../schema/provider";

const read = (config: Record<string, string>) => readConfiguration((key) => config[key]);
const aws = (config: Record<string, string>) => read(config).aws;

function failure(config: Record<string, string>): string {
    try {
        read(config);
    } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
        return (error as Error).message;
    }
    throw new Error("this configuration was to be refused");
}

const role = { roleArn: "arn:aws:iam::123456789012:role/backup" };

test("an empty configuration sets no value", () => {
    expect(read({})).toEqual({
        aws: {
            endpoints: {},
            assumeRoles: [],
            allowedAccountIds: [],
            forbiddenAccountIds: [],
            insecure: false,
            skipCredentialsValidation: false,
            skipRegionValidation: false,
            skipRequestingAccountId: false,
            defaultTags: {},
            ignoreTags: { keys: [], keyPrefixes: [] },
        },
        tagKeys: { name: "Name", group: "Group", billingCode: "BillingCode" },
        accounts: {},
        allowPublicSharing: false,
    });
});

const texts = [
    ...["region", "profile", "accessKey", "secretKey", "token"],
    ...["noProxy", "customCaBundle", "stsRegion"],
    ...["ec2MetadataServiceEndpoint", "ec2MetadataServiceEndpointMode"],
];
test.each(texts)("aws:%s is a string, and an empty one is unset", (key) => {
    expect(aws({ [`aws:${key}`]: "value" })).toMatchObject({ [key]: "value" });
    expect(aws({ [`aws:${key}`]: "" })).not.toHaveProperty(key);
});

test("aws:retryMode is one of the SDK's, which would ignore another", () => {
    for (const mode of ["standard", "adaptive"])
        expect(aws({ "aws:retryMode": mode })).toMatchObject({ retryMode: mode });
    expect(aws({ "aws:retryMode": "" })).not.toHaveProperty("retryMode");
    expect(failure({ "aws:retryMode": "adptive" })).toContain('must be "standard" or "adaptive"');
});

test.each(["httpProxy", "httpsProxy"])("aws:%s is a string, and an empty one disables a proxy", (key) => {
    expect(aws({ [`aws:${key}`]: "http://p" })).toMatchObject({ [key]: "http://p" });
    expect(aws({ [`aws:${key}`]: "" })).toMatchObject({ [key]: "" });
});

const skips = ["skipCredentialsValidation", "skipRegionValidation", "skipRequestingAccountId"];
const tristate = ["useFipsEndpoint", "useDualstackEndpoint", "skipMetadataApiCheck"];
test.each(["insecure", ...skips, ...tristate])(
    "aws:%s is true or false, and other values are rejected",
    (key) => {
        const name = `aws:${key}`;
        expect(aws({ [name]: "true" })).toMatchObject({ [key]: true });
        expect(aws({ [name]: "false" })).toMatchObject({ [key]: false });
        const unset = tristate.includes(key) ? undefined : false;
        expect((aws({ [name]: "" }) as unknown as Record<string, unknown>)[key]).toBe(unset);
        expect(failure({ [name]: "yes" })).toBe(`configuration ${name}: must be true or false`);
    },
);

test("aws:maxRetries is an integer", () => {
    expect(aws({ "aws:maxRetries": "0" })).toMatchObject({ maxRetries: 0 });
    expect(aws({ "aws:maxRetries": "25" })).toMatchObject({ maxRetries: 25 });
    for (const value of ["-1", "1.5", "many"])
        expect(failure({ "aws:maxRetries": value })).toBe(
            "configuration aws:maxRetries: must be a whole number",
        );
});

test("aws:endpoints may have one entry or several", () => {
    const both = { ec2: "http://a", sts: "http://b" };
    expect(aws({ "aws:endpoints": JSON.stringify([both]) }).endpoints).toEqual(both);
    const apart = JSON.stringify([{ ec2: "http://a" }, { sts: "http://b" }]);
    expect(aws({ "aws:endpoints": apart }).endpoints).toEqual(both);
    expect(failure({ "aws:endpoints": '{"ec2":"http://a"}' })).toMatch(/aws:endpoints: must be a list/);
    expect(failure({ "aws:endpoints": '["http://a"]' })).toMatch(/aws:endpoints: must be an object/);
    expect(failure({ "aws:endpoints": '[{"ec2":{}}]' })).toMatch(/aws:endpoints: must contain only text/);
});

describe("roles", () => {
    test("aws:assumeRoles is a chain, to which the older aws:assumeRole is added", () => {
        const roles = [role, { ...role, externalId: "e", duration: "1h" }];
        expect(aws({ "aws:assumeRoles": JSON.stringify(roles) }).assumeRoles).toEqual(roles);
        expect(aws({ "aws:assumeRole": JSON.stringify(role) }).assumeRoles).toEqual([role]);
        expect(aws({ "aws:assumeRole": "{}" }).assumeRoles).toEqual([]);
    });

    test("a role without an ARN is rejected, not ignored", () => {
        expect(failure({ "aws:assumeRoles": '[{"externalId":"e"}]' })).toBe(
            "configuration aws:assumeRoles: roleArn is required",
        );
        expect(failure({ "aws:assumeRoles": "[null]" })).toMatch(/roleArn is required/);
        expect(failure({ "aws:assumeRole": '{"externalId":"e"}' })).toBe(
            "configuration aws:assumeRole: roleArn is required",
        );
    });

    test("aws:assumeRoleWithWebIdentity", () => {
        const web = { ...role, webIdentityTokenFile: "/token" };
        const key = "aws:assumeRoleWithWebIdentity";
        expect(aws({ [key]: JSON.stringify(web) }).assumeRoleWithWebIdentity).toEqual(web);
        expect(aws({ [key]: "{}" })).not.toHaveProperty("assumeRoleWithWebIdentity");
        expect(failure({ [key]: "[]" })).toBe(`configuration ${key}: must be an object`);
    });
});

test.each(["sharedConfigFiles", "sharedCredentialsFiles"])(
    "aws:%s: one file is used, several are rejected",
    (key) => {
        const name = key.slice(0, -1);
        expect(aws({ [`aws:${key}`]: '["/a"]' })).toMatchObject({ [name]: "/a" });
        expect(aws({ [`aws:${key}`]: "[]" })).not.toHaveProperty(name);
        expect(failure({ [`aws:${key}`]: '["/a","/b"]' })).toBe(
            `configuration aws:${key}: only one file is supported`,
        );
    },
);

test.each(["allowedAccountIds", "forbiddenAccountIds"])("aws:%s may contain numbers", (key) => {
    const ids = (value: string) =>
        (aws({ [`aws:${key}`]: value }) as unknown as Record<string, unknown>)[key];
    expect(ids('[123456789012, "210987654321"]')).toEqual(["123456789012", "210987654321"]);
    // A padded id might be another account.
    for (const short of ["[12345678901]", '["12345678901"]'])
        expect(failure({ [`aws:${key}`]: short })).toBe(
            `configuration aws:${key}: must contain account ids of 12 digits, but an entry is not one: ${quoteAccountId}`,
        );
    expect(failure({ [`aws:${key}`]: '["prod"]' })).toBe(
        `configuration aws:${key}: must contain account ids of 12 digits, but an entry is not one`,
    );
    expect(failure({ [`aws:${key}`]: "123456789012" })).toBe(`configuration aws:${key}: must be a list`);
});

test("ebs-snapshots:accounts maps names to account ids, which may be numbers", () => {
    const key = "ebs-snapshots:accounts";
    expect(read({ [key]: '{"prod":123456789012,"audit":"012345678901"}' }).accounts).toEqual({
        prod: "123456789012",
        audit: "012345678901",
    });
    for (const short of ["12345678901", '"12345678901"'])
        expect(failure({ [key]: `{"prod":${short}}` })).toBe(
            `configuration ${key}: must contain account ids of 12 digits, but "prod" is not one: ${quoteAccountId}`,
        );
    expect(failure({ [key]: '{"prod":"12-34"}' })).toBe(
        `configuration ${key}: must contain account ids of 12 digits, but "prod" is not one`,
    );
    expect(failure({ [key]: '["123456789012"]' })).toBe(`configuration ${key}: must be an object`);
    // Such an alias could not be distinguished from an id.
    expect(failure({ [key]: '{"210987654321":"123456789012"}' })).toBe(
        `configuration ${key}: "210987654321" is not a valid alias: an alias must not consist of digits only`,
    );
});

test("ebs-snapshots:allowPublicSharing is off unless it is true", () => {
    const key = "ebs-snapshots:allowPublicSharing";
    expect(read({ [key]: "true" }).allowPublicSharing).toBe(true);
    expect(read({ [key]: "false" }).allowPublicSharing).toBe(false);
    expect(failure({ [key]: "yes" })).toBe(`configuration ${key}: must be true or false`);
});

test("aws:defaultTags and aws:ignoreTags contain strings, independently of how they are stored", () => {
    expect(aws({ "aws:defaultTags": '{"tags":{"Team":"storage","Cost":1042,"On":true}}' })).toMatchObject({
        defaultTags: { Team: "storage", Cost: "1042", On: "true" },
    });
    expect(aws({ "aws:ignoreTags": '{"keys":["a",1],"keyPrefixes":["kube/"]}' })).toMatchObject({
        ignoreTags: { keys: ["a", "1"], keyPrefixes: ["kube/"] },
    });
    expect(aws({ "aws:ignoreTags": '{"keys":["a"]}' }).ignoreTags).toEqual({ keys: ["a"], keyPrefixes: [] });
    expect(failure({ "aws:defaultTags": '{"tags":{"a":{}}}' })).toMatch(
        /aws:defaultTags: must contain only text/,
    );
    expect(failure({ "aws:defaultTags": '{"tags":["a"]}' })).toMatch(/aws:defaultTags: must be an object/);
    expect(failure({ "aws:ignoreTags": '{"keys":"a"}' })).toMatch(/aws:ignoreTags: keys must be a list/);
});

test("ebs-snapshots:tagKeys contains some or all options, and no other names", () => {
    const key = "ebs-snapshots:tagKeys";
    expect(read({ [key]: '{"group":"Team"}' }).tagKeys).toEqual({
        name: "Name",
        group: "Team",
        billingCode: "BillingCode",
    });
    expect(failure({ [key]: '{"gruop":"Team"}' })).toBe(
        `configuration ${key}: gruop is not supported. Did you mean \`group\`? Supported: name, group, billingCode`,
    );
    expect(failure({ [key]: '{"nmae":"Title"}' })).toContain("nmae is not supported. Did you mean `name`?");
    expect(failure({ [key]: '{"constructor":"Team"}' })).toContain(
        "contains a name that is not supported. Supported: name",
    );
    for (const tag of ["aws:group", "AWS:group", "pulumi-ebs-snapshots:claim", ""])
        expect(failure({ [key]: JSON.stringify({ group: tag }) })).toBe(
            `configuration ${key}: group must be a key of 1 to 128 characters that does not begin with "aws:" or "pulumi-ebs-snapshots:"`,
        );
});

test.each([
    ["aws:ignoreTags", '{"keyPrefix":["a"]}', "keyPrefix", "keyPrefixes"],
    ["aws:defaultTags", '{"tag":{"Team":"x"}}', "tag", "tags"],
    ["aws:assumeRoles", `[${JSON.stringify({ ...role, externalID: "1" })}]`, "externalID", "externalId"],
    ["aws:assumeRole", '{"rolArn":"arn:aws:iam::123456789012:role/backup"}', "rolArn", "roleArn"],
    [
        "aws:assumeRoleWithWebIdentity",
        '{"webIdentityTokenfile":"t"}',
        "webIdentityTokenfile",
        "webIdentityTokenFile",
    ],
])("an unknown name in %s is rejected: %s", (key, value, name, similar) => {
    expect(failure({ [key]: value })).toContain(
        `configuration ${key}: ${name} is not supported. Did you mean \`${similar}\`?`,
    );
});

test.each([
    ["ebs-snapshots:acounts", "ebs-snapshots:accounts"],
    ["ebs-snapshots:allowPublicSharng", "ebs-snapshots:allowPublicSharing"],
    ["ebs-snapshots:tagkeys", "ebs-snapshots:tagKeys"],
    ["aws:proflie", "aws:profile"],
    ["aws:sharedCredentialsFile", "aws:sharedCredentialsFiles"],
])("the unknown key %s is rejected with the suggestion %s", (key, similar) => {
    expect(misspelledKey(["aws:region", key])?.message).toBe(
        `configuration ${key}: is not a supported key. Did you mean \`${similar}\`?`,
    );
});

test("keys that the aws provider supports and keys of the project are not reported as misspelled", () => {
    const keys = ["region", "assumeRole", "s3UsePathStyle", "ec2MetadataServiceEndpoint", "somethingNew"];
    const own = ["plugin", "organization", "accounts", "volumeId"];
    const others = ["azure:acounts", "project:acounts", "acounts"];
    expect(
        misspelledKey([
            ...keys.map((key) => `aws:${key}`),
            ...own.map((key) => `ebs-snapshots:${key}`),
            ...others,
        ]),
    ).toBeUndefined();
});

const structured = [
    ...["endpoints", "assumeRoles", "assumeRole", "assumeRoleWithWebIdentity", "sharedConfigFiles"],
    ...["sharedCredentialsFiles", "allowedAccountIds", "forbiddenAccountIds", "defaultTags", "ignoreTags"],
];
test.each(structured)("aws:%s: invalid JSON is rejected and never shown", (key) => {
    const message = failure({ [`aws:${key}`]: '{"secret-value' });
    expect(message).toBe(`configuration aws:${key}: must be JSON (set it with \`pulumi config set --path\`)`);
});

test.each([...structured, "insecure", "maxRetries"])("aws:%s: a rejected value is never shown", (key) => {
    for (const value of ['"secret-value"', '["secret-value"]', '{"secret-value":[{}]}', "secret-value"]) {
        try {
            read({ [`aws:${key}`]: value });
        } catch (error) {
            expect((error as Error).message).not.toContain("secret-value");
        }
    }
});

describe("every key of the aws provider", () => {
    /** These keys affect neither credentials, nor endpoints, nor trust. */
    const without = ["s3UsEast1RegionalEndpoint", "s3UsePathStyle", "tagPolicyCompliance", "userAgents"];
    // This key limits retries of the Go SDK; this package retries until `timeout`.
    const pacing = ["tokenBucketRateLimiterCapacity"];
    const declarations = readFileSync(require.resolve("@pulumi/aws/config/vars.d.ts"), "utf8");
    const keys = [...declarations.matchAll(/export declare const (\w+)/g)].map(([, key = ""]) => key);

    function keysReadOf(space: string): Set<string> {
        const names = new Set<string>();
        readConfiguration((key) => {
            const [owner = "", name = ""] = key.split(":");
            if (owner === space) names.add(name);
            return undefined;
        });
        return names;
    }

    test("is read, or is listed as irrelevant", () => {
        const keysRead = keysReadOf("aws");
        expect(keys.length).toBeGreaterThan(30);
        expect(misspelledKey(keys.map((key) => `aws:${key}`))).toBeUndefined();
        expect(keys.filter((key) => !keysRead.has(key)).sort()).toEqual([...without, ...pacing].sort());
    });

    test("that is read is an argument of the plugin's provider, so that both doors honour the same keys", () => {
        const read = [...keysReadOf("aws"), ...keysReadOf("ebs-snapshots"), "organization"];
        expect(Object.keys(providerInputs).sort()).toEqual(read.sort());
    });
});
