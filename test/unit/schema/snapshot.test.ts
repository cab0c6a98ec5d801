import { expect, test } from "vitest";
import { Host, baseConfig } from "../host";
import { copyTagsRow, testRules, type Table } from "../table";
import { answer } from "../wire";

const volumeId = "vol-0123456789abcdef0";
const host = new Host(baseConfig, ({ action }) => answer(action));
const long = (length: number) => "x".repeat(length);
const cut = `"${long(76)}...`;
const tagMap = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${String(index)}`, "x"]));

const table: Table = {
    volumeId: {
        accepts: ["vol-1", "vol-0123456789abcdef0"],
        refuses: [
            ["vol-xyz", 'volumeId is "vol-xyz", but must be an id such as "vol-0123456789abcdef0"'],
            ["snap-1", 'volumeId is "snap-1", but must be an id such as "vol-0123456789abcdef0"'],
            [" vol-1", 'volumeId is " vol-1", but must be an id such as "vol-0123456789abcdef0"'],
            ["vol-1\n", 'volumeId is "vol-1\\n", but must be an id such as "vol-0123456789abcdef0"'],
            ["", 'volumeId is "", but must be an id such as "vol-0123456789abcdef0"'],
            [1, 'volumeId is 1, but must be an id such as "vol-0123456789abcdef0"'],
            [null, "volumeId is required"],
        ],
        change: [["vol-1", "vol-2", "replace"]],
    },
    description: {
        accepts: ["", "before the migration", long(255), null],
        refuses: [
            [5, "description is 5, but must be text of at most 255 characters: write it in quotation marks"],
            [long(256), `description is ${cut}, but must be text of at most 255 characters`],
        ],
        change: [
            ["a", "b", "replace"],
            [undefined, "b", "replace"],
            ["a", undefined, "replace"],
        ],
    },
    triggers: {
        accepts: [{}, { release: "2.4.0" }, { deep: { list: [1, { a: null }] }, flag: true }],
        refuses: [
            ["2.4.0", 'triggers is "2.4.0", but must be an object'],
            [["2.4.0"], 'triggers is ["2.4.0"], but must be an object'],
        ],
        change: [
            [{ a: 1 }, { a: 2 }, "replace"],
            [{ a: 1 }, {}, "replace"],
            [undefined, { a: 1 }, "replace"],
            [{ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, "nothing"],
        ],
    },
    keepReplaced: {
        accepts: [true, false],
        refuses: [["yes", 'keepReplaced is "yes", but must be true or false']],
        change: [[true, false, "update"]],
    },
    copyTagsFromVolume: copyTagsRow("copyTagsFromVolume"),
    waitForCompletion: {
        accepts: [true, false],
        refuses: [["true", 'waitForCompletion is "true", but must be true or false']],
        change: [[true, false, "update"]],
    },
    outpostArn: {
        accepts: ["arn:aws:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0"],
        refuses: [["op-1", 'outpostArn is "op-1", but must be the ARN of an Outpost']],
        change: [
            [undefined, "arn:aws:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0", "replace"],
        ],
    },
    location: {
        accepts: ["local", "regional"],
        refuses: [["zone", 'location is "zone", but must be "local" or "regional"']],
        change: [["local", "regional", "replace"]],
    },
    lock: {
        accepts: [
            { mode: "governance", duration: "1 day" },
            { mode: "governance", duration: "48 hours" },
            { mode: "compliance", duration: "36500 days", coolOff: "72 hours" },
            { mode: "compliance", expiresAt: "2030-01-31T00:00:00Z" },
        ],
        refuses: [
            ["governance", 'lock is "governance", but must be an object'],
            [{ duration: "1 day" }, "lock.mode is required"],
            [
                { mode: "strict", duration: "1 day" },
                'lock.mode is "strict", but must be "governance" or "compliance"',
            ],
            [
                { mode: "governance", duration: "36 hours" },
                'lock.duration is "36 hours", but must be a whole number of days, 36500 at most',
            ],
            [
                { mode: "governance", duration: "36501 days" },
                'lock.duration is "36501 days", but must be a whole number of days, 36500 at most',
            ],
            [
                { mode: "compliance", duration: "1 day", coolOff: "73 hours" },
                'lock.coolOff is "73 hours", but must be a whole number of hours, 72 at most',
            ],
            [
                { mode: "governance", duration: "1 day", coolOff: "1 hour" },
                'lock.coolOff is "1 hour", but a lock in governance mode has no cool-off period. Remove coolOff.',
            ],
            [
                { mode: "governance", expiresAt: "tomorrow" },
                'lock.expiresAt is "tomorrow", but must be a time in ISO 8601, UTC, such as 2030-01-31T00:00:00Z',
            ],
            [{ mode: "governance" }, "lock specify exactly one of duration and expiresAt."],
        ],
        change: [
            [
                { mode: "governance", duration: "1 day" },
                { mode: "governance", duration: "24 hours" },
                "nothing",
            ],
            [{ mode: "governance", duration: "1 day" }, { mode: "governance", duration: "2 days" }, "update"],
            [undefined, { mode: "governance", duration: "2 days" }, "update"],
            [
                { mode: "governance", expiresAt: "2030-01-31T00:00Z" },
                { mode: "governance", expiresAt: "2030-01-31T00:00:00.000Z" },
                "nothing",
            ],
        ],
    },
    fastRestore: {
        accepts: [{ availabilityZones: ["us-east-1a"] }, { availabilityZoneIds: ["use1-az1"] }],
        refuses: [
            [true, "fastRestore is true, but must be an object"],
            [{}, "fastRestore specify exactly one of availabilityZones and availabilityZoneIds."],
            [
                { availabilityZones: [] },
                "fastRestore.availabilityZones is [], but must be a list of at least 1",
            ],
        ],
        change: [
            [{ availabilityZones: ["a", "b"] }, { availabilityZones: ["b", "a", "a"] }, "nothing"],
            [{ availabilityZones: ["a"] }, { availabilityZones: ["a", "b"] }, "update"],
        ],
    },
    storageTier: {
        accepts: ["standard", "archive"],
        refuses: [["glacier", 'storageTier is "glacier", but must be "standard" or "archive"']],
        change: [["standard", "archive", "update"]],
    },
    permanentRestore: {
        accepts: [true, false],
        refuses: [[1, "permanentRestore is 1, but must be true or false"]],
        change: [[undefined, true, "update"]],
    },
    temporaryRestoreDays: {
        accepts: [],
        refuses: [
            [
                3,
                'temporaryRestoreDays requires an archived snapshot. Set storageTier: "archive", or remove temporaryRestoreDays.',
            ],
        ],
        change: [[3, 5, "update"]],
    },
    timeout: {
        accepts: ["90 minutes", "1 second", "1 day", "30 days"],
        refuses: ["2h", "0 minutes", "1.5 hours", "-1 hours", "1  hour", "1 week", 90, ""].map((value) => [
            value,
            `timeout is ${JSON.stringify(value)}, but must be a length of time such as "90 minutes", "12 hours" or "30 days"`,
        ]),
        change: [
            ["1 hour", "2 hours", "update"],
            ["24 hours", "1 day", "nothing"],
            [undefined, "1 hour", "update"],
        ],
    },
    name: {
        accepts: ["", "nightly", long(256)],
        refuses: [
            [{ a: 1 }, 'name is {"a":1}, but must be text of at most 256 characters'],
            [long(257), `name is ${cut}, but must be text of at most 256 characters`],
        ],
        change: [
            ["a", "b", "update"],
            [undefined, "b", "update"],
        ],
    },
    group: {
        accepts: ["payments"],
        refuses: [
            [true, "group is true, but must be text of at most 256 characters: write it in quotation marks"],
        ],
        change: [["a", "b", "update"]],
    },
    billingCode: {
        accepts: ["CC-1042"],
        refuses: [
            [
                1042,
                "billingCode is 1042, but must be text of at most 256 characters: write it in quotation marks",
            ],
        ],
        change: [["a", "b", "update"]],
    },
    tags: {
        accepts: [{}, { Team: "storage", Empty: "" }, { [long(128)]: long(256) }, tagMap(46)],
        refuses: [
            ["a=b", 'tags is "a=b", but must be an object'],
            [
                { Team: 5 },
                "tags.Team is 5, but must be text of at most 256 characters: write it in quotation marks",
            ],
            [
                { "aws:backup": "x" },
                'tags.aws:backup must be a key of 1 to 128 characters that does not begin with "aws:" or "pulumi-ebs-snapshots:"',
            ],
            [
                tagMap(48),
                "tags result in 49 tags, together with name, group, billingCode and aws:defaultTags. The maximum is 47: " +
                    "EC2 allows 50 on a resource, and this package writes 3 of its own. Remove 2.",
            ],
            [
                { "": "x" },
                'tags. must be a key of 1 to 128 characters that does not begin with "aws:" or "pulumi-ebs-snapshots:"',
            ],
        ],
        change: [
            [{ a: "1" }, { a: "2" }, "update"],
            [{ a: "1", b: "2" }, { b: "2", a: "1" }, "nothing"],
            [undefined, {}, "nothing"],
        ],
    },
    adopt: {
        accepts: ["snap-1"],
        refuses: [["vol-1", 'adopt is "vol-1", but must be an id such as "snap-0123456789abcdef0"']],
        change: [
            [undefined, "snap-1", "nothing"],
            ["snap-1", "snap-2", "nothing"],
        ],
    },
    region: {
        accepts: ["eu-west-1", "us-gov-west-1", "cn-north-1", "us-iso-east-1", "ap-southeast-7"],
        refuses: [
            ["us-east-1a", 'region is "us-east-1a", but must be a region such as "us-east-1"'],
            ["Ireland", 'region is "Ireland", but must be a region such as "us-east-1"'],
            [1, 'region is 1, but must be a region such as "us-east-1"'],
        ],
        change: [["us-east-1", "eu-west-1", "replace"]],
    },
    credentials: {
        accepts: [
            { profile: "backup" },
            { assumeRoles: [{ roleArn: "arn:aws:iam::123456789012:role/backup" }] },
            {
                assumeRoles: [
                    { roleArn: "arn:aws-us-gov:iam::123456789012:role/path/a", externalId: "e" },
                    {
                        roleArn: "arn:aws-cn:iam::123456789012:role/b",
                        sessionName: "s",
                        duration: "1h30m",
                        policy: "{}",
                        policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
                        tags: { a: "b" },
                        transitiveTagKeys: ["a"],
                        sourceIdentity: "me",
                    },
                ],
            },
        ],
        refuses: [
            ["backup", 'credentials is "backup", but must be an object'],
            [{}, "credentials specify exactly one of profile and assumeRoles."],
            [
                { profile: "a", assumeRoles: [{ roleArn: "arn:aws:iam::123456789012:role/b" }] },
                "credentials specify exactly one of profile and assumeRoles.",
            ],
            [{ profile: "" }, 'credentials.profile is "", but must be the name of a profile'],
            [{ assumeRoles: [] }, "credentials.assumeRoles is [], but must be a list of at least 1"],
            [{ assumeRoles: [{}] }, "credentials.assumeRoles[0].roleArn is required"],
            [
                { assumeRoles: [{ roleArn: "backup" }] },
                'credentials.assumeRoles[0].roleArn is "backup", but must be the ARN of a role',
            ],
            [
                {
                    assumeRoles: [{ roleArn: "arn:aws:iam::123456789012:role/b", duration: "one hour" }],
                },
                'credentials.assumeRoles[0].duration is "one hour", but must be such as "1h" or "30m"',
            ],
            [
                { accessKey: "AKIA" },
                "credentials.accessKey is not a supported property. Supported: assumeRoles, profile",
            ],
        ],
        change: [[{ profile: "a" }, { profile: "b" }, "update"]],
    },
};

testRules(host, { volumeId }, table);

test("a misspelt property is rejected with the supported ones", async () => {
    expect(await host.failures({ volumeId, descripton: "x" })).toEqual([
        `descripton is not a supported property. Did you mean \`description\`? Supported: ${Object.keys(table).sort().join(", ")}`,
    ]);
});
