"""Implements filters with wildcards and pages for every Describe of EC2."""

import base64
import re
from typing import Any, Callable, Protocol, Sequence, TypeVar

from moto.ec2.exceptions import EC2ClientError

VALUES_PER_FILTER = 200
LARGEST_PAGE = 1000
WILDCARD = re.compile(r"[*?\\]")


class Serial(Protocol):
    serial: int


T = TypeVar("T", bound=Serial)


def filtered(
    items: list[T], filters: Sequence[dict[str, Any]], values: Callable[[T, str], Sequence[str]]
) -> list[T]:
    """Returns the items that match every filter: any value of an item must match any pattern of the filter."""
    for one in filters:
        patterns = one.get("Values", [])
        if len(patterns) > VALUES_PER_FILTER:
            raise EC2ClientError(
                "FilterLimitExceeded",
                f"The maximum number of filter values specified on a single call is {VALUES_PER_FILTER}",
            )
        exact = {pattern for pattern in patterns if not WILDCARD.search(pattern)}
        wild = [wildcard_pattern(pattern) for pattern in patterns if pattern not in exact]
        items = [
            item
            for item in items
            if any(v in exact or any(w.fullmatch(v) for w in wild) for v in values(item, one["Name"]))
        ]
    return items


def wildcard_pattern(pattern: str) -> re.Pattern[str]:
    """Reads `*`, `?` and the escape `\\` as EC2 does; every other character, also `[`, stands for itself."""
    tokens = re.findall(r"\\.|.", pattern, re.DOTALL)
    return re.compile("".join({"*": ".*", "?": "."}.get(t, re.escape(t[-1])) for t in tokens), re.DOTALL)


def exact_values(filters: Sequence[dict[str, Any]], name: str) -> Sequence[str] | None:
    """Returns the values of a filter without wildcards, by which the items can be looked up."""
    for one in filters:
        if one["Name"] == name and not any(WILDCARD.search(pattern) for pattern in one.get("Values", [])):
            return one.get("Values", [])
    return None


def page(items: list[T], most: int | None, token: str | None) -> tuple[list[T], str | None]:
    """Returns one page in order of creation. A token is a serial number, so that deletions in between skip nothing."""
    if most is not None and most < 5:
        raise EC2ClientError(
            "InvalidParameterValue",
            f"Value ( {most} ) for parameter maxResults is invalid. Expecting a value greater than 5.",
        )
    items = sorted(items, key=lambda item: item.serial)
    if token is not None:
        try:
            last = int(base64.b64decode(token, validate=True))
        except ValueError:
            raise EC2ClientError("InvalidParameterValue", "Unable to parse pagination token") from None
        items = [item for item in items if item.serial > last]
    shown = items[: min(most or LARGEST_PAGE, LARGEST_PAGE)]
    more = len(items) > len(shown)
    return shown, base64.b64encode(str(shown[-1].serial).encode()).decode() if more else None
