"""Emulates Data Lifecycle Manager: it validates and stores policies, and creates no snapshots."""

import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from answers import Answer, Call
from world import world

INTERVALS = (1, 2, 3, 4, 6, 8, 12, 24)
LARGEST_COUNT = 1000
SCHEDULES = 4
COPIES = 3
OWNERS = 50
TAGS = 50
TYPES = 6
YEARS = 100
PER_YEAR = {"DAYS": 366, "WEEKS": 53, "MONTHS": 12, "YEARS": 1}
DESCRIPTION = re.compile(r"[0-9A-Za-z _-]{1,500}")
NAME = re.compile(r"[0-9A-Za-z _-]{1,120}")
KEY = re.compile(r"arn:aws(-[a-z]{1,3}){0,2}:kms:([a-z]+-){2,3}\d:\d+:key/.*")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
ACTIONS = {
    ("POST", "policies"): "CreateLifecyclePolicy",
    ("GET", "policies"): "GetLifecyclePolicies",
    ("GET", "policies/"): "GetLifecyclePolicy",
    ("PATCH", "policies/"): "UpdateLifecyclePolicy",
    ("DELETE", "policies/"): "DeleteLifecyclePolicy",
    ("GET", "tags/"): "ListTagsForResource",
    ("POST", "tags/"): "TagResource",
    ("DELETE", "tags/"): "UntagResource",
}


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def invalid(message: str) -> Refusal:
    return Refusal(400, "InvalidRequestException", message)


@dataclass
class Policy:
    id: str
    arn: str
    description: str
    state: str
    role: str
    details: dict[str, Any]
    tags: dict[str, str]
    default: bool
    created: datetime = field(default_factory=world.now)
    modified: datetime = field(default_factory=world.now)

    def status(self) -> dict[str, Any]:
        """Returns the state: ERROR, with a message, if DLM cannot use the role of the policy."""
        error = world.settings["dlmError"]
        if error is not None and self.state == "ENABLED":
            return {"State": "ERROR", "StatusMessage": error}
        return {"State": self.state, "StatusMessage": self.state}

    def summary(self) -> dict[str, Any]:
        return {
            "PolicyId": self.id,
            "Description": self.description,
            "State": self.status()["State"],
            "Tags": self.tags,
            "PolicyType": self.details.get("PolicyType", "EBS_SNAPSHOT_MANAGEMENT"),
            "DefaultPolicy": self.default,
        }

    def view(self) -> dict[str, Any]:
        return {
            "PolicyId": self.id,
            "PolicyArn": self.arn,
            "Description": self.description,
            **self.status(),
            "ExecutionRoleArn": self.role,
            "DateCreated": self.created.isoformat(timespec="milliseconds") + "Z",
            "DateModified": self.modified.isoformat(timespec="milliseconds") + "Z",
            "PolicyDetails": self.details,
            "Tags": self.tags,
            "DefaultPolicy": self.default,
        }


def action_of(method: str, path: str) -> str:
    kind, slash, _ = path.strip("/").partition("/")
    return ACTIONS.get((method, kind + slash), f"{method} {path}")


def answer(call: Call, path: str, query: str, body: bytes) -> Answer:
    try:
        asked = json.loads(body) if body else {}
        result = _act(call, unquote(path.strip("/").partition("/")[2]), parse_qs(query), asked)
        return Answer(200, "application/json", json.dumps(result).encode())
    except Refusal as refusal:
        text = json.dumps({"__type": refusal.code, "Code": refusal.code, "Message": str(refusal)})
        return Answer(refusal.status, "application/json", text.encode())


