import { expect, test } from "vitest";
import { UNKNOWN, type Properties } from "../../../schema/values";
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
            [5, "description is 5, but must be text of at most 255 characters"],
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
        refuses: [[true, "group is true, but must be text of at most 256 characters"]],
        change: [["a", "b", "update"]],
    },
    billingCode: {
        accepts: ["CC-1042"],
        refuses: [[1042, "billingCode is 1042, but must be text of at most 256 characters"]],
        change: [["a", "b", "update"]],
    },
    tags: {
        accepts: [{}, { Team: "storage", Empty: "" }, { [long(128)]: long(256) }, tagMap(46)],
        refuses: [
            ["a=b", 'tags is "a=b", but must be an object'],
            [{ Team: 5 }, "tags.Team is 5, but must be text of at most 256 characters"],
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

test("an unknown value deep in a property is neither a failure nor a replacement", async () => {
    const after = {
        volumeId,
        triggers: { release: { version: UNKNOWN } },
        tags: { Team: UNKNOWN },
        credentials: { assumeRoles: [{ roleArn: UNKNOWN, policyArns: [UNKNOWN] }] },
    };
    expect(await host.failures(after)).toEqual([]);
    expect(await host.diff({ volumeId, triggers: { release: { version: 1 } } }, after)).toEqual({
        changes: true,
    });
    expect(await host.failures({ volumeId, credentials: { profile: UNKNOWN } })).toEqual([]);
    expect(await host.failures({ volumeId, credentials: { assumeRoles: UNKNOWN } })).toEqual([]);
    expect(await host.failures({ volumeId, credentials: UNKNOWN })).toEqual([]);
});

test("one value known to differ replaces, whatever else is unknown", async () => {
    const before = { volumeId: "vol-1", description: "a" };
    expect(await host.diff(before, { volumeId: UNKNOWN, description: "b" })).toEqual({
        changes: true,
        replaces: ["description"],
    });
});

test("a misspelt property is refused with those that there are", async () => {
    expect(await host.failures({ volumeId, descripton: "x" })).toEqual([
        `descripton is not a supported property. Did you mean \`description\`? Supported: ${Object.keys(table).sort().join(", ")}`,
    ]);
});

test("what contradicts itself is refused on the property at fault", async () => {
    expect(await host.failures({ volumeId, storageTier: "archive", temporaryRestoreDays: 3 })).toEqual([]);
    expect(await host.failures({ volumeId, storageTier: "archive", permanentRestore: true })).toEqual([
        'permanentRestore cannot be combined with storageTier: "archive", which keeps the snapshot there. Remove one of them.',
    ]);
    expect(await host.failures({ volumeId, storageTier: "archive", temporaryRestoreDays: 0 })).toEqual([
        "temporaryRestoreDays is 0, but must be a positive integer",
    ]);
    const fastRestore = { availabilityZones: ["us-east-1a"] };
    expect(await host.failures({ volumeId, storageTier: "archive", fastRestore })).toEqual([
        "fastRestore cannot be combined with the archive, where fast snapshot restore ends. Remove one of them.",
    ]);
    expect(await host.failures({ volumeId, waitForCompletion: false, fastRestore })).toEqual([
        "fastRestore requires a completed snapshot, for which waitForCompletion: false does not wait. Remove one of them.",
    ]);
});

test("all failures are reported, not only the first one", async () => {
    const failures = await host.failures({ description: 5, timeout: "2h", tags: { a: 1, b: 2 } });
    expect(failures.map((failure) => failure.split(" ")[0]).sort()).toEqual([
        "description",
        "tags.a",
        "tags.b",
        "timeout",
        "volumeId",
    ]);
});

test("a value of any length is shown cut", async () => {
    const [failure] = await host.failures({ volumeId: long(10_000) });
    expect(failure!.length).toBeLessThan(200);
});

test("a key that two options write is refused on the property at fault", async () => {
    expect(await host.failures({ volumeId, group: "a", tags: { Group: "b" } })).toEqual([
        "tags.Group specifies a tag that group writes too. Specify it once.",
    ]);
    const same = new Host({
        ...baseConfig,
        "ebs-snapshots:tagKeys": '{"group":"Team","billingCode":"Team"}',
    });
    expect(await same.failures({ volumeId, group: "a", billingCode: "b" })).toEqual([
        'billingCode writes the tag "Team", as group does. Specify one of them, or change ebs-snapshots:tagKeys.',
    ]);
    expect(await same.failures({ volumeId, group: "a" })).toEqual([]);
});

test("the state of the copy decides: an error replaces it, an unfinished job updates it if it is awaited", async () => {
    const inputs = { volumeId };
    expect(await host.diff(inputs, inputs, { state: "error" })).toEqual({
        changes: true,
        replaces: ["state"],
    });
    expect(await host.diff(inputs, inputs, { state: "pending" })).toEqual({ changes: true });
    const unawaited = { volumeId, waitForCompletion: false };
    expect(await host.diff(unawaited, unawaited, { state: "pending" })).toEqual({ changes: false });
});

test("the preview of a replacement describes the fate of the existing copy", async () => {
    const { said, diff } = withVoice();
    const facts = { startTime: "2026-01-01T00:00:00.000Z", volumeSize: 8 };
    await diff({ volumeId: "vol-1" }, { volumeId: "vol-2" }, facts);
    await diff({ volumeId: "vol-1", description: "a" }, { volumeId: "vol-1", description: "b" }, facts);
    expect(said).toEqual([
        "warn: replacement will retain snapshot snap-1 (of volume vol-1, created 2026-01-01T00:00:00.000Z, 8 GiB) in the account; Pulumi will no longer manage it",
        "warn: replacement will delete snapshot snap-1 (of volume vol-1, created 2026-01-01T00:00:00.000Z, 8 GiB) after the new one completes. To keep it, set keepReplaced: true.",
    ]);
});

test("replaceOnChanges replaces; an unknown value replaces only by the engine; another spelling never does", async () => {
    const watched = (values: Properties, __replaceOnChanges = ["group"]) => ({
        volumeId,
        __replaceOnChanges,
        ...values,
    });
    const before = watched({ group: "a" });
    const replaced = { changes: true, replaces: ["group"] };
    expect(await host.diff(before, watched({ group: "b" }))).toEqual(replaced);
    expect(await host.diff({ volumeId, group: "a" }, watched({ group: "b" }))).toEqual(replaced);
    expect(await host.answer(before, watched({ group: UNKNOWN }))).toEqual({});
    const all = (timeout: string, name: string) => watched({ timeout, name }, ["timeout"]);
    expect(await host.answer(all("24 hours", "a"), all("1 day", "b"))).toEqual({ changes: true });
});

test("the engine compares inputs by itself; diff lists changed inputs only if the engine finds none", async () => {
    const one = { volumeId, description: "a", group: "a" };
    expect(await host.answer(one, { ...one, group: "b" })).toEqual({});
    expect(await host.answer(one, { ...one, description: "b" })).toEqual({ replaces: ["description"] });
    expect(await host.answer(one, one)).toEqual({ changes: false });
    expect(await host.answer(one, one, { state: "error" })).toEqual({ changes: true, replaces: ["state"] });
    const secret = { ...one, description: "b", __secrets: ["group"] };
    expect(await host.answer(one, secret)).toEqual({ changes: true, replaces: ["description"] });
});

test("a refresh, which compares other inputs than the program's, gets the list of changed inputs", async () => {
    const { inputs } = await host.check({ volumeId, group: "a" });
    await host.check({ volumeId, group: "b" }, inputs);
    const observed = { ...inputs, group: "outside" };
    const answer = await host.clock.until(
        host.lifecycle.diff("snap-1", { ...observed, ...host.whole }, inputs),
    );
    expect(answer).toEqual({ changes: true });
});

test("what means the same as before stays as it was written, what is not known yet does not", async () => {
    const { inputs } = await host.check({ volumeId, timeout: "24 hours" });
    const timeout = async (given: unknown) =>
        (await host.check({ volumeId, timeout: given }, inputs)).inputs["timeout"];
    expect(await timeout("1 day")).toBe("24 hours");
    expect(await timeout("2 days")).toBe("2 days");
    expect(await timeout(UNKNOWN)).toBe(UNKNOWN);
});

test("the name is the resource's own unless one is given, and stays when it is renamed with an alias", async () => {
    const { inputs } = await host.check({ volumeId });
    expect(inputs).toMatchObject({ name: "nightly", region: "us-east-1" });
    const renamed = await host.check({ volumeId, __urn: "urn:pulumi:test::project::x::weekly" }, inputs);
    expect(renamed.inputs).toMatchObject({ name: "nightly" });
    const named = await host.check({ volumeId, name: "given" }, inputs);
    expect(named.inputs).toMatchObject({ name: "given" });
});

test("an unknown region is no failure; a missing one is", async () => {
    const { "aws:region": _, ...nowhere } = baseConfig;
    const files = {
        "aws:sharedConfigFiles": '["/nonexistent"]',
        "aws:sharedCredentialsFiles": '["/nonexistent"]',
    };
    const environment = { ...process.env };
    delete process.env["AWS_REGION"];
    delete process.env["AWS_DEFAULT_REGION"];
    try {
        const lost = new Host({ ...nowhere, ...files });
        expect(await lost.failures({ volumeId, credentials: { profile: UNKNOWN } })).toEqual([]);
        expect(await lost.failures({ volumeId, credentials: UNKNOWN })).toEqual([]);
        expect(await lost.failures({ volumeId })).toEqual([
            "configuration aws:region: no AWS region is configured. Run `pulumi config set aws:region <region>`, set AWS_REGION, or set the `region` argument.",
        ]);
    } finally {
        process.env = environment;
    }
});

test("a changed aws:region moves no resource, not even through a replacement", async () => {
    const moved = new Host({ ...baseConfig, "aws:region": "eu-west-1" });
    const state = { volumeId, region: "us-east-1" };
    expect((await moved.check({ volumeId }, state)).inputs).toMatchObject({ region: "us-east-1" });
    expect((await moved.check({ volumeId }, {})).inputs).toMatchObject({ region: "us-east-1" });
    const other = { volumeId, __urn: "urn:pulumi:test::project::x::other" };
    expect((await moved.check(other)).inputs).toMatchObject({ region: "eu-west-1" });
});

function withVoice() {
    const fresh = new Host();
    return { said: fresh.said, diff: fresh.diff.bind(fresh) };
}

test("a secret that is refused is not shown", async () => {
    const failures = await new Host().failures({
        volumeId: "vol-1",
        tags: { Token: `hush${"!".repeat(300)}` },
        description: `hush${"!".repeat(300)}`,
        __secrets: ["tags", "description"],
    });
    expect(failures).toEqual([
        "tags.Token is [secret], but must be text of at most 256 characters",
        "description is [secret], but must be text of at most 255 characters",
    ]);
});
