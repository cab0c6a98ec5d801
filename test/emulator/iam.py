"""Evaluates the permissions of IAM users. Other callers (keys that contain their account) act as the account itself."""

import json
import ec2
from answers import Answer, Call, error_answer
from moto.iam.access_control import IAMPolicy, IAMUserAccessKey, CreateAccessKeyFailure, PermissionResult
from moto.iam.models import iam_backends

# Actions that cannot be denied.
FREE = {"sts:GetCallerIdentity"}


def make_user(name: str, actions: list[str]) -> dict[str, str]:
    """Creates a user of the default account with only these permissions, and returns its access key."""
    backend = iam_backends[ec2.account_of("")]["aws"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    backend.create_user("us-east-1", name)
    backend.put_user_policy(name, "all", json.dumps(policy))
    key = backend.create_access_key(name)
    return {"accessKey": key.access_key_id, "secretKey": key.secret_access_key}


def refusal(call: Call) -> Answer | None:
    """Returns the response to a call for which the caller has no permission."""
    try:
        key = IAMUserAccessKey(call.account, "aws", call.key, {})
    except CreateAccessKeyFailure:
        return None
    policies = [IAMPolicy(policy) for policy in key.collect_policies()]
    for action in _needed(call):
        verdicts = {policy.is_action_permitted(action) for policy in policies}
        if PermissionResult.PERMITTED in verdicts and PermissionResult.DENIED not in verdicts:
            continue
        words = f"You are not authorized to perform this operation. User: {key.arn} is not authorized to perform: {action}"
        code = "UnauthorizedOperation" if call.service == "ec2" else "AccessDeniedException"
        return error_answer(call, code, words, 403 if call.service == "ec2" else 400)
    return None


def _needed(call: Call) -> list[str]:
    # KMS and other services send the action in a header, after the name of their protocol.
    action = f"{call.service}:{call.action.rsplit('.', 1)[-1]}"
    tagged = call.service == "ec2" and any(name.startswith("TagSpecification.") for name in call.params)
    return [one for one in [action, *(["ec2:CreateTags"] if tagged else [])] if one not in FREE]
