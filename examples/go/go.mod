module example

go 1.25

require github.com/PLACEHOLDER-OWNER/pulumi-ebs-snapshots/sdk/go v0.0.0

replace github.com/PLACEHOLDER-OWNER/pulumi-ebs-snapshots/sdk/go => ./sdks/go
