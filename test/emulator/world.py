"""Contains the state of the emulator besides moto's models: its clock, its settings and the log of calls."""

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from faults import Faults

DEFAULT_SETTINGS: dict[str, Any] = {
    "snapshotSeconds": 0,  # how long a new snapshot stays pending
    "snapshotError": None,  # the message with which new snapshots end in `error`
    "volumeSeconds": 0,  # how long a new volume stays creating
    "volumeError": None,  # "error" or "vanish": new volumes fail or disappear
    "modifyingSeconds": 0,  # how long a modified volume keeps its old size and performance
    "modificationsPerDay": 4,  # changes of one volume in a rolling 24 hours; EC2's rule since January 2026
    "optimizingSeconds": 0,  # how long a volume then stays optimizing
    "modificationError": None,  # the message with which modifications fail
    "initializationSeconds": 0,  # how long a volume is initialized from its snapshot or source volume
    "pendingPerVolume": 5,  # EC2's limit for every type except sc1 and st1
    "volumeCopies": 5,  # EC2's limit of volume copies being initialized in a region
    "pendingCopies": 20,  # EC2's limit for copies into one region
    "perVolumeRateSeconds": 0,  # minimum time between two snapshots of one volume; about 15 in EC2
    "grantSeconds": 0,  # how long EC2 still shows a snapshot's former grants
    "fastRestoreSeconds": 0,  # how long enabling or disabling fast snapshot restore takes
    "fastRestoreLimit": 5,  # EC2's limit of snapshots with fast snapshot restore in a region
    "tieringSeconds": 0,  # how long a move to or from the archive takes
    "tieringError": None,  # the message with which moves to or from the archive fail
    "recycleBinDays": 0,  # how long deleted snapshots can be restored
    "newIdSeconds": 0,  # how long EC2 does not find a new id
    "imageReleaseSeconds": 0,  # how long a deregistered AMI keeps its snapshots in use
    "detachingSeconds": 0,  # how long a volume is detaching and therefore in use
    "volumeInUseSeconds": 0,  # how long DeleteVolume is rejected after a detachment
    "deletingSeconds": 0,  # how long a deleted volume is still shown as deleting
    "memberSeconds": 0,  # between the members of CreateSnapshots that DescribeSnapshots returns; a list: per member
    "recycleBinSupported": True,  # False: ListSnapshotsInRecycleBin is an unknown action
    "emptyBlockPages": False,  # True: an empty page follows every page of blocks that is not the last
    "dlmPolicies": 100,  # DLM's limit of policies in a region
    "dlmError": None,  # the message of enabled policies that are in ERROR
    "seed": None,  # makes random faults reproducible
}


@dataclass
class RegionState:
    """Contains the state of one account in one region that moto's backend does not model."""

    block_public_access: str = "unblocked"
    volumes_by_token: dict[str, tuple[dict[str, Any], Any]] = field(default_factory=dict)
    recycle_bin: dict[str, Any] = field(default_factory=dict)
    # Times until which a deregistered AMI keeps snapshots in use, by snapshot id.
    released_by_images: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    policies: dict[str, Any] = field(default_factory=dict)  # DLM policies by id
    last_snapshot_of_volume: dict[str, datetime] = field(default_factory=dict)


class World:
    def __init__(self) -> None:
        # It is never reset, because pages rely on higher numbers for later resources.
        self.serial = itertools.count(1)
        self.reset()

    def reset(self) -> None:
        self.settings = dict(DEFAULT_SETTINGS)
        self.ahead = timedelta()
        self.calls: list[dict[str, Any]] = []
        self.faults = Faults()
        # The content of each block of a snapshot, for the EBS direct APIs.
        self.blocks: dict[str, dict[int, str]] = {}
        self.regions: dict[tuple[str, str], RegionState] = defaultdict(RegionState)

    def now(self) -> datetime:
        """Returns the emulator's time without a zone, as moto does."""
        return datetime.now(timezone.utc).replace(tzinfo=None) + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)

    def set(self, changes: dict[str, Any]) -> None:
        unknown = changes.keys() - DEFAULT_SETTINGS.keys()
        if unknown:
            raise ValueError(f"unknown settings {sorted(unknown)}, known are {sorted(DEFAULT_SETTINGS)}")
        self.settings.update(changes)
        if "seed" in changes:
            self.faults.seed(changes["seed"])


world = World()
