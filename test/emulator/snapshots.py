"""Extends moto by the states of snapshots: pending with rising progress, then completed or error."""

from datetime import datetime, timedelta
from typing import Any, Iterable, Iterator

from describe import exact_values, filtered, page
from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidVolumeIdError, TagLimitExceeded
from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_block_store import Snapshot
from moto.ec2.responses._base_response import EC2BaseResponse
from tags import TAGS_PER_RESOURCE, new_tags, tag_list
from world import RegionState, world


class LivingSnapshot(Snapshot):
    # moto registers its models by the service in the name of their module.
    __module__ = Snapshot.__module__

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.serial = next(world.serial)
        # The volume may grow or be deleted later; the snapshot does not change.
        self.size = self.volume.size
        self.volume_name = self.volume.id
        self.kms_key_id = self.kms_key_id or self.volume.kms_key_id
        self.seconds = world.settings["snapshotSeconds"]
        self.failure = world.settings["snapshotError"]
        self.outpost_arn: str | None = None
        # Duration of a time-based copy.
        self.completion_minutes: int | None = None
        self.forced: dict[str, Any] = {}
        # Seconds until DescribeSnapshots returns it.
        self.hidden_seconds: float = 0
        # See features.py.
        self.lock: Any = None
        self.restores: dict[str, Any] = {}
        self.move: Any = None

    @property
    def is_hidden(self) -> bool:
        return self.age < max(self.hidden_seconds, world.settings["newIdSeconds"])

    @property
    def age(self) -> float:
        return (world.now() - self.start_time).total_seconds()

    @property
    def status(self) -> str:
        if "status" in self.forced:
            return self.forced["status"]
        if self.age < self.seconds:
            return "pending"
        return "error" if self.failure else "completed"

    @status.setter
    def status(self, _: str) -> None:
        """Ignores the state that moto's constructor sets: it depends on the age of the snapshot."""

    @property
    def progress(self) -> str:
        if "progress" in self.forced:
            return self.forced["progress"]
        if self.status == "completed":
            return "100%"
        return f"{min(99, int(100 * self.age / self.seconds))}%" if self.seconds else "0%"

    @property
    def status_message(self) -> str | None:
        return self.forced.get("statusMessage", self.failure if self.status == "error" else None)

    @property
    def completion_time(self) -> datetime | None:
        if self.status != "completed":
            return None
        return self.forced.get("completionTime", self.start_time + timedelta(seconds=self.seconds))

    @property
    def restores_fast(self) -> bool:
        return any(one.state != "disabled" for one in self.restores.values())

    @property
    def storage_tier(self) -> str:
        return self.move.tier if self.move else "standard"

    @storage_tier.setter
    def storage_tier(self, _: str) -> None:
        """Ignores the tier that moto sets: it depends on the last move."""

    @property
    def volume_id(self) -> str:
        return self.volume_name

    @property
    def volume_size(self) -> int:
        return self.size

    def patch(self, changes: dict[str, Any]) -> None:
        """Sets the state for a test. `seconds` sets the duration instead, and removes such a state."""
        unknown = changes.keys() - {"status", "progress", "statusMessage", "seconds", "tags"}
        if unknown:
            raise ValueError(f"unknown keys {sorted(unknown)} in the patch of a snapshot")
        if "seconds" in changes:
            self.seconds = changes["seconds"]
            self.forced = {}
        # Tags of EC2 and other services have keys that CreateTags rejects, such as aws:dlm:lifecycle-policy-id.
        self.add_tags(changes.get("tags", {}))
        self.forced |= {key: changes[key] for key in ("status", "progress", "statusMessage") if key in changes}
        if changes.get("status") == "completed":
            self.forced["completionTime"] = world.now()

    def view(self) -> dict[str, Any]:
        """Returns the snapshot as DescribeSnapshots shows it."""
        return {
            "SnapshotId": self.id,
            "VolumeId": self.volume_id,
            "State": self.status,
            "StateMessage": self.status_message,
            "Progress": self.progress,
            "StartTime": self.start_time,
            "CompletionTime": self.completion_time,
            "OwnerId": self.owner_id,
            "OutpostArn": self.outpost_arn,
            "Description": self.description or "",
            "VolumeSize": self.size,
            "FullSnapshotSizeInBytes": self.size * 2**30 if self.status == "completed" else 0,
            "Encrypted": self.encrypted,
            "KmsKeyId": self.kms_key_id,
            "StorageTier": self.storage_tier,
            "RestoreExpiryTime": self.move.expiry if self.move else None,
            "CompletionDurationMinutes": self.completion_minutes,
            "Tags": tag_list(self),
        }

    def view_at_birth(self) -> dict[str, Any]:
        """Returns the response of CreateSnapshot, which is always pending and without progress."""
        later = ("StateMessage", "CompletionTime", "FullSnapshotSizeInBytes", "StorageTier")
        view = {key: value for key, value in self.view().items() if key not in later}
        return view | {"State": "pending", "Progress": ""}

    def visible_to(self, account: str) -> bool:
        if account == self.owner_id or account in self.create_volume_permission_userids:
            return True
        # Blocking all sharing hides public snapshots, and does not change their permission.
        state = world.regions[self.owner_id, self.ec2_backend.region_name]
        return (
            "all" in self.create_volume_permission_groups
            and state.block_public_access != "block-all-sharing"
        )

    def restorable_by(self, users: set[str]) -> bool:
        """Implements RestorableByUserIds: own snapshots and those with an explicit grant; `all` selects public ones."""
        granted = self.create_volume_permission_userids | self.create_volume_permission_groups
        return bool(users & (granted | {self.owner_id}))

    def filter_values(self, name: str) -> list[str]:
        tags = self.ec2_backend.tags.get(self.id, {})
        if name.startswith("tag:"):
            key = name.removeprefix("tag:")
            return [tags[key]] if key in tags else []
        match name:
            case "tag-key":
                return list(tags)
            case "snapshot-id":
                return [self.id]
            case "volume-id":
                return [self.volume_id]
            case "status":
                return [self.status]
            case "owner-id":
                return [self.owner_id]
            case "description":
                return [self.description or ""]
            case "encrypted":
                return [str(self.encrypted).lower()]
            case "progress":
                return [self.progress]
            case "start-time":
                return [self.start_time.isoformat(timespec="milliseconds") + "Z"]
            case "storage-tier":
                return [self.storage_tier]
            case "volume-size":
                return [str(self.size)]
        raise EC2ClientError("InvalidParameterValue", f"The filter '{name}' is invalid")


