"""Extends moto by the features of snapshots: locks, fast snapshot restore and the archive tier."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from describe import filtered, page
from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from snapshots import LivingSnapshot, SnapshotCalls, not_found
from world import world


@dataclass
class Lock:
    snapshot: LivingSnapshot
    mode: str
    days: int | None
    expires: datetime | None
    cool_off: int | None
    created: datetime

    @property
    def starts(self) -> datetime | None:
        """Returns the time from which the days of the lock count: at the earliest the completion of the snapshot."""
        return self.snapshot.completion_time and max(self.snapshot.completion_time, self.created)

    @property
    def ends(self) -> datetime | None:
        if self.days is None:
            return self.expires
        return self.starts and self.starts + timedelta(days=self.days)

    @property
    def cooled(self) -> datetime | None:
        return self.created + timedelta(hours=self.cool_off) if self.cool_off else None

    @property
    def state(self) -> str:
        now = world.now()
        if self.ends and now >= self.ends:
            return "expired"
        if self.mode == "governance":
            return "governance"
        return "compliance-cooloff" if self.cooled and now < self.cooled else "compliance"

    def view(self) -> dict[str, Any]:
        days = self.days or (self.expires and max(1, (self.expires - self.created).days))
        return {
            "OwnerId": self.snapshot.owner_id,
            "SnapshotId": self.snapshot.id,
            "LockState": self.state,
            "LockDuration": days,
            "CoolOffPeriod": self.cool_off,
            "CoolOffPeriodExpiresOn": self.cooled,
            "LockCreatedOn": self.created,
            "LockDurationStartTime": self.starts,
            "LockExpiresOn": self.ends,
        }


@dataclass
class FastRestore:
    snapshot: LivingSnapshot
    zone: Any
    enabled: datetime
    disabled: datetime | None = None

    @property
    def state(self) -> str:
        seconds = world.settings["fastRestoreSeconds"]
        if self.disabled:
            return "disabling" if (world.now() - self.disabled).total_seconds() < seconds else "disabled"
        age = (world.now() - self.enabled).total_seconds()
        if age >= seconds:
            return "enabled"
        return "enabling" if age < seconds / 2 else "optimizing"

    def view(self) -> dict[str, Any]:
        return {
            "SnapshotId": self.snapshot.id,
            "AvailabilityZone": self.zone.name,
            "AvailabilityZoneId": self.zone.zone_id,
            "State": self.state,
            "StateTransitionReason": "Client.UserInitiated",
            "OwnerId": self.snapshot.owner_id,
            "EnablingTime": self.enabled,
        }


MOVES = {"archival": "archive", "permanent-restore": "standard", "temporary-restore": "archive"}


@dataclass
class Move:
    kind: str
    began: datetime
    days: int = 0
    failure: str | None = field(default_factory=lambda: world.settings["tieringError"])

    @property
    def progress(self) -> int:
        seconds = world.settings["tieringSeconds"]
        return min(100, int(100 * (world.now() - self.began).total_seconds() / seconds)) if seconds else 100

    @property
    def status(self) -> str:
        end = "failed" if self.failure else "completed"
        return f"{self.kind}-{end if self.progress == 100 else 'in-progress'}"

    @property
    def succeeded(self) -> bool:
        return self.progress == 100 and not self.failure

    @property
    def tier(self) -> str:
        before = "standard" if self.kind == "archival" else "archive"
        return MOVES[self.kind] if self.succeeded else before

    @property
    def expiry(self) -> datetime | None:
        done = self.kind == "temporary-restore" and self.succeeded
        return self.began + timedelta(days=self.days) if done else None


def invalid(message: str) -> EC2ClientError:
    return EC2ClientError("InvalidParameterValue", message)


class FeatureCalls(SnapshotCalls):
    def _selected(self, attribute: str) -> list[LivingSnapshot]:
        """Returns the snapshots with a feature: of the given ids, of which an unknown one is an error, or of all."""
        ids = self._get_param("SnapshotIds", [])
        for snapshot_id in ids:
            if snapshot_id not in self.ec2_backend.snapshots:
                raise not_found(snapshot_id)
        own = self.ec2_backend.snapshots.values()
        return [one for one in own if getattr(one, attribute) and (not ids or one.id in ids)]

    def lock_snapshot(self) -> ActionResult:
        snapshot = self.own_snapshot()
        mode, days = self._get_param("LockMode"), self._get_param("LockDuration")
        until, cool_off = self._get_param("ExpirationDate"), self._get_param("CoolOffPeriod")
        if isinstance(until, str):
            until = datetime.fromisoformat(until.replace("Z", "+00:00")).astimezone(timezone.utc).replace(tzinfo=None)
        if (days is None) == (until is None):
            raise EC2ClientError("InvalidParameterCombination", "Specify LockDuration or ExpirationDate")
        if days is not None and not 1 <= days <= 36500:
            raise invalid("LockDuration must be between 1 and 36500")
        if until is not None and until < world.now() + timedelta(days=1):
            raise invalid("ExpirationDate must be at least 1 day in the future")
        if cool_off is not None and (mode != "compliance" or not 1 <= cool_off <= 72):
            raise invalid("CoolOffPeriod is for compliance mode, 1 to 72")
        lock = Lock(snapshot, mode, days, until, cool_off, world.now())
        if snapshot.lock and snapshot.lock.state == "compliance":
            shorter = lock.ends and snapshot.lock.ends and lock.ends < snapshot.lock.ends
            if mode != "compliance" or cool_off is not None or shorter:
                raise EC2ClientError("IncorrectState", "The lock of the snapshot can only be extended.")
        snapshot.lock = lock
        return ActionResult(lock.view())

    def unlock_snapshot(self) -> ActionResult:
        snapshot = self.own_snapshot()
        if snapshot.lock and snapshot.lock.state == "compliance":
            raise EC2ClientError("IncorrectState", "The snapshot is locked in compliance mode.")
        snapshot.lock = None
        return ActionResult({"SnapshotId": snapshot.id})

    def describe_locked_snapshots(self) -> ActionResult:
        shown, token = page(self._selected("lock"), self._get_param("MaxResults"), self._get_param("NextToken"))
        return ActionResult({"Snapshots": [one.lock.view() for one in shown], "NextToken": token})

    def _zones(self) -> list[Any]:
        names, ids = self._get_param("AvailabilityZones", []), self._get_param("AvailabilityZoneIds", [])
        known = self.ec2_backend.describe_availability_zones()
        zones = [zone for zone in known if zone.name in names or zone.zone_id in ids]
        if len(zones) != len({*names, *ids}):
            raise invalid(f"Invalid availability zone: [{','.join([*names, *ids])}]")
        return zones

    def enable_fast_snapshot_restores(self) -> ActionResult:
        done, failed = [], []
        for snapshot_id in self._get_param("SourceSnapshotIds", []):
            snapshot = self.visible_snapshot(snapshot_id, self.region)
            others = [one for one in self.ec2_backend.snapshots.values() if one is not snapshot and one.restores_fast]
            for zone in self._zones():
                if len(others) >= world.settings["fastRestoreLimit"]:
                    error = {
                        "Code": "FastSnapshotRestoreLimitExceeded",
                        "Message": "Your account has reached the limit of snapshots with fast snapshot restore.",
                    }
                    errors = [{"AvailabilityZone": zone.name, "Error": error}]
                    failed.append({"SnapshotId": snapshot_id, "FastSnapshotRestoreStateErrors": errors})
                    continue
                snapshot.restores[zone.name] = FastRestore(snapshot, zone, world.now())
                done.append(snapshot.restores[zone.name].view())
        return ActionResult({"Successful": done, "Unsuccessful": failed})

    def disable_fast_snapshot_restores(self) -> ActionResult:
        done = []
        for snapshot_id in self._get_param("SourceSnapshotIds", []):
            snapshot = self.visible_snapshot(snapshot_id, self.region)
            for zone in self._zones():
                if zone.name in snapshot.restores:
                    snapshot.restores[zone.name].disabled = world.now()
                    done.append(snapshot.restores[zone.name].view())
        return ActionResult({"Successful": done, "Unsuccessful": []})

    def describe_fast_snapshot_restores(self) -> ActionResult:
        views = [
            restore.view() for one in self.ec2_backend.snapshots.values() for restore in one.restores.values()
        ]
        names = {"snapshot-id": "SnapshotId", "state": "State", "availability-zone": "AvailabilityZone"}
        found = filtered(views, self._get_param("Filters", []), lambda view, name: [view[names[name]]])
        return ActionResult({"FastSnapshotRestores": found})

    @staticmethod
    def _refuse_moving(snapshot: LivingSnapshot) -> None:
        if snapshot.move and snapshot.move.progress < 100:
            raise EC2ClientError("IncorrectState", "The snapshot is being moved from one tier to the other.")

    def modify_snapshot_tier(self) -> ActionResult:
        snapshot = self.own_snapshot()
        self._refuse_moving(snapshot)
        if snapshot.status != "completed" or snapshot.storage_tier == "archive":
            raise EC2ClientError("IncorrectState", "The snapshot is not in a state in which it can be archived.")
        snapshot.move = Move("archival", world.now())
        return ActionResult({"SnapshotId": snapshot.id, "TieringStartTime": snapshot.move.began})

    def restore_snapshot_tier(self) -> ActionResult:
        snapshot = self.own_snapshot()
        self._refuse_moving(snapshot)
        if snapshot.storage_tier != "archive":
            raise EC2ClientError("IncorrectState", "The snapshot is not archived.")
        permanent = self._get_bool_param("PermanentRestore", False)
        days = self._get_param("TemporaryRestoreDays") or 0
        snapshot.move = Move("permanent-restore" if permanent else "temporary-restore", world.now(), days)
        return ActionResult({"SnapshotId": snapshot.id, "RestoreStartTime": world.now()})

    def describe_snapshot_tier_status(self) -> ActionResult:
        own = list(self.ec2_backend.snapshots.values())
        own = filtered(own, self._get_param("Filters", []), LivingSnapshot.filter_values)
        shown, token = page(own, self._get_param("MaxResults"), self._get_param("NextToken"))
        statuses = []
        for one in shown:
            status = {
                "SnapshotId": one.id,
                "VolumeId": one.volume_id,
                "Status": one.status,
                "OwnerId": one.owner_id,
                "StorageTier": one.storage_tier,
            }
            if one.move:
                status |= {
                    "LastTieringStartTime": one.move.began,
                    "LastTieringProgress": one.move.progress,
                    "LastTieringOperationStatus": one.move.status,
                    "LastTieringOperationStatusDetail": one.move.failure if one.move.progress == 100 else None,
                    "RestoreExpiryTime": one.move.expiry,
                }
            statuses.append(status)
        return ActionResult({"SnapshotTierStatuses": statuses, "NextToken": token})

    def delete_snapshot(self) -> ActionResult:
        snapshot = self.own_snapshot()
        if snapshot.lock and snapshot.lock.state != "expired":
            raise EC2ClientError("SnapshotLocked", f"The snapshot {snapshot.id} is locked and cannot be deleted.")
        if snapshot.restores_fast:
            raise EC2ClientError(
                "InvalidSnapshot.InUse",
                f"The snapshot '{snapshot.id}' is currently in use by fast snapshot restore.",
            )
        return super().delete_snapshot()
