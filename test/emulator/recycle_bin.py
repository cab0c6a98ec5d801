"""Implements the Recycle Bin: a snapshot deleted under a retention rule can be restored until the retention ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from describe import page
from features import FeatureCalls
from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from snapshots import LivingSnapshot, not_found
from world import world


@dataclass
class Recycled:
    snapshot: LivingSnapshot
    tags: dict[str, str]
    entered: datetime
    leaves: datetime

    @property
    def serial(self) -> int:
        return self.snapshot.serial

    def view(self) -> dict[str, Any]:
        return {
            "SnapshotId": self.snapshot.id,
            "RecycleBinEnterTime": self.entered,
            "RecycleBinExitTime": self.leaves,
            "Description": self.snapshot.description or "",
            "VolumeId": self.snapshot.volume_id,
        }


class RecycleBinCalls(FeatureCalls):
    def _recycled(self) -> dict[str, Recycled]:
        held = self.region_state.recycle_bin
        return {key: one for key, one in held.items() if one.leaves > world.now()}

    def delete_snapshot(self) -> ActionResult:
        snapshot = self.own_snapshot()
        tags = dict(self.ec2_backend.tags.get(snapshot.id, {}))
        answer = super().delete_snapshot()
        days = world.settings["recycleBinDays"]
        if days:
            now = world.now()
            self.region_state.recycle_bin[snapshot.id] = Recycled(snapshot, tags, now, now + timedelta(days=days))
        return answer

    def list_snapshots_in_recycle_bin(self) -> ActionResult:
        if not world.settings["recycleBinSupported"]:
            raise EC2ClientError("InvalidAction", "The action ListSnapshotsInRecycleBin is not valid for this web service.")
        held = self._recycled()
        ids = self._get_param("SnapshotIds", []) or list(held)
        found = [held[snapshot_id] for snapshot_id in ids if snapshot_id in held]
        shown, token = page(found, self._get_param("MaxResults"), self._get_param("NextToken"))
        return ActionResult({"Snapshots": [one.view() for one in shown], "NextToken": token})

    def restore_snapshot_from_recycle_bin(self) -> ActionResult:
        snapshot_id = self._get_param("SnapshotId")
        one = self._recycled().get(snapshot_id)
        if one is None:
            raise not_found(snapshot_id)
        del self.region_state.recycle_bin[snapshot_id]
        self.ec2_backend.snapshots[snapshot_id] = one.snapshot
        self.ec2_backend.tags[snapshot_id] = one.tags
        return ActionResult({"SnapshotId": snapshot_id, "State": "recovering"})
