"""Extends moto by modifications of volumes, which EC2 limits per day, and by their initialization."""

from datetime import datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidVolumeIdError
from volumes import GP3_DEFAULT_THROUGHPUT, LivingVolume, VolumeCalls
from world import world

GP3_DEFAULT_IOPS = 3000
DAY = timedelta(hours=24)
FIGURES = ("Size", "VolumeType", "Iops", "Throughput", "MultiAttachEnabled")
ATTRIBUTES = ("size", "volume_type", "iops", "throughput", "multi_attach_enabled")


class Modification:
    """Represents a modification: modifying, optimizing, completed. The volume has the new values from optimizing on."""

    def __init__(self, volume: LivingVolume, wanted: dict[str, Any]) -> None:
        self.volume = volume
        self.original = dict(zip(FIGURES, (getattr(volume, name) for name in ATTRIBUTES)))
        self.target = self.original | wanted
        if self.target["VolumeType"] != self.original["VolumeType"]:
            gp3 = self.target["VolumeType"] == "gp3"
            self.target["Iops"] = wanted.get("Iops") or (GP3_DEFAULT_IOPS if gp3 else None)
            self.target["Throughput"] = wanted.get("Throughput") or (GP3_DEFAULT_THROUGHPUT if gp3 else None)
        self.start: datetime = world.now()
        self.modifying = timedelta(seconds=world.settings["modifyingSeconds"])
        self.optimizing = timedelta(seconds=world.settings["optimizingSeconds"])
        self.failure = world.settings["modificationError"]

    @property
    def state(self) -> str:
        age = world.now() - self.start
        if age < self.modifying:
            return "modifying"
        if self.failure:
            return "failed"
        return "optimizing" if age < self.modifying + self.optimizing else "completed"

    def apply(self) -> None:
        if self.state in ("optimizing", "completed"):
            for name, figure in zip(ATTRIBUTES, FIGURES):
                setattr(self.volume, name, self.target[figure])

    def view(self) -> dict[str, Any]:
        ended = self.state in ("completed", "failed")
        return {
            "VolumeId": self.volume.id,
            "ModificationState": self.state,
            "StatusMessage": self.failure if self.state == "failed" else None,
            **{f"Target{key}": value for key, value in self.target.items()},
            **{f"Original{key}": value for key, value in self.original.items()},
            "Progress": 100 if ended else 50 if self.state == "optimizing" else 0,
            "StartTime": self.start,
            "EndTime": self.start + self.modifying + self.optimizing if ended else None,
        }


class ModificationCalls(VolumeCalls):
    def apply_modifications(self) -> None:
        """Applies the changes that are due. It runs before every call, because time passes between calls."""
        for volume in self.ec2_backend.volumes.values():
            if volume.modification:
                volume.modification.apply()

    def modify_volume(self) -> ActionResult:
        volume = self.ec2_backend.get_volume(self._get_param("VolumeId"))
        wanted = {key: self._get_param(key) for key in FIGURES if self._get_param(key) is not None}
        last = volume.modification
        if last and last.state in ("modifying", "optimizing"):
            raise EC2ClientError(
                "IncorrectModificationState",
                f"Volume {volume.id} cannot be modified in modification state {last.state.upper()}",
            )
        if not wanted:
            raise EC2ClientError("InvalidParameterCombination", "No modification parameter was specified")
        if wanted.get("Size", volume.size) < volume.size:
            raise EC2ClientError("InvalidParameterValue", "New size cannot be smaller than existing size")
        self._refuse_rate(volume)
        volume.modification = Modification(volume, wanted)
        volume.modification_starts.append(volume.modification.start)
        return ActionResult({"VolumeModification": volume.modification.view()})

    @staticmethod
    def _refuse_rate(volume: LivingVolume) -> None:
        most = world.settings["modificationsPerDay"]
        recent = [start for start in volume.modification_starts if world.now() < start + DAY]
        if len(recent) < most:
            return
        # The message is invented: EC2's contains the time, but its text is not documented. A modification is possible
        # again 24 hours after the oldest of the last `most`.
        again = recent[-most] + DAY if most else world.now() + DAY
        raise EC2ClientError(
            "VolumeModificationRateExceeded",
            f"You've reached the maximum modification rate per volume limit of {most} in 24 hours. "
            f"The volume {volume.id} can be modified again at {again.isoformat(timespec='milliseconds')}Z.",
        )

    def describe_volumes_modifications(self) -> ActionResult:
        wanted = set(self._get_param("VolumeIds", []))
        for one in self._get_param("Filters", []):
            if one["Name"] != "volume-id":
                raise NotImplementedError(f"filter {one['Name']}")
            wanted |= set(one["Values"])
        found = [one.modification for one in self.ec2_backend.volumes.values() if one.id in wanted]
        return ActionResult({"VolumesModifications": [one.view() for one in found if one]})

    def describe_volume_status(self) -> ActionResult:
        ids = self._get_param("VolumeIds", [])
        for volume_id in ids:
            if volume_id not in self.ec2_backend.volumes:
                raise InvalidVolumeIdError(volume_id)
        return ActionResult({"VolumeStatuses": [status(self.ec2_backend.volumes[one]) for one in ids]})


def status(volume: LivingVolume) -> dict[str, Any]:
    loading = world.settings["initializationSeconds"]
    age = (world.now() - volume.create_time).total_seconds()
    details = {
        "InitializationType": "default",
        "Progress": 100 if age >= loading else int(100 * age / loading),
    }
    return {
        "VolumeId": volume.id,
        "AvailabilityZone": volume.zone.name,
        "VolumeStatus": {"Status": "ok"},
        "InitializationStatusDetails": details if volume.snapshot_id or volume.source_volume_id else None,
    }
