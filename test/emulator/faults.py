"""Injects faults that a test requests: calls that fail, disconnect, take long or return an unreadable response."""

import random
import re
import select
import socket
import struct
import time
from typing import Any

from answers import Answer, Call, error_answer

DEFAULTS: dict[str, Any] = {
    "action": "*",
    "params": {},  # only calls that carry these, e.g. {"VolumeId": "vol-1"}
    "probability": 1,
    "times": None,  # how often it occurs; None: always
    "after": 0,  # matching calls that succeed first
    "where": "before",  # "after": EC2 acts, and its response is lost
    "kind": "error",
    "code": "InternalError",  # code, message and status apply to kind "error"
    "message": "An internal error has occurred",
    "status": 400,
    "seconds": 0,  # applies to kind "delay"
}
KINDS = ("error", "reset", "delay", "hang", "malformed", "empty", "html", "without", "repeat")
# The element with the result of a call; "without" returns status 200 and omits it.
LIST_SET = re.compile(
    rb"<(snapshotSet|volumeSet|createVolumePermission|snapshotTierStatusSet|volumeModificationSet"
    rb"|fastSnapshotRestoreSet|volumeStatusSet)(?:/>|>.*</\1>)",
    re.DOTALL,
)
NEXT_TOKEN = re.compile(rb"<nextToken>[^<]*</nextToken>|<nextToken/>")
REPEATED = b"<nextToken>Mg==</nextToken>"



class Unanswered(ConnectionError):
    """Signals that a request ends without a response: the HTTP server closes the connection."""


class Fault:
    def __init__(self, rule: dict[str, Any]) -> None:
        unknown = rule.keys() - DEFAULTS.keys()
        if unknown:
            raise ValueError(f"unknown keys {sorted(unknown)} in a fault, known are {sorted(DEFAULTS)}")
        self.rule = DEFAULTS | rule
        if self.rule["kind"] not in KINDS or self.rule["where"] not in ("before", "after"):
            raise ValueError(f"a fault's kind is one of {KINDS}, its where is before or after")
        self.seen = 0
        self.struck = 0

    @property
    def kind(self) -> str:
        return self.rule["kind"]

    @property
    def where(self) -> str:
        return self.rule["where"]

    def strikes(self, call: Call, dice: random.Random) -> bool:
        rule = self.rule
        if rule["action"] not in ("*", call.action):
            return False
        if any(call.params.get(key) != value for key, value in rule["params"].items()):
            return False
        self.seen += 1
        if self.seen <= rule["after"] or (rule["times"] is not None and self.struck >= rule["times"]):
            return False
        if dice.random() >= rule["probability"]:
            return False
        self.struck += 1
        return True

    @property
    def alters(self) -> bool:
        """Reports whether the fault changes EC2's response instead of replacing it."""
        return self.kind in ("without", "repeat")

    def altered(self, call: Call, answer: Answer) -> Answer:
        if answer.status != 200:
            return answer
        if self.kind == "without":
            return answer._replace(body=LIST_SET.sub(b"", answer.body))
        end = f"</{call.action}Response>".encode()
        body = NEXT_TOKEN.sub(b"", answer.body).replace(end, REPEATED + end)
        return answer._replace(body=body)

    def answer(self, call: Call, connection: socket.socket) -> Answer | None:
        """Returns the response instead of EC2's; None for a delay."""
        match self.kind:
            case "delay":
                time.sleep(self.rule["seconds"])
                return None
            case "error":
                return error_answer(call, self.rule["code"], self.rule["message"], self.rule["status"])
            case "malformed":
                return Answer(200, "text/xml", f"<{call.action}Response><broken".encode())
            case "empty":
                return Answer(200, "text/xml", b"")
            case "html":
                return Answer(200, "text/html", b"<html><body><h1>Please sign in</h1></body></html>")
            case "reset":
                # SO_LINGER with zero seconds turns the close into a reset.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case "hang":
                while not _closed(connection):
                    select.select([connection], [], [], 1)
        raise Unanswered(self.kind)


class Faults:
    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self.dice = random.Random()

    def seed(self, seed: int | None) -> None:
        self.dice = random.Random(seed)

    def put(self, rules: list[dict[str, Any]]) -> None:
        self.rules = [Fault(rule) for rule in rules]

    def choose(self, call: Call) -> Fault | None:
        """Returns the first rule that applies; later rules do not count the call."""
        return next((fault for fault in self.rules if fault.strikes(call, self.dice)), None)


def _closed(connection: socket.socket) -> bool:
    readable, _, _ = select.select([connection], [], [], 0)
    if not readable:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True
