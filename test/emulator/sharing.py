"""Extends moto by the grants of snapshots, and by the account's block public access."""

from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import EC2ClientError
from moto.kms.models import kms_backends
from snapshots import LivingSnapshot, SnapshotCalls
from world import world

CHANGES_PER_CALL = 500


class SharingCalls(SnapshotCalls):
    def _changes(self) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
        """Returns the grants to add and to remove, from either of the two forms that EC2 accepts."""
        changes = self._get_param("CreateVolumePermission", {})
        named = [{"UserId": user} for user in self._get_param("UserIds", [])]
        named += [{"Group": group} for group in self._get_param("GroupNames", [])]
        operation = self._get_param("OperationType")
        add = changes.get("Add", []) + (named if operation == "add" else [])
        remove = changes.get("Remove", []) + (named if operation == "remove" else [])
        return add, remove

    def modify_snapshot_attribute(self) -> ActionResult:
        snapshot = self.own_snapshot()
        add, remove = self._changes()
        if add and remove:
            raise EC2ClientError(
                "InvalidParameterCombination", "Permissions cannot be added and removed in the same request"
            )
        if not add and not remove:
            raise EC2ClientError("InvalidParameterCombination", "No attributes specified.")
        if len(add) + len(remove) > CHANGES_PER_CALL:
            raise EC2ClientError(
                "InvalidParameterValue",
                f"The maximum number of permission modifications in a single request is {CHANGES_PER_CALL}",
            )
        for grant in add + remove:
            _check_grant(grant)
            if grant.get("UserId") == snapshot.owner_id:
                raise EC2ClientError(
                    "InvalidParameterValue", f"The owner {snapshot.owner_id} of a snapshot always has access to it."
                )
        if add:
            self._refuse_forbidden(snapshot, public=any("Group" in grant for grant in add))
        users = {grant["UserId"] for grant in add + remove if "UserId" in grant}
        groups = {grant["Group"] for grant in add + remove if "Group" in grant}
        _remember(snapshot)
        if add:
            snapshot.create_volume_permission_userids |= users
            snapshot.create_volume_permission_groups |= groups
        else:
            snapshot.create_volume_permission_userids -= users
            snapshot.create_volume_permission_groups -= groups
        return EmptyResult()

    def _refuse_forbidden(self, snapshot: LivingSnapshot, public: bool) -> None:
        if public and snapshot.encrypted:
            raise EC2ClientError("OperationNotPermitted", "Encrypted snapshots cannot be made public")
        if public and self.region_state.block_public_access != "unblocked":
            raise EC2ClientError(
                "OperationNotPermitted",
                "You can't publicly share this snapshot because block public access for snapshots is enabled "
                "for your account in this Region",
            )
        if snapshot.encrypted and snapshot.kms_key_id == self._default_key():
            raise EC2ClientError(
                "OperationNotPermitted", "Encrypted snapshots with EBS default key cannot be shared"
            )

    def _default_key(self) -> str | None:
        kms = kms_backends[self.current_account][self.region]
        return kms.describe_key("alias/aws/ebs").arn if kms.alias_exists("alias/aws/ebs") else None

    def describe_snapshot_attribute(self) -> ActionResult:
        snapshot = self.own_snapshot()
        users, groups = _shown(snapshot)
        grants = [{"Group": group} for group in sorted(groups)]
        grants += [{"UserId": user} for user in sorted(users)]
        return ActionResult({"SnapshotId": snapshot.id, "CreateVolumePermissions": grants})

    def reset_snapshot_attribute(self) -> ActionResult:
        snapshot = self.own_snapshot()
        snapshot.create_volume_permission_userids.clear()
        snapshot.create_volume_permission_groups.clear()
        return EmptyResult()

    def enable_snapshot_block_public_access(self) -> ActionResult:
        self.region_state.block_public_access = self._get_param("State")
        return ActionResult({"State": self.region_state.block_public_access})

    def disable_snapshot_block_public_access(self) -> ActionResult:
        self.region_state.block_public_access = "unblocked"
        return ActionResult({"State": "unblocked"})

    def get_snapshot_block_public_access_state(self) -> ActionResult:
        return ActionResult({"State": self.region_state.block_public_access, "ManagedBy": "account"})


# The former grants of a snapshot and the time until which they are shown, because EC2 shows a change later.
_former: WeakKeyDictionary[LivingSnapshot, tuple[datetime, set[str], set[str]]] = WeakKeyDictionary()


def _shown(snapshot: LivingSnapshot) -> tuple[set[str], set[str]]:
    until, users, groups = _former.get(snapshot, (world.now(), set(), set()))
    if world.now() < until:
        return users, groups
    return snapshot.create_volume_permission_userids, snapshot.create_volume_permission_groups


def _remember(snapshot: LivingSnapshot) -> None:
    users, groups = _shown(snapshot)
    until = world.now() + timedelta(seconds=world.settings["grantSeconds"])
    _former[snapshot] = (until, set(users), set(groups))


def _check_grant(grant: dict[str, Any]) -> None:
    user, group = grant.get("UserId"), grant.get("Group")
    if user is not None and not (len(user) == 12 and user.isdigit()):
        raise EC2ClientError("InvalidParameterValue", f"Value ({user}) for parameter userId is invalid.")
    if group is not None and group != "all":
        raise EC2ClientError("InvalidParameterValue", f"Value ({group}) for parameter group is invalid.")