def _act(call: Call, name: str, query: dict[str, list[str]], asked: dict[str, Any]) -> dict[str, Any]:
    policies: dict[str, Policy] = world.regions[call.account, call.region].policies
    match call.action:
        case "CreateLifecyclePolicy":
            policy = _new_policy(call, asked, policies)
            policies[policy.id] = policy
            return {"PolicyId": policy.id}
        case "GetLifecyclePolicies":
            return {"Policies": [one.summary() for one in policies.values() if _matches(one, query)]}
        case "GetLifecyclePolicy":
            return {"Policy": _find(policies, name).view()}
        case "UpdateLifecyclePolicy":
            _update(_find(policies, name), asked, policies)
        case "DeleteLifecyclePolicy":
            del policies[_find(policies, name).id]
        case "ListTagsForResource":
            return {"Tags": _find(policies, name).tags}
        case "TagResource":
            policy = _find(policies, name)
            _check_tags(policy.tags | asked.get("Tags", {}))
            policy.tags |= asked.get("Tags", {})
        case "UntagResource":
            for key in query.get("tagKeys", []):
                _find(policies, name).tags.pop(key, None)
        case _:
            raise Refusal(404, "UnknownOperationException", f"{call.action} is not an operation of DLM")
    return {}


def _find(policies: dict[str, Policy], name: str) -> Policy:
    """Returns a policy by its id or ARN."""
    policy = policies.get(name.rsplit("/", 1)[-1])
    if policy is None:
        raise Refusal(404, "ResourceNotFoundException", f"Policy with id {name} does not exist.")
    return policy


def _new_policy(call: Call, asked: dict[str, Any], policies: dict[str, Policy]) -> Policy:
    most = world.settings["dlmPolicies"]
    if len(policies) >= most:
        raise Refusal(429, "LimitExceededException", f"The limit of {most} policies in this Region is reached.")
    for key in ("ExecutionRoleArn", "Description", "State"):
        if not asked.get(key):
            raise invalid(f"{key} is required")
    default = "DefaultPolicy" in asked
    details = dict(asked.get("PolicyDetails", {}))
    if default:
        details |= {key: asked[key] for key in DEFAULT_KEYS if key in asked}
        details |= {"PolicyLanguage": "SIMPLIFIED", "ResourceType": asked["DefaultPolicy"]}
        _check_default(asked["DefaultPolicy"], policies.values())
    _check_head(asked)
    _check_details(details, default)
    _check_targets(details, policies.values())
    _check_tags(asked.get("Tags", {}))
    policy_id = f"policy-0{uuid.uuid4().hex[:16]}"
    arn = f"arn:aws:dlm:{call.region}:{call.account}:policy/{policy_id}"
    head = (asked["Description"], asked["State"], asked["ExecutionRoleArn"])
    return Policy(policy_id, arn, *head, details, dict(asked.get("Tags", {})), default)


def _check_default(kind: str, others: Any) -> None:
    """Checks that a Region has one default policy for volumes and one for instances; AWS's error code is not known."""
    if kind not in ("VOLUME", "INSTANCE"):
        raise invalid("DefaultPolicy is VOLUME or INSTANCE")
    for other in others:
        if other.default and other.details["ResourceType"] == kind:
            raise invalid(f"The default policy {other.id} for {kind} exists already")


DEFAULT_KEYS = ("CreateInterval", "RetainInterval", "CopyTags", "ExtendDeletion", "CrossRegionCopyTargets", "Exclusions")


def _update(policy: Policy, asked: dict[str, Any], policies: dict[str, Policy]) -> None:
    # The example of the CLI shows that details which a request omits do not change.
    # https://docs.aws.amazon.com/cli/latest/reference/dlm/update-lifecycle-policy.html
    details = policy.details | (asked.get("PolicyDetails") or {})
    if policy.default:
        details = policy.details | {key: asked[key] for key in DEFAULT_KEYS if key in asked}
    for key in ("PolicyType", "ResourceTypes"):
        if key in details and key in policy.details and details[key] != policy.details[key]:
            raise invalid(f"{key} of a policy cannot be changed")
    before = {one.get("Name"): one for one in policy.details.get("Schedules", [])}
    for schedule in details.get("Schedules", []):
        old = before.get(schedule.get("Name"))
        if old and ("Count" in old.get("RetainRule", {})) != ("Count" in schedule.get("RetainRule", {})):
            raise invalid("The retention of a schedule cannot be changed between count and age")
    _check_head(asked)
    _check_details(details, policy.default)
    _check_targets(details, (one for one in policies.values() if one is not policy))
    policy.details = details
    policy.description = asked.get("Description", policy.description)
    policy.state = asked.get("State", policy.state)
    policy.role = asked.get("ExecutionRoleArn", policy.role)
    policy.modified = world.now()


