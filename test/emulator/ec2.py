"""Replaces moto's own classes by the extensions."""

import re
from datetime import datetime
from functools import cache
from typing import Any

import moto.core.responses
import moto.ec2.models.elastic_block_store as ebs
import moto.ec2.urls
import moto.iam.models
from moto.core.serialize import TimestampSerializer
from moto.ec2.models.amis import Ami
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend, Zone
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.responses import EC2Response
from copies import CopyCalls
from modifications import ModificationCalls
from recycle_bin import RecycleBinCalls
from sharing import SharingCalls
from snapshots import LivingSnapshot
from tags import TagCalls, direct_tags
from volumes import LivingVolume
from world import world

# An access key that contains its account, so that tests can use any account without assuming a role.
KEY_OF_ACCOUNT = re.compile(r"AKIATEST(\d{12})")

_filter_value_of_image = Ami.get_filter_value
_account_of_known_key = moto.iam.models.get_account_id_from


def account_of(access_key: str) -> str:
    named = KEY_OF_ACCOUNT.fullmatch(access_key)
    return named[1] if named else _account_of_known_key(access_key)


def filter_value_of_image(image: Ami, name: str, method: str | None = None) -> Any:
    """Adds the filter by the snapshot of an AMI, which moto does not support."""
    if name == "block-device-mapping.snapshot-id":
        return image.ebs_snapshot.id
    return _filter_value_of_image(image, name, method)


class EmulatedEC2(RecycleBinCalls, CopyCalls, ModificationCalls, SharingCalls, TagCalls, EC2Response):
    def call_action(self) -> Any:
        self.sweep_vanished_volumes()
        self.apply_modifications()
        return super().call_action()


def _with_milliseconds(_: TimestampSerializer, value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


def install() -> None:
    moto.ec2.urls.url_paths["{0}/"] = EmulatedEC2.dispatch
    moto.iam.models.get_account_id_from = account_of
    ebs.Snapshot = LivingSnapshot
    ebs.Volume = LivingVolume
    ebs.utcnow = world.now
    # moto has no Local Zones.
    RegionsAndZonesBackend.zones["us-east-1"].append(
        Zone("us-east-1-bos-1a", "us-east-1", "use1-bos1-az1", "local-zone")
    )
    TaggedEC2Resource.get_tags = direct_tags
    Ami.get_filter_value = filter_value_of_image
    # moto lists a class's methods in each call, which takes a quarter of the call's time.
    moto.core.responses.method_names_from_class = cache(moto.core.responses.method_names_from_class)
    # moto writes .000 for every fraction of a second, EC2 its milliseconds.
    TimestampSerializer._timestamp_iso8601_zeroed = _with_milliseconds
