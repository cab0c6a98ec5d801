/**
 * Declares the changes of a snapshot by a value that is unknown at the preview.
 *
 * @module
 */
import type { Change } from "./changes";
import type { ExistingResources } from "./existing-resources";
import { goes, ifAnother, taken } from "./messages";

export function unknownChanges({ vol1 }: ExistingResources): Record<string, Change> {
    const of = `volumeId: "${vol1}"`;
    return {
        behind: {
            after: "volumeId: fresh.volumeId",
            shows: ["create", '  name: "behind"', '  region: "us-east-1"', "  volumeId: [unknown]"],
        },
        unclear: {
            before: of,
            after: "volumeId: fresh.volumeId",
            shows: ["update", '~ volumeId: "vol-1" => [unknown]'],
        },
        unclearTriggers: {
            before: `${of}, triggers: { disk: "a" }`,
            after: `${of}, triggers: { disk: fresh.volumeId }`,
            shows: [
                "update",
                "~ triggers: {",
                '    ~ disk: "a" => [unknown]',
                "  }",
                goes(taken, ifAnother("triggers")),
            ],
        },
        unclearAndReplaced: {
            before: `${of}, description: "a"`,
            after: 'volumeId: fresh.volumeId, description: "b"',
            shows: [
                "replace",
                '~ description: "a" => "b"',
                '~ volumeId: "vol-1" => [unknown]',
                `warning: replacement will delete ${taken} after the new one completes, unless the new one turns out to be a copy of ` +
                    "something else. To keep it, set keepReplaced: true.",
            ],
        },
    };
}