def _check_head(asked: dict[str, Any]) -> None:
    if "Description" in asked and not DESCRIPTION.fullmatch(asked["Description"]):
        raise invalid("Description must match [0-9A-Za-z _-]+ and have at most 500 characters")
    if asked.get("State", "ENABLED") not in ("ENABLED", "DISABLED"):
        raise invalid("State is ENABLED or DISABLED")
    if "ExecutionRoleArn" in asked and not ROLE.fullmatch(asked["ExecutionRoleArn"]):
        raise invalid("ExecutionRoleArn is not the ARN of a role")


def _check_tags(tags: dict[str, str]) -> None:
    if len(tags) > 50 or any(key.lower().startswith("aws:") for key in tags):
        raise invalid("At most 50 tags, whose keys do not begin with aws:")


def _check_targets(details: dict[str, Any], others: Any) -> None:
    """Rejects a target tag of another policy, as documented for targetTags; the error code of AWS is not documented."""
    wanted = {(tag["Key"], tag.get("Value", "")) for tag in details.get("TargetTags", [])}
    for other in others:
        held = {(tag["Key"], tag.get("Value", "")) for tag in other.details.get("TargetTags", [])}
        if wanted & held and details.get("ResourceTypes") == other.details.get("ResourceTypes"):
            raise invalid(f"The target tags {sorted(wanted & held)} are in use by {other.id}")


def _check_details(details: dict[str, Any], default: bool) -> None:
    if default:
        create, retain = details.get("CreateInterval", 1), details.get("RetainInterval", 7)
        if not 1 <= create <= 7 or not 2 <= retain <= 14 or retain <= create:
            raise invalid("CreateInterval is 1 to 7 days, RetainInterval 2 to 14 days and more than it")
        if len(details.get("CrossRegionCopyTargets", [])) > COPIES:
            raise invalid(f"At most {COPIES} copy targets")
        exclusions = details.get("Exclusions") or {}
        if len(exclusions.get("ExcludeTags", [])) > TAGS or len(exclusions.get("ExcludeVolumeTypes", [])) > TYPES:
            raise invalid(f"At most {TAGS} tags and {TYPES} types of volumes are left out")
        return
    if details.get("PolicyType") == "EVENT_BASED_POLICY":
        _check_events(details)
        return
    if details.get("ResourceTypes") not in (["VOLUME"], ["INSTANCE"]):
        raise invalid("ResourceTypes is one of VOLUME and INSTANCE")
    if not details.get("TargetTags"):
        raise invalid("TargetTags is required")
    schedules = details.get("Schedules", [])
    if not 1 <= len(schedules) <= SCHEDULES:
        raise invalid(f"A policy has 1 to {SCHEDULES} schedules")
    if len({one.get("Name") for one in schedules}) < len(schedules):
        raise invalid("The names of schedules must differ")
    for schedule in schedules:
        _check_schedule(schedule, details)


def _check_events(details: dict[str, Any]) -> None:
    """Validates the event source as documented: https://docs.aws.amazon.com/dlm/latest/APIReference/API_EventParameters.html"""
    foreign = {"ResourceTypes", "TargetTags", "Schedules"} & details.keys()
    if foreign:
        raise invalid(f"{sorted(foreign)} are not for event-based policies")
    source, actions = details.get("EventSource", {}), details.get("Actions", [])
    parameters = source.get("Parameters", {})
    if source.get("Type") != "MANAGED_CWE" or parameters.get("EventType") != "shareSnapshot":
        raise invalid("EventSource has the Type MANAGED_CWE and the EventType shareSnapshot")
    owners = parameters.get("SnapshotOwner", [])
    if not 1 <= len(owners) <= OWNERS or not all(re.fullmatch(r"\d{12}", owner) for owner in owners):
        raise invalid(f"SnapshotOwner has 1 to {OWNERS} ids of accounts")
    if len(parameters.get("DescriptionRegex", "x" * 1001)) > 1000:
        raise invalid("DescriptionRegex is required, with at most 1000 characters")
    if len(actions) != 1 or not NAME.fullmatch(actions[0].get("Name", "")):
        raise invalid("An event-based policy has one action, with a name of [0-9A-Za-z _-]+")
    copies = actions[0].get("CrossRegionCopy", [])
    if not 1 <= len(copies) <= COPIES:
        raise invalid(f"An action has 1 to {COPIES} cross-region copies")
    for copy in copies:
        encryption = copy.get("EncryptionConfiguration", {})
        if not copy.get("Target") or "Encrypted" not in encryption:
            raise invalid("A cross-region copy needs Target and EncryptionConfiguration with Encrypted")
        if "CmkArn" in encryption and not KEY.fullmatch(encryption["CmkArn"]):
            raise invalid("CmkArn is not the ARN of a key")
        if "RetainRule" in copy:
            _check_age(copy["RetainRule"], "RetainRule", least=1)


