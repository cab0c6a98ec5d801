const { PolicyPack } = require("@pulumi/policy");
const { snapshotPolicies } = require("pulumi-ebs-snapshots/policies");

new PolicyPack("snapshots", {
    policies: snapshotPolicies({
        smallestRetention: "7 days",
        levels: { "encryption-required": "advisory" },
    }),
});
