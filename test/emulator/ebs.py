"""Implements the EBS direct APIs: the blocks of a snapshot, and those that differ between two, from block maps of a test."""

import base64
import json
import re
from typing import Any
from urllib.parse import parse_qs

from answers import Answer, Call
from snapshots import visible_snapshots
from world import world

BLOCK_SIZE = 524288
LEAST, MOST = 100, 10000


def action_of(path: str) -> str:
    return "ListChangedBlocks" if path.endswith("/changedblocks") else "ListSnapshotBlocks"


def set_blocks(snapshot_id: str, blocks: dict[str, str]) -> None:
    """Sets the blocks of a snapshot: the index of each, and a text that represents its content."""
    world.blocks[snapshot_id] = {int(index): content for index, content in blocks.items()}


def answer(call: Call, path: str, query: str) -> Answer:
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    status, result = _list(call, path.split("/")[2], asked)
    return Answer(status, "application/json", json.dumps(result).encode())


def _list(call: Call, snapshot_id: str, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
    changed = call.action == "ListChangedBlocks"
    first = asked.get("firstSnapshotId")
    if changed and first is None:
        return _refusal(400, "ValidationException", "INVALID_PARAMETER_VALUE", "firstSnapshotId is required")
    pair = [first, snapshot_id] if changed and first else [snapshot_id]
    seen = {one.id: one for one in visible_snapshots(call.account, call.region, pair)}
    for one in pair:
        if not re.fullmatch(r"snap-[0-9a-f]+", one):
            return _refusal(400, "ValidationException", "INVALID_SNAPSHOT_ID", f"{one} is no snapshot id")
        if one not in seen:
            message = f"The snapshot {one} does not exist."
            return _refusal(404, "ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", message)
        if seen[one].status != "completed" or seen[one].storage_tier == "archive":
            return _refusal(400, "ValidationException", "INVALID_SNAPSHOT_ID", "Invalid snapshot state")
    # Copies are distinguished by their source snapshot, which no Describe shows.
    if len({(seen[one].volume_id, seen[one].volume.id) for one in pair}) > 1:
        message = "The snapshots are not related."
        return _refusal(400, "ValidationException", "UNRELATED_SNAPSHOTS", message)
    most = int(asked.get("maxResults", MOST))
    if not LEAST <= most <= MOST:
        return _refusal(400, "ValidationException", "INVALID_PARAMETER_VALUE", f"maxResults is {LEAST} to {MOST}")
    of = "/".join(pair)
    start, is_empty = int(asked.get("startingBlockIndex", 0)), False
    if "pageToken" in asked:
        token = _read_token(asked["pageToken"])
        if token is None or token["of"] != of:
            return _refusal(400, "ValidationException", "INVALID_PAGE_TOKEN", "The page token is invalid.")
        start, is_empty = token["start"], token["empty"]
    rows = _changed(pair[0], snapshot_id) if changed else _blocks(snapshot_id)
    rows = [row for row in rows if row["BlockIndex"] >= start]
    shown = [] if is_empty else rows[:most]
    result: dict[str, Any] = {
        "ChangedBlocks" if changed else "Blocks": shown,
        "VolumeSize": seen[snapshot_id].size,
        "BlockSize": BLOCK_SIZE,
        # A token expires after a week.
        "ExpiryTime": int(world.now().timestamp()) + 7 * 86400,
    }
    if len(rows) > len(shown):
        # AWS documents that a page may be empty although another one follows.
        empty = bool(world.settings["emptyBlockPages"]) and not is_empty
        token = {"of": of, "start": rows[len(shown)]["BlockIndex"], "empty": empty}
        result["NextToken"] = base64.b64encode(json.dumps(token).encode()).decode()
    return 200, result


def _read_token(text: str) -> dict[str, Any] | None:
    try:
        return json.loads(base64.b64decode(text))
    except ValueError:
        return None


def _blocks(snapshot_id: str) -> list[dict[str, Any]]:
    held = world.blocks.get(snapshot_id, {})
    return [{"BlockIndex": index, "BlockToken": _token(held[index])} for index in sorted(held)]


def _changed(first: str | None, second: str) -> list[dict[str, Any]]:
    before, after = world.blocks.get(first or "", {}), world.blocks.get(second, {})
    rows = []
    for index in sorted(before.keys() | after.keys()):
        if before.get(index) == after.get(index):
            continue
        row: dict[str, Any] = {"BlockIndex": index}
        if index in before:
            row["FirstBlockToken"] = _token(before[index])
        if index in after:
            row["SecondBlockToken"] = _token(after[index])
        rows.append(row)
    return rows


def _token(content: str) -> str:
    return base64.b64encode(content.encode()).decode()


def _refusal(status: int, code: str, reason: str, message: str) -> tuple[int, dict[str, Any]]:
    return status, {"__type": code, "Message": message, "Reason": reason}
