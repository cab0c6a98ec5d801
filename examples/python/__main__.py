import pulumi
import pulumi_ebs_snapshots as ebs

config = pulumi.Config()

snapshot = ebs.Snapshot(
    "snapshot",
    volume_id=config.require("volumeId"),
    group=config.get("group") or "payments",
    triggers={"release": config.get("release") or "1.0.0"},
)
share = ebs.SnapshotShare(
    "share",
    snapshot_id=snapshot.snapshot_id,
    accounts=[config.require("account")],
)

pulumi.export("snapshotId", snapshot.snapshot_id)
pulumi.export("accountIds", share.account_ids)