def _check_schedule(schedule: dict[str, Any], details: dict[str, Any]) -> None:
    create, retain = schedule.get("CreateRule", {}), schedule.get("RetainRule", {})
    if ("CronExpression" in create) == ("Interval" in create):
        raise invalid("CreateRule has either CronExpression or Interval")
    if "Interval" in create and (create["Interval"] not in INTERVALS or create.get("IntervalUnit") != "HOURS"):
        raise invalid(f"Interval is one of {INTERVALS} HOURS")
    times = create.get("Times", [])
    if len(times) > 1 or not all(TIME.fullmatch(time) for time in times):
        raise invalid("Times has one hh:mm in UTC")
    if create.get("Scripts") and details["ResourceTypes"] != ["INSTANCE"]:
        raise invalid("Scripts are for instances")
    archive = schedule.get("ArchiveRule")
    if archive and details["ResourceTypes"] != ["VOLUME"]:
        raise invalid("ArchiveRule is for volumes")
    _check_age(retain, "RetainRule", least=0 if archive else 1)
    if len(schedule.get("CrossRegionCopyRules", [])) > COPIES:
        raise invalid(f"At most {COPIES} cross-region copies a schedule")
    for copy in schedule.get("CrossRegionCopyRules", []):
        if not copy.get("Target") or "Encrypted" not in copy:
            raise invalid("A cross-region copy needs Target and Encrypted")
    if len(schedule.get("ShareRules", [])) > 1:
        raise invalid("At most one share rule a schedule")


def _check_age(rule: dict[str, Any], name: str, least: int) -> None:
    if ("Count" in rule) == ("Interval" in rule):
        raise invalid(f"{name} has either Count or Interval")
    if "Count" in rule and not least <= rule["Count"] <= LARGEST_COUNT:
        raise invalid(f"Count of {name} is {least} to {LARGEST_COUNT}")
    if "Interval" in rule:
        per_year = PER_YEAR.get(rule.get("IntervalUnit", ""))
        if per_year is None or not least <= rule["Interval"] <= YEARS * per_year:
            raise invalid(f"The age of {name} is at most {YEARS} years, in DAYS, WEEKS, MONTHS or YEARS")


def _matches(policy: Policy, query: dict[str, list[str]]) -> bool:
    def pairs(tags: list[dict[str, str]]) -> set[str]:
        return {f"{tag['Key']}={tag.get('Value', '')}" for tag in tags}

    added = [tag for one in policy.details.get("Schedules", []) for tag in one.get("TagsToAdd", [])]
    kinds = {"ALL": True, "VOLUME": policy.default, "INSTANCE": policy.default}
    tests = {
        "policyIds": lambda values: policy.id in values,
        "state": lambda values: policy.state in values,
        "resourceTypes": lambda values: bool({*values} & {*policy.details.get("ResourceTypes", [])}),
        "targetTags": lambda values: bool({*values} & pairs(policy.details.get("TargetTags", []))),
        "tagsToAdd": lambda values: bool({*values} & pairs(added)),
        "defaultPolicyType": lambda values: policy.default and kinds.get(values[0], False),
    }
    return all(test(query[name]) for name, test in tests.items() if name in query)
