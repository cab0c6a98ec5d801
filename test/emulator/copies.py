"""Extends moto by copies of snapshots: from other regions, of shared snapshots, and under other keys."""

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.utils import random_snapshot_id
from moto.kms.models import kms_backends
from snapshots import LivingSnapshot, SnapshotCalls
from tags import new_tags, tag_list
from world import world

# EC2 shows this same arbitrary volume for every copy.
VOLUME_OF_COPIES = "vol-ffffffff"


class CopyCalls(SnapshotCalls):
    def copy_snapshot(self) -> ActionResult:
        source = self.visible_snapshot(self._get_param("SourceSnapshotId"), self._get_param("SourceRegion"))
        if source.status != "completed":
            raise EC2ClientError("IncorrectState", f"Snapshot is in invalid state - {source.status}")
        tags = new_tags(self._get_param("TagSpecifications", []), "snapshot")
        minutes = self._get_param("CompletionDurationMinutes")
        if minutes is not None and (minutes % 15 or not 15 <= minutes <= 2880):
            raise EC2ClientError("InvalidParameterValue", "Invalid completion duration")
        backend = self.ec2_backend
        pending = [one for one in backend.snapshots.values() if _is_copy(one) and one.status == "pending"]
        if len(pending) >= world.settings["pendingCopies"]:
            raise EC2ClientError(
                "ResourceLimitExceeded",
                "Too many snapshot copies in progress. "
                f"The limit is {world.settings['pendingCopies']} for this destination region.",
            )
        encrypted, key = self._encryption(source)
        snapshot = LivingSnapshot(
            backend, random_snapshot_id(), source.volume, self._get_param("Description"), encrypted, None
        )
        snapshot.outpost_arn = self._get_param("DestinationOutpostArn")
        snapshot.kms_key_id = self._arn(key) if key else None
        if key and snapshot.kms_key_id is None:
            # EC2 checks the key only after its response.
            snapshot.failure = "Given key ID is not accessible"
        snapshot.volume_name = VOLUME_OF_COPIES
        snapshot.size = source.size
        snapshot.completion_minutes = minutes
        backend.snapshots[snapshot.id] = snapshot
        snapshot.add_tags(tags)
        return ActionResult({"SnapshotId": snapshot.id, "Tags": tag_list(snapshot)})

    def _encryption(self, source: LivingSnapshot) -> tuple[bool, str | None]:
        asked = self._get_bool_param("Encrypted", None)
        key = self._get_param("KmsKeyId")
        if asked is False:
            raise EC2ClientError("InvalidParameterValue", "Encrypted can only be true")
        if key and not asked:
            raise EC2ClientError("InvalidParameterDependency", "KmsKeyId requires the parameter Encrypted")
        backend = self.ec2_backend
        # A copy is never unencrypted when its source is encrypted.
        encrypted = asked or source.encrypted or backend.ebs_encryption_by_default
        if encrypted and not key:
            key = backend.default_kms_key_id or backend._create_default_encryption_key()
        return bool(encrypted), key

    def _arn(self, key: str) -> str | None:
        kms = kms_backends[self.current_account][self.region]
        alias = kms.get_alias_name(key)
        if alias.startswith("alias/") and not kms.alias_exists(alias):
            return None
        found = kms.keys.get(kms.any_id_to_key_id(key))
        return found.arn if found else None


def _is_copy(snapshot: LivingSnapshot) -> bool:
    return snapshot.volume_id == VOLUME_OF_COPIES