def is_new(made: datetime) -> bool:
    """Reports whether an id is so new that EC2 does not know it everywhere yet."""
    return (world.now() - made).total_seconds() < world.settings["newIdSeconds"]


def not_found(snapshot_id: str) -> EC2ClientError:
    return EC2ClientError("InvalidSnapshot.NotFound", f"The snapshot '{snapshot_id}' does not exist.")


def visible_snapshots(account: str, region: str, ids: Iterable[str] | None = None) -> Iterator[LivingSnapshot]:
    """
    Returns the account's own snapshots and those that others share with it; moto separates accounts. Ids are looked up,
    because an account may have tens of thousands of snapshots.
    """
    for regions in list(ec2_backends.values()):
        # dict.get, because indexing would create a backend for every account.
        backend = dict.get(regions, region)
        if backend is not None:
            known = backend.snapshots
            these = known.values() if ids is None else (known[one] for one in dict.fromkeys(ids) if one in known)
            yield from (one for one in these if one.visible_to(account) and not one.is_hidden)


class SnapshotCalls(EC2BaseResponse):
    @property
    def region_state(self) -> RegionState:
        return world.regions[self.current_account, self.region]

    def own_snapshot(self) -> LivingSnapshot:
        snapshot_id = self._get_param("SnapshotId")
        snapshot = self.ec2_backend.snapshots.get(snapshot_id)
        if snapshot is None or snapshot.is_hidden:
            raise not_found(snapshot_id)
        return snapshot

    def visible_snapshot(self, snapshot_id: str, region: str) -> LivingSnapshot:
        for snapshot in visible_snapshots(self.current_account, region, [snapshot_id]):
            return snapshot
        raise not_found(snapshot_id)

    def _refuse_limits(self, volume_id: str) -> None:
        last = self.region_state.last_snapshot_of_volume.get(volume_id)
        if last and (world.now() - last).total_seconds() < world.settings["perVolumeRateSeconds"]:
            raise EC2ClientError(
                "SnapshotCreationPerVolumeRateExceeded",
                "The maximum per volume CreateSnapshot request rate has been exceeded. "
                "Use an increasing or variable sleep interval between requests.",
            )
        pending = [
            one
            for one in self.ec2_backend.snapshots.values()
            if one.volume_id == volume_id and one.status == "pending"
        ]
        if len(pending) >= world.settings["pendingPerVolume"]:
            raise EC2ClientError(
                "ConcurrentSnapshotLimitExceeded",
                "Maximum allowed in-progress snapshots for a single volume exceeded.",
            )

    def _new_snapshot(self, volume_id: str, tags: dict[str, str]) -> LivingSnapshot:
        snapshot = self.ec2_backend.create_snapshot(volume_id, self._get_param("Description"))
        snapshot.add_tags(tags)
        self.region_state.last_snapshot_of_volume[volume_id] = world.now()
        return snapshot

    def create_snapshot(self) -> ActionResult:
        volume = self.ec2_backend.get_volume(self._get_param("VolumeId"))
        if is_new(volume.create_time):
            raise InvalidVolumeIdError(volume.id)
        tags = new_tags(self._get_param("TagSpecifications", []), "snapshot")
        outpost, location = self._get_param("OutpostArn"), self._get_param("Location")
        if outpost and outpost != volume.outpost_arn:
            raise EC2ClientError("InvalidParameterValue", f"The volume '{volume.id}' is not on the Outpost {outpost}")
        if location and volume.zone.zone_type != "local-zone":
            raise EC2ClientError("InvalidParameterValue", f"The volume '{volume.id}' is not in a Local Zone")
        self._refuse_limits(volume.id)
        snapshot = self._new_snapshot(volume.id, tags)
        snapshot.outpost_arn = outpost
        return ActionResult(snapshot.view_at_birth())

    def create_snapshots(self) -> ActionResult:
        """Creates snapshots of all volumes of an instance, or of none of them."""
        of = self._get_param("InstanceSpecification", {})
        tags = new_tags(self._get_param("TagSpecifications", []), "snapshot")
        instance = self.ec2_backend.get_instance(of["InstanceId"])
        excluded = set(of.get("ExcludeDataVolumeIds", []))
        if of.get("ExcludeBootVolume"):
            excluded.add(instance.block_device_mapping[instance.root_device_name].volume_id)
        volumes = [
            device.volume_id
            for device in instance.block_device_mapping.values()
            if device.volume_id not in excluded
        ]
        for volume_id in volumes:
            self._refuse_limits(volume_id)
        copied = self._get_param("CopyTagsFromSource") == "volume"
        own = {volume_id: self._own_tags(volume_id) if copied else {} for volume_id in volumes}
        for volume_id, its in own.items():
            for key in its.keys() & tags.keys():
                # The message of EC2; its code is not documented.
                raise EC2ClientError(
                    "InvalidParameterValue", f"Tag ({key}) is already defined in resource id {volume_id}"
                )
            if len(its | tags) > TAGS_PER_RESOURCE:
                raise TagLimitExceeded()
        snapshots = [self._new_snapshot(volume_id, its | tags) for volume_id, its in own.items()]
        seconds = world.settings["memberSeconds"]
        delays = seconds if isinstance(seconds, list) else [seconds * index for index in range(len(snapshots))]
        for snapshot, delay in zip(snapshots, delays):
            snapshot.hidden_seconds = delay
        return ActionResult({"Snapshots": [snapshot.view_at_birth() for snapshot in snapshots]})

    def _own_tags(self, resource_id: str) -> dict[str, str]:
        tags = self.ec2_backend.tags.get(resource_id, {})
        return {key: value for key, value in tags.items() if not key.startswith("aws:")}

    def describe_snapshots(self) -> ActionResult:
        ids = self._get_param("SnapshotIds", [])
        most = self._get_param("MaxResults")
        if ids and most is not None:
            raise EC2ClientError(
                "InvalidParameterCombination",
                "The parameter snapshotSet cannot be used with the parameter maxResults",
            )
        filters = self._get_param("Filters", [])
        these = ids or exact_values(filters, "snapshot-id")
        found = list(visible_snapshots(self.current_account, self.region, these))
        if ids:
            known = {snapshot.id: snapshot for snapshot in found}
            # One unknown id fails the whole call.
            for snapshot_id in ids:
                if snapshot_id not in known:
                    raise not_found(snapshot_id)
            found = [known[snapshot_id] for snapshot_id in dict.fromkeys(ids)]
        owners = self._get_param("OwnerIds", [])
        if owners:
            accounts = {self.current_account if owner == "self" else owner for owner in owners}
            found = [snapshot for snapshot in found if snapshot.owner_id in accounts]
        restorable = self._get_param("RestorableByUserIds", [])
        if restorable:
            users = {self.current_account if user == "self" else user for user in restorable}
            found = [snapshot for snapshot in found if snapshot.restorable_by(users)]
        found = filtered(found, filters, self._filter_values)
        shown, token = page(found, most, self._get_param("NextToken"))
        return ActionResult({"Snapshots": [self._view(snapshot) for snapshot in shown], "NextToken": token})

    def _view(self, snapshot: LivingSnapshot) -> dict[str, Any]:
        """Returns the snapshot as the caller sees it: other accounts see none of its tags."""
        own = snapshot.owner_id == self.current_account
        return snapshot.view() if own else snapshot.view() | {"Tags": None}

    def _filter_values(self, snapshot: LivingSnapshot, name: str) -> list[str]:
        hidden = name.startswith("tag") and snapshot.owner_id != self.current_account
        return [] if hidden else snapshot.filter_values(name)

    def deregister_image(self) -> ActionResult:
        image_id = self._get_param("ImageId")
        image = self.ec2_backend.amis.get(image_id)
        used = getattr(image, "ebs_snapshot", None)
        answer = super().deregister_image()
        if used:
            until = world.now() + timedelta(seconds=world.settings["imageReleaseSeconds"])
            self.region_state.released_by_images[used.id] = (until, image_id)
        return answer

    def delete_snapshot(self) -> ActionResult:
        snapshot = self.own_snapshot()
        until, image_id = self.region_state.released_by_images.get(snapshot.id, (world.now(), ""))
        if world.now() < until:
            raise EC2ClientError(
                "InvalidSnapshot.InUse", f"The snapshot {snapshot.id} is currently in use by {image_id}"
            )
        return super().delete_snapshot()
