"""Extends moto by the states of volumes: creating, then available, error or not found."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from describe import page
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import EC2ClientError, InvalidVolumeIdError
from moto.ec2.models.elastic_block_store import Volume
from moto.ec2.utils import generic_filter
from moto.kms.models import kms_backends
from snapshots import SnapshotCalls, is_new
from tags import new_tags, tag_list
from world import world

GP3_DEFAULT_THROUGHPUT = 125


class LivingVolume(Volume):
    # moto registers its models by the service in the name of their module.
    __module__ = Volume.__module__

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.serial = next(world.serial)
        self.seconds = world.settings["volumeSeconds"]
        self.fate = world.settings["volumeError"]
        self.modification: Any = None
        self.modification_starts: list[datetime] = []
        # Times until which it is detaching, and until which EC2 still treats it as in use.
        self.detaching: tuple[datetime, dict[str, Any]] | None = None
        self.deleted: datetime | None = None
        self.outpost_arn: str | None = None
        self.source_volume_id: str | None = None
        if self.volume_type == "gp3" and self.throughput is None:
            self.throughput = GP3_DEFAULT_THROUGHPUT

    @property
    def created(self) -> bool:
        return (world.now() - self.create_time).total_seconds() >= self.seconds

    @property
    def gone(self) -> bool:
        if self.deleted:
            return (world.now() - self.deleted).total_seconds() >= world.settings["deletingSeconds"]
        return self.fate == "vanish" and self.created

    @property
    def status(self) -> str:
        if self.deleted:
            return "deleting"
        if self.attachment or self.is_detaching:
            return "in-use"
        if not self.created:
            return "creating"
        return "error" if self.fate else "available"

    @property
    def is_copying(self) -> bool:
        """Reports whether a copy is still initialized from its source; until then it cannot be copied itself."""
        age = (world.now() - self.create_time).total_seconds()
        return self.source_volume_id is not None and age < world.settings["initializationSeconds"]

    @property
    def is_detaching(self) -> bool:
        return bool(self.detaching) and self._since_detached < world.settings["detachingSeconds"]

    @property
    def is_held(self) -> bool:
        """Reports whether EC2 still treats a volume as in use, although it shows no attachment."""
        seconds = world.settings["detachingSeconds"] + world.settings["volumeInUseSeconds"]
        return bool(self.detaching) and self._since_detached < seconds

    @property
    def _since_detached(self) -> float:
        return (world.now() - self.detaching[0]).total_seconds() if self.detaching else 0

    def view(self) -> dict[str, Any]:
        """Returns the volume as DescribeVolumes shows it."""
        return {
            "VolumeId": self.id,
            "OwnerId": self.ec2_backend.account_id,
            "SnapshotId": self.snapshot_id or "",
            "SourceVolumeId": self.source_volume_id,
            "Size": self.size,
            "State": self.status,
            "CreateTime": self.create_time,
            "AvailabilityZone": self.zone.name if self.zone else None,
            "AvailabilityZoneId": self.zone.zone_id if self.zone else None,
            "OutpostArn": self.outpost_arn,
            "VolumeType": self.volume_type,
            "Iops": self.iops,
            "Throughput": self.throughput,
            "MultiAttachEnabled": self.multi_attach_enabled or False,
            "Encrypted": self.encrypted,
            "KmsKeyId": self.kms_key_id,
            "Attachments": [self.detaching[1]] if self.detaching and self.is_detaching else self.attachments,
            "Tags": tag_list(self),
        }

    def view_at_birth(self) -> dict[str, Any]:
        """Returns the response of CreateVolume, whose state is always creating."""
        return self.view() | {"State": "creating"}


class VolumeCalls(SnapshotCalls):
    def sweep_vanished_volumes(self) -> None:
        """Removes deleted volumes, and created ones whose key is denied. It runs before every call, because time passes between calls."""
        volumes = self.ec2_backend.volumes
        for volume in [one for one in volumes.values() if one.gone]:
            del volumes[volume.id]

    def _zone(self) -> Any:
        name, zone_id = self._get_param("AvailabilityZone"), self._get_param("AvailabilityZoneId")
        for zone in self.ec2_backend.describe_availability_zones():
            if name == zone.name or zone_id == zone.zone_id:
                return zone
        raise EC2ClientError("InvalidZone.NotFound", f"The zone '{name or zone_id}' does not exist.")

    def create_volume(self) -> ActionResult:
        return ActionResult(self._once(self._new_volume).view_at_birth())

    def copy_volumes(self) -> ActionResult:
        return ActionResult({"Volumes": [self._once(self._copied_volume).view_at_birth()]})

    def _once(self, make: Callable[[], LivingVolume]) -> LivingVolume:
        """Returns the volume of a client token: the same one even if it has failed or disappeared since."""
        params = {key: value for key, value in self.params.items() if key != "ClientToken"}
        token = self._get_param("ClientToken")
        tokens = self.region_state.volumes_by_token
        if token not in tokens:
            volume = make()
            if token:
                tokens[token] = (params, volume)
            return volume
        before, volume = tokens[token]
        if before != params:
            raise EC2ClientError(
                "IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
            )
        return volume

    def known_volume(self, volume_id: str) -> LivingVolume:
        """Returns the volume; a volume that was just created is not found yet."""
        volume = self.ec2_backend.volumes.get(volume_id)
        if volume is None or is_new(volume.create_time):
            raise InvalidVolumeIdError(volume_id)
        return volume

    def detach_volume(self) -> ActionResult:
        volume = self.ec2_backend.volumes.get(self._get_param("VolumeId"))
        was = volume.attachment if volume else None
        answer = super().detach_volume()
        if volume and was:
            state = {
                "VolumeId": volume.id,
                "InstanceId": was.instance.id,
                "Device": was.device,
                "State": "busy" if self._get_bool_param("Force", False) else "detaching",
            }
            volume.detaching = (world.now(), state)
        return answer

    def delete_volume(self) -> ActionResult:
        volume = self.known_volume(self._get_param("VolumeId"))
        if volume.attachment or volume.is_held:
            to = f" to {volume.attachment.instance.id}" if volume.attachment else ""
            words = f"Volume {volume.id} is currently attached{to}" if to else f"Volume {volume.id} is currently in use"
            raise EC2ClientError("VolumeInUse", words)
        if world.settings["deletingSeconds"] == 0:
            return super().delete_volume()
        volume.deleted = volume.deleted or world.now()
        return EmptyResult()

    def _copied_volume(self) -> LivingVolume:
        """Creates a copy in the same zone, with the same data: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copying-volume.html"""
        source = self.known_volume(self._get_param("SourceVolumeId"))
        if source.status not in ("available", "in-use"):
            raise EC2ClientError("IncorrectState", f"Volume is in invalid state - {source.status}")
        # The code of EC2 for a volume that is being initialized is not documented.
        if source.is_copying:
            raise EC2ClientError("IncorrectState", "Volume is in invalid state - initializing")
        copying = [one for one in self.ec2_backend.volumes.values() if one.is_copying]
        if any(one.source_volume_id == source.id for one in copying):
            raise EC2ClientError("ConcurrentCopyVolumeLimitExceeded", f"{source.id} is being copied")
        if len(copying) >= world.settings["volumeCopies"]:
            raise EC2ClientError("CopyVolumesLimitExceeded", "Too many volume copies are in progress")
        if source.outpost_arn:
            raise EC2ClientError("UnsupportedOperation", f"{source.id} is on an Outpost")
        tags = new_tags(self._get_param("TagSpecifications", []), "volume")
        size = self._get_param("Size") or source.size
        if size < source.size:
            raise EC2ClientError("InvalidParameterValue", f"The size {size} is smaller than that of {source.id}")
        by_default = self.ec2_backend.ebs_encryption_by_default
        encrypted = source.encrypted or self._get_bool_param("Encrypted", False) or by_default
        key = self._get_param("KmsKeyId")
        key = self._key_arn(key) if key else source.kms_key_id
        copy = self.ec2_backend.create_volume(
            size=size,
            zone_name=source.zone.name,
            encrypted=encrypted,
            kms_key_id=key,
            volume_type=self._get_param("VolumeType") or "gp2",
            iops=self._get_param("Iops"),
            throughput=self._get_param("Throughput"),
            multi_attach_enabled=self._get_param("MultiAttachEnabled"),
        )
        copy.add_tags(tags)
        copy.source_volume_id = source.id
        return copy

    def _new_volume(self) -> LivingVolume:
        backend = self.ec2_backend
        tags = new_tags(self._get_param("TagSpecifications", []), "volume")
        zone = self._zone()
        size = self._get_param("Size")
        encrypted = self._get_bool_param("Encrypted", False) or backend.ebs_encryption_by_default
        key = self._get_param("KmsKeyId")
        snapshot_id = self._get_param("SnapshotId")
        if snapshot_id:
            snapshot = self.visible_snapshot(snapshot_id, self.region)
            if snapshot.status != "completed":
                raise EC2ClientError("IncorrectState", f"Snapshot is in invalid state - {snapshot.status}")
            size = snapshot.size if size is None else size
            if size < snapshot.size:
                raise EC2ClientError(
                    "InvalidParameterValue",
                    f"Volume of size {size}GB is smaller than snapshot '{snapshot_id}', "
                    f"expect size >= {snapshot.size}GB",
                )
            encrypted = encrypted or snapshot.encrypted
            key = key or snapshot.kms_key_id
        key = self._key_arn(key) if key else key
        # Without the snapshot's id, because moto would search only the account's own, and use the size that its
        # volume has now.
        volume = backend.create_volume(
            size=size,
            zone_name=zone.name,
            encrypted=encrypted,
            kms_key_id=key,
            volume_type=self._get_param("VolumeType"),
            iops=self._get_param("Iops"),
            throughput=self._get_param("Throughput"),
            multi_attach_enabled=self._get_param("MultiAttachEnabled"),
        )
        volume.snapshot_id = snapshot_id
        volume.outpost_arn = self._get_param("OutpostArn")
        volume.add_tags(tags)
        return volume

    def _key_arn(self, key: str) -> str:
        """Returns the ARN of a key, which EC2 shows for an alias and an id too; an unknown key is returned unchanged."""
        kms = kms_backends[self.current_account][self.region]
        try:
            return kms.describe_key(key.rsplit(":", 1)[-1] if "alias/" in key else key).arn
        except (JsonRESTError, KeyError, AttributeError):  # moto raises the last two for unknown keys
            name = key if key.startswith("alias/") else f"key/{key}"
            return key if key.startswith("arn:") else f"arn:{self.partition}:kms:{self.region}:{self.current_account}:{name}"

    def describe_volumes(self) -> ActionResult:
        volumes = self.ec2_backend.volumes
        ids = self._get_param("VolumeIds", [])
        for volume_id in ids:
            self.known_volume(volume_id)
        found = [volumes[volume_id] for volume_id in ids] if ids else [one for one in volumes.values() if not is_new(one.create_time)]
        found = generic_filter(self._filters_from_querystring(), found)
        shown, token = page(found, self._get_param("MaxResults"), self._get_param("NextToken"))
        return ActionResult({"Volumes": [volume.view() for volume in shown], "NextToken": token})
