import type { Table } from "../table";

export const yes = [true, false];
export const noFlag = (property: string): [unknown, string][] => [
    ["yes", `${property} is "yes", but must be true or false`],
];
export const noCount = (property: string): [unknown, string][] =>
    [0, -1, 1.5, "8", 2 ** 60].map((value) => [
        value,
        `${property} is ${JSON.stringify(value)}, but must be a positive integer`,
    ]);

/** Contains the rows of the options of every volume; the test's source has 8 GiB, and the account encrypts. */
export const volumeOptionRows = {
    carryData: {
        accepts: [true, false, "crashConsistent"],
        refuses: [
            ["yes", 'carryData is "yes", but must be true, false or "crashConsistent"'],
            [1, 'carryData is 1, but must be true, false or "crashConsistent"'],
        ],
        change: [
            [undefined, true, "update"],
            [true, "crashConsistent", "update"],
            [undefined, false, "nothing"],
        ],
    },
    size: {
        accepts: [8, 20, 65_536, 1_000_000],
        refuses: [...noCount("size")],
        change: [
            [8, 20, "update"],
            [20, undefined, "nothing"],
        ],
    },
    volumeType: {
        accepts: ["gp2", "gp3", "st1", "io9"],
        refuses: [
            ["", 'volumeType is "", but must be a type of volume such as "gp3"'],
            ["io2", "iops is required for volumes of type io2"],
        ],
        change: [
            ["gp2", "gp3", "update"],
            ["gp2", undefined, "nothing"],
            ["gp3", undefined, "nothing"],
        ],
    },
    iops: {
        accepts: [3_000, 80_000],
        refuses: noCount("iops"),
        change: [
            [3_000, 4_000, "update"],
            [3_000, undefined, "nothing"],
        ],
    },
    throughput: {
        accepts: [125, 2_000],
        refuses: noCount("throughput"),
        change: [
            [125, 250, "update"],
            [125, undefined, "nothing"],
        ],
    },
    multiAttachEnabled: {
        accepts: [false],
        refuses: [
            ...noFlag("multiAttachEnabled"),
            [
                true,
                "multiAttachEnabled is not supported by volumes of type gp3. Remove it, or set volumeType to io1 or io2.",
            ],
        ],
        change: [[undefined, false, "nothing"]],
    },
    encrypted: {
        accepts: [true],
        refuses: [
            ...noFlag("encrypted"),
            [
                false,
                "encrypted is false, but the account encrypts all new volumes and copies in us-east-1. Remove encrypted.",
            ],
        ],
        change: [[true, undefined, "nothing"]],
    },
    kmsKeyId: {
        accepts: ["alias/backup", "0123abcd-0123-0123-0123-0123456789ab"],
        refuses: [
            [
                "my key",
                'kmsKeyId is "my key", but must be a KMS key: its id, its ARN, or an alias such as "alias/backup"',
            ],
        ],
        change: [
            [
                "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-0123-0123-0123456789ab",
                "0123abcd-0123-0123-0123-0123456789ab",
                "nothing",
            ],
            ["0123abcd-0123-0123-0123-0123456789ab", "0123abcd-0123-0123-0123-0123456789ac", "replace"],
            ["alias/backup", undefined, "nothing"],
        ],
    },
    waitForInitialization: {
        accepts: yes,
        refuses: noFlag("waitForInitialization"),
        change: [[undefined, true, "update"]],
    },
    finalSnapshot: {
        accepts: [true, false, {}, { name: "last", tags: { Keep: "1 year" } }],
        refuses: [
            ["yes", 'finalSnapshot is "yes", but must be an object'],
            [
                { tags: { a: 1 } },
                "finalSnapshot.tags.a is 1, but must be text of at most 256 characters: write it in quotation marks",
            ],
            [
                { nam: "x" },
                "finalSnapshot.nam is not a supported property. Did you mean `name`? Supported: name, tags",
            ],
        ],
        change: [
            [undefined, true, "update"],
            [true, { name: "last" }, "update"],
        ],
    },
    timeout: {
        accepts: ["90 minutes"],
        refuses: [
            [
                "2h",
                'timeout is "2h", but must be a length of time such as "90 minutes", "12 hours" or "30 days"',
            ],
        ],
        change: [["24 hours", "1 day", "nothing"]],
    },
    adopt: {
        accepts: [],
        refuses: [["snap-1", 'adopt is "snap-1", but must be an id such as "vol-0123456789abcdef0"']],
        change: [[undefined, "vol-1", "nothing"]],
    },
} satisfies Table;
