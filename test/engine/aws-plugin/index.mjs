#!/usr/bin/env node
// Replaces the plugin of @pulumi/aws, which is not in a package registry: it accepts every resource as declared and
// returns the outputs that the components read. It calls no AWS service, but runs invoked Lambda functions.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import { provider } from "@pulumi/pulumi";

const { version } = createRequire(import.meta.url)("@pulumi/aws/package.json");
const account = "123456789012";
const region = "us-east-1";
const data = {
    "aws:index/getPartition:getPartition": { id: "aws", partition: "aws", dnsSuffix: "amazonaws.com" },
    "aws:index/getCallerIdentity:getCallerIdentity": { id: account, accountId: account },
    "aws:index/getRegion:getRegion": { id: region, name: region, region },
};

/** The functions of this run by name: the code and the environment. */
const functions = new Map();

function typeOf(urn) {
    return urn.split("::").at(-2).split("$").at(-1);
}

/** The plugin of @pulumi/aws adds such a suffix, so that a replacement can exist beside the old resource. */
function nameOf(urn) {
    return `${urn.split("::").at(-1)}-${createHash("sha256").update(urn).digest("hex").slice(0, 7)}`;
}

/** Applies the inputs, and returns them with the outputs that the components read. */
function apply(urn, inputs, state) {
    const type = typeOf(urn);
    const service = type.split(":")[1].split("/")[0];
    const outputs = {
        arn:
            service === "iam"
                ? `arn:aws:iam::${account}:role/${inputs.name}`
                : `arn:aws:${service}:${region}:${account}:${inputs.name}`,
        url: `https://sqs.${region}.amazonaws.com/${account}/${inputs.name}`,
        ...inputs,
    };
    if (type === "aws:lambda/function:Function")
        functions.set(inputs.name, { folder: inputs.code.path, variables: inputs.environment.variables });
    if (type !== "aws:lambda/invocation:Invocation") return outputs;
    const target = functions.get(inputs.functionName) ?? state.target;
    return { ...outputs, target, result: invoke(target, inputs, state === undefined ? "create" : "update") };
}

/** Runs a function as Lambda does for an `aws.lambda.Invocation` with the scope CRUD. */
function invoke({ folder, variables }, { input, terraformKey }, action) {
    const event = { ...JSON.parse(input), [terraformKey]: { action, prev_input: null } };
    const script = `require(".").handler(${JSON.stringify(event)}).then((done) => console.log(JSON.stringify(done)))`;
    const env = { ...process.env, ...variables };
    const printed = execFileSync(process.execPath, ["-e", script], { cwd: folder, env, encoding: "utf8" });
    return printed.trim().split("\n").at(-1);
}

const aws = {
    version,
    check: async (urn, state, inputs) => ({ inputs: { name: state?.name ?? nameOf(urn), ...inputs } }),
    diff: async (_id, _urn, state, inputs) => {
        const changed = Object.keys(inputs).filter((key) => !isDeepStrictEqual(state[key], inputs[key]));
        return { changes: changed.length > 0, replaces: changed.filter((key) => key === "name") };
    },
    create: async (urn, inputs) => ({ id: inputs.name, outs: apply(urn, inputs) }),
    update: async (_id, urn, state, inputs) => ({ outs: apply(urn, inputs, state) }),
    delete: async (_id, urn, state) => {
        if (typeOf(urn) === "aws:lambda/invocation:Invocation") invoke(state.target, state, "delete");
    },
    invoke: async (token) => {
        if (data[token] === undefined) throw new Error(`this plugin has no ${token}`);
        return { outputs: data[token] };
    },
};

void provider.main(aws, process.argv.slice(2));
