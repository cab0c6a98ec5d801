package main

import (
	ebs "github.com/PLACEHOLDER-OWNER/pulumi-ebs-snapshots/sdk/go/ebssnapshots"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		conf := config.New(ctx, "")
		snapshot, err := ebs.NewSnapshot(ctx, "snapshot", &ebs.SnapshotArgs{
			VolumeId: pulumi.String(conf.Require("volumeId")),
			Group:    pulumi.String(orElse(conf.Get("group"), "payments")),
			Triggers: pulumi.Map{"release": pulumi.String(orElse(conf.Get("release"), "1.0.0"))},
		})
		if err != nil {
			return err
		}
		share, err := ebs.NewSnapshotShare(ctx, "share", &ebs.SnapshotShareArgs{
			SnapshotId: snapshot.SnapshotId,
			Accounts:   pulumi.StringArray{pulumi.String(conf.Require("account"))},
		})
		if err != nil {
			return err
		}
		ctx.Export("snapshotId", snapshot.SnapshotId)
		ctx.Export("accountIds", share.AccountIds)
		return nil
	})
}

func orElse(value, other string) string {
	if value == "" {
		return other
	}
	return value
}
