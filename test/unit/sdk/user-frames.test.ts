import { afterEach, describe, expect, test } from "vitest";
import { keepUserFrames, userFrames } from "../../../sdk/user-frames";

const folder = "/app/node_modules/pulumi-ebs-snapshots/dist/sdk";
const sdk = "/app/node_modules/@pulumi/pulumi";
const sites = (...files: (string | undefined)[]) => files.map((file) => ({ getFileName: () => file }));
const filesOf = (frames: { getFileName: () => string | undefined }[]) =>
    frames.map((frame) => frame.getFileName());

describe("a filtered stack trace contains", () => {
    test("frames of the SDK's classes, one of this package, and those of the program", () => {
        const trace = sites(
            `${sdk}/resource.js`,
            `${sdk}/resource.js`,
            `${folder}/resource.js`,
            `${folder}/snapshot.js`,
            "/app/backup.ts",
            undefined,
            "file:///app/index.mjs",
            "node:internal/modules/cjs/loader",
            "/app/node_modules/company-components/index.js",
            `${sdk}/cmd/run/run.js`,
        );
        expect(filesOf(userFrames(trace, folder))).toEqual([
            `${sdk}/resource.js`,
            `${sdk}/resource.js`,
            `${folder}/resource.js`,
            "/app/backup.ts",
            "file:///app/index.mjs",
            "/app/node_modules/company-components/index.js",
        ]);
    });

    test("no files of a component of this package, so that its children have the program's line", () => {
        const trace = sites(
            `${sdk}/resource.js`,
            `${folder}/resource.js`,
            `${folder}/lifecycle-policy.js`,
            `${folder}/schedule/snapshot-schedule.js`,
            "C:\\app\\index.js",
        );
        expect(filesOf(userFrames(trace, folder)).slice(1)).toEqual([
            `${folder}/resource.js`,
            "C:\\app\\index.js",
        ]);
    });

    test("only frames of the SDK, if there are no others", () => {
        expect(userFrames(sites(`${sdk}/a.js`, `${sdk}/b.js`), folder)).toEqual([]);
        expect(userFrames([], folder)).toEqual([]);
    });
});

describe("while frames are filtered", () => {
    const errors: { prepareStackTrace?: (error: Error, sites: NodeJS.CallSite[]) => unknown } = Error;
    const before = errors.prepareStackTrace;
    afterEach(() => {
        if (before !== undefined) errors.prepareStackTrace = before;
    });

    test("the position of an anonymous function is in parentheses, as the SDK expects it", () => {
        errors.prepareStackTrace = () =>
            "Error\n    at f (/app/a.js:1:2)\n    at /app/b.js:3:4\n    at async /app/c.js:5:6";
        const keepAllFrames = keepUserFrames();
        expect(new Error().stack).toBe(
            "Error\n    at f (/app/a.js:1:2)\n    at <anonymous> (/app/b.js:3:4)\n    at async <anonymous> (/app/c.js:5:6)",
        );
        keepAllFrames();
        expect(new Error().stack).toContain("    at /app/b.js:3:4");
    });

    test("nothing changes if Node formats the traces", () => {
        Reflect.deleteProperty(errors, "prepareStackTrace");
        keepUserFrames()();
        expect(errors.prepareStackTrace).toBeUndefined();
    });
});
