"""Validates tags as EC2 does: at most 50, none that begins with aws:, at most 1,000 resources per call."""

from typing import Any, Sequence

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import EC2ClientError, TagLimitExceeded
from moto.ec2.models import validate_resource_ids
from moto.ec2.responses._base_response import EC2BaseResponse

TAGS_PER_RESOURCE = 50
RESOURCES_PER_CALL = 1000


def direct_tags(resource: Any) -> list[dict[str, str]]:
    """Replaces moto's get_tags, which reads all tags of the region for each resource."""
    return [
        {"resource_id": resource.id, "key": key, "value": value}
        for key, value in resource.ec2_backend.tags.get(resource.id, {}).items()
    ]


def tag_list(resource: Any) -> list[dict[str, str]] | None:
    """Returns None if there are no tags, because EC2 omits the element."""
    return [{"Key": tag["key"], "Value": tag["value"]} for tag in direct_tags(resource)] or None


def new_tags(specifications: Sequence[dict[str, Any]], resource_type: str) -> dict[str, str]:
    """Returns the tags of a TagSpecification; they are validated before the resource is created."""
    for specification in specifications:
        if specification.get("ResourceType") != resource_type:
            raise EC2ClientError(
                "InvalidParameterValue",
                f"'{specification.get('ResourceType')}' is not a valid taggable resource type for this operation.",
            )
    tags = {
        tag["Key"]: tag.get("Value", "")
        for specification in specifications
        for tag in specification.get("Tags", [])
    }
    _refuse_reserved(tags)
    if len(tags) > TAGS_PER_RESOURCE:
        raise TagLimitExceeded()
    return tags


def _refuse_reserved(keys: Any) -> None:
    for key in keys:
        if key.lower().startswith("aws:"):
            raise EC2ClientError(
                "InvalidParameterValue",
                f"Value ( {key} ) for parameter key is invalid. "
                "Tag keys starting with 'aws:' are reserved for internal use",
            )


class TagCalls(EC2BaseResponse):
    def _resources(self) -> list[str]:
        resources = self._get_param("Resources", [])
        validate_resource_ids(resources)
        if len(resources) > RESOURCES_PER_CALL:
            raise EC2ClientError(
                "InvalidParameterValue", f"The maximum number of resources is {RESOURCES_PER_CALL}"
            )
        return resources

    def create_tags(self) -> ActionResult:
        resources = self._resources()
        self.ec2_backend.do_resources_exist(resources)
        tags = {tag["Key"]: tag.get("Value", "") for tag in self._get_param("Tags", [])}
        _refuse_reserved(tags)
        for resource in resources:
            # Tags that begin with aws: do not count.
            own = {key for key in self.ec2_backend.tags.get(resource, {}) if not key.startswith("aws:")}
            if len(own | tags.keys()) > TAGS_PER_RESOURCE:
                raise TagLimitExceeded()
        for resource in resources:
            self.ec2_backend.tags[resource].update(tags)
        return EmptyResult()

    def delete_tags(self) -> ActionResult:
        resources = self._resources()
        tags = {tag["Key"]: tag.get("Value") for tag in self._get_param("Tags", [])}
        _refuse_reserved(tags)
        if tags:
            self.ec2_backend.delete_tags(resources, tags)
        else:
            # Without a list, EC2 deletes all tags of the user.
            for resource in resources:
                own = [key for key in self.ec2_backend.tags[resource] if not key.startswith("aws:")]
                self.ec2_backend.delete_tag_keys([resource], own)
        return EmptyResult()
