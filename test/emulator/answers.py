"""Represents a call over HTTP, and builds the responses that moto does not provide."""

import json
import uuid
from dataclasses import dataclass
from typing import NamedTuple
from xml.sax.saxutils import escape


JSON_SERVICES = ("kms", "organizations")
REST_SERVICES = ("dlm", "ebs")


@dataclass(frozen=True)
class Call:
    service: str
    region: str
    account: str
    # The access key with which the call was signed.
    key: str
    action: str
    params: dict[str, str]
    agent: str


class Answer(NamedTuple):
    status: int
    content_type: str
    body: bytes


def error_answer(call: Call, code: str, message: str, status: int = 400) -> Answer:
    """Returns an error in the format of the service: EC2 has one format, the other query services share another."""
    error = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    request = uuid.uuid4()
    if call.service in REST_SERVICES:
        body = json.dumps({"__type": code, "Message": message})
        return Answer(status, "application/json", body.encode())
    if call.service in JSON_SERVICES:
        body = json.dumps({"__type": code, "message": message})
        return Answer(status, "application/x-amz-json-1.1", body.encode())
    if call.service == "ec2":
        body = f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{request}</RequestID></Response>"
    else:
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error>"
            f"<RequestId>{request}</RequestId></ErrorResponse>"
        )
    return Answer(status, "text/xml", f'<?xml version="1.0" encoding="utf-8"?>\n{body}'.encode())
