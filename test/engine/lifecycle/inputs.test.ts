// Tests the inputs of programs: invalid values, unknown values, and unsupported options.
// It needs the engine, which shows failures on properties, passes unknown values and rejects options.

import { expect } from "vitest";
import { createProject, emulator, test } from "../../fixture";
import { installAwsPlugin, useAwsPlugin } from "../aws-plugin/fixture";
import { during, live, program, snapshot, snapshotIds, volumes } from "../steps";

let volumeId: string;

test.beforeEach(async () => {
    volumeId = await emulator.createVolume();
});

test("invalid inputs fail at preview with the property and the given value, without any call", async () => {
    const role = { roleArn: "arn:aws:iam::123456789012:role/x" };
    const bad = {
        volumeId: "vol-XYZ",
        volumeIdd: volumeId,
        timeout: "24h",
        description: 7,
        region: "Ohio",
        waitForCompletion: "no",
        credentials: { profile: "p", assumeRoles: [role] },
    };
    const project = await createProject(program(snapshot("data", bad)));
    const { result, all } = await during(emulator, () => project.run("preview"));
    expect(result.code).not.toBe(0);
    const reasons = [
        /property volumeId .*is "vol-XYZ", but must be an id such as "vol-0123456789abcdef0"/,
        /property volumeIdd .*is not a supported property. Did you mean `volumeId`\? Supported: .*volumeId/,
        /property timeout .*is "24h", but must be a length of time such as "90 minutes"/,
        /property description .*is 7, but must be text/,
        /property region .*is "Ohio", but must be a region such as "us-east-1"/,
        /property waitForCompletion .*is "no", but must be true or false/,
        /property credentials .*specify exactly one of profile and assumeRoles./,
    ];
    for (const reason of reasons) expect(result.output).toMatch(reason);
    expect(all).toEqual([]);
    expect(await project.state()).toEqual([]);
});

test("a duplicate tag key, a reserved tag key and a missing required property are rejected", async () => {
    const project = await createProject(
        program(snapshot("data", { volumeId, group: "payments", tags: { Group: "again", Name: "n" } })),
    );
    const twice = await during(emulator, () => project.run("preview"));
    expect(twice.result.output).toContain("specifies a tag that group writes too");
    expect(twice.result.output).toContain("specifies a tag that name writes too");
    expect(twice.all).toEqual([]);

    await project.program(program(snapshot("data", { tags: { "aws:x": "mine", Long: "x".repeat(257) } })));
    const others = await during(emulator, () => project.run("up", "--yes", "--skip-preview"));
    expect(others.result.code).not.toBe(0);
    expect(others.result.output).toMatch(/property volumeId .*is required/);
    expect(others.result.output).toContain('does not begin with "aws:"');
    expect(others.result.output).toContain("must be text of at most 256 characters");
    expect(others.all).toEqual([]);
    expect(await project.state()).toEqual([]);
});

test("a volume id that is unknown at preview is accepted, and its snapshot is created after the volume", async () => {
    const text = program(
        volumes(emulator),
        'const volume = new Volume("disk", { zone: "us-east-1a" });',
        'const data = new Snapshot("data", { volumeId: volume.id, description: pulumi.interpolate`of ${volume.id}`, tags: { Of: volume.id } });',
        "exports.of = data.volumeId; exports.volume = volume.id;",
    );
    const project = await createProject(text);
    const previewed = await during(emulator, () => project.preview());
    expect(previewed.result).toContain("3 to create");
    // Reads the resources that the stack owns: a forced replacement appears as a new resource here.
    expect(previewed.all.map(({ action }) => action)).toEqual(["DescribeSnapshots"]);
    await project.up();
    const { of: source, volume } = await project.outputs();
    expect(source).toBe(volume);
    expect((await live(project, "data")).outputs).toMatchObject({
        description: `of ${String(volume)}`,
        tags: { Of: volume },
    });
    expect(await project.up()).toContain("3 unchanged");
});

test("a snapshot of a volume that does not exist fails after about a minute with EC2's message", async () => {
    const project = await createProject(program(snapshot("data", { volumeId: "vol-0123456789abcdef0" })));
    const { result, actions } = await during(emulator, () => project.upFails());
    expect(result).toContain(
        "creating snapshot of volume vol-0123456789abcdef0: InvalidVolume.NotFound: " +
            "The volume 'vol-0123456789abcdef0' does not exist. It was looked for in us-east-1 (account 123456789012).",
    );
    // EC2 also returns this error for a volume that another resource has just created.
    expect(new Set(actions)).toEqual(new Set(["CreateSnapshot", "GetCallerIdentity"]));
    expect(await project.state()).toEqual([]);
    expect(await snapshotIds(emulator)).toEqual([]);
});

test("an explicit or inherited aws.Provider without region or credentials is rejected; so is deletedWith", async () => {
    const provider = 'const aws = new pulumi.ProviderResource("aws", "explicit", {});';
    const component = [
        "class Backup extends pulumi.ComponentResource {",
        '    constructor(opts) { super("test:index:Backup", "backup", {}, opts); }',
        "}",
        "const backup = new Backup({ providers: { aws } });",
    ].join("\n");
    const direct = program(provider, snapshot("data", { volumeId }, "{ provider: aws }"));
    const runtime = `runtime: { name: nodejs, options: { typescript: false } }\n${useAwsPlugin}`;
    const project = await createProject(direct, { runtime });
    await installAwsPlugin(project);

    const refused = await during(emulator, () => project.run("preview"));
    expect(refused.result.code).not.toBe(0);
    expect(refused.result.output).toContain(
        'dynamic/ebs:Snapshot "data": an explicit aws.Provider does not reach dynamic resources',
    );
    await project.program(program(provider, component, snapshot("data", { volumeId }, "{ parent: backup }")));
    const inherited = await during(emulator, () => project.run("preview"));
    expect(inherited.result.code).not.toBe(0);
    expect(inherited.result.output).toContain("an explicit aws.Provider does not reach dynamic resources");
    expect([...refused.all, ...inherited.all]).toEqual([]);

    await project.program(
        program(
            provider,
            component,
            snapshot("direct", { volumeId, region: "us-east-1" }, "{ provider: aws }"),
            snapshot("inherited", { volumeId, region: "us-east-1" }, "{ parent: backup }"),
        ),
    );
    await project.up();
    expect(await snapshotIds(emulator)).toHaveLength(2);
    expect(await project.up()).toContain("5 unchanged");
    await project.destroy();

    await project.program(
        program(snapshot("one", { volumeId }), snapshot("data", { volumeId }, "{ deletedWith: one }")),
    );
    const deletedWith = await project.run("preview");
    expect(deletedWith.code).not.toBe(0);
    expect(deletedWith.output).toContain(
        "the option deletedWith is not supported: a snapshot outlives its volume",
    );
});
