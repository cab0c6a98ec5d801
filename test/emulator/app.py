"""Implements the HTTP application: logs calls, applies faults, and calls moto; /_emulator/ is for the tests."""

import io
import json
import re
import threading
import traceback
import uuid
from datetime import timedelta
from functools import cache
from typing import Any, Iterable
from urllib.parse import parse_qsl

import dlm
import ebs
import ec2
import iam
from answers import REST_SERVICES, Answer, Call, error_answer
from faults import Fault, Unanswered
from moto.core.base_backend import BackendDict
from moto.ec2.models import ec2_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import run_wsgi_app
from recycle_bin import Recycled
from world import world

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
ERROR_CODE = re.compile(rb"<Code>([^<]+)</Code>|\"__type\": \"([^\"]+)\"")


class EmulatorApp:
    def __init__(self) -> None:
        ec2.install()
        self.moto = DomainDispatcherApplication(create_backend_app)
        # It lists moto's folders in each call, which takes a quarter of the call's time.
        self.moto.get_backend_for_host = cache(self.moto.get_backend_for_host)  # type: ignore[method-assign]
        # moto's models are not made for threads. Waiting (delays, hanging) happens outside of this lock.
        self.lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        path = environ["PATH_INFO"]
        if path.startswith("/_emulator/"):
            answer = self.control(environ["REQUEST_METHOD"], path.removeprefix("/_emulator/"), body)
        else:
            environ["wsgi.input"] = io.BytesIO(body)
            answer = self.aws(environ, body)
        headers = [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(answer.body))),
            ("x-amzn-RequestId", str(uuid.uuid4())),
        ]
        start_response(f"{answer.status} .", headers)
        return [answer.body]

    def aws(self, environ: dict[str, Any], body: bytes) -> Answer:
        call = read_call(environ, body)
        with self.lock:
            faults = world.faults
            fault = faults.choose(call)
            entry = log(call, fault)
        answer = None
        connection = environ["werkzeug.socket"]
        if fault and fault.where == "before" and not fault.alters:
            answer = fault.answer(call, connection)
            # A call that was delayed beyond a reset belongs to a test that has ended.
            if world.faults is not faults:
                raise Unanswered("reset")
        if answer is None:
            answer = iam.refusal(call) or self.act(call, environ)
            if fault and fault.alters:
                answer = fault.altered(call, answer)
            elif fault and fault.where == "after":
                answer = fault.answer(call, connection) or answer
        code = ERROR_CODE.search(answer.body) if answer.status >= 400 else None
        entry["status"] = answer.status
        entry["error"] = (code[1] or code[2]).decode() if code else None
        return answer

    def act(self, call: Call, environ: dict[str, Any]) -> Answer:
        try:
            if call.service in REST_SERVICES:
                with self.lock:
                    return rest(call, environ)
            with self.lock:
                chunks, status, headers = run_wsgi_app(self.moto, environ, buffered=True)
        except Exception as error:
            if not isinstance(error, NotImplementedError):
                traceback.print_exc()
            # 400, so that the caller's SDK does not retry the call.
            return error_answer(call, "EmulatorFailure", f"{call.action}: {type(error).__name__}: {error}")
        return Answer(int(status.split()[0]), headers.get("Content-Type", "text/xml"), b"".join(chunks))

    def control(self, method: str, path: str, body: bytes) -> Answer:
        try:
            with self.lock:
                result = control(method, path, json.loads(body) if body else None)
        except LookupError as error:
            return Answer(404, "application/json", json.dumps({"error": str(error)}).encode())
        except (ValueError, TypeError) as error:
            return Answer(400, "application/json", json.dumps({"error": str(error)}).encode())
        return Answer(200, "application/json", json.dumps(result).encode())


def read_call(environ: dict[str, Any], body: bytes) -> Call:
    params = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    params.pop("Version", None)
    action = params.pop("Action", environ.get("HTTP_X_AMZ_TARGET", environ["PATH_INFO"]))
    signed = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    # Only calls with another proof of identity are unsigned, such as AssumeRoleWithWebIdentity.
    key, region, service = signed.groups() if signed else ("", "us-east-1", "sts")
    if service in REST_SERVICES:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        action = dlm.action_of(method, path) if service == "dlm" else ebs.action_of(path)
        # Parameters of the query and of the top level of the body, so that faults can select calls by them.
        params = dict(parse_qsl(environ.get("QUERY_STRING", ""))) | _top_level(body)
    return Call(service, region, ec2.account_of(key), key, action, params, environ.get("HTTP_USER_AGENT", ""))


def _top_level(body: bytes) -> dict[str, str]:
    try:
        asked = json.loads(body) if body else {}
    except ValueError:
        return {}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in asked.items()}


def rest(call: Call, environ: dict[str, Any]) -> Answer:
    path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    if call.service == "ebs":
        return ebs.answer(call, path, query)
    return dlm.answer(call, path, query, environ["wsgi.input"].read())


def log(call: Call, fault: Fault | None) -> dict[str, Any]:
    """Returns an entry whose status is null until there is a response."""
    entry = {
        "seq": len(world.calls) + 1,
        "time": world.now().isoformat(timespec="milliseconds") + "Z",
        "region": call.region,
        "account": call.account,
        "service": call.service,
        "action": call.action,
        "params": call.params,
        "agent": call.agent,
        "status": None,
        "error": None,
        "fault": fault.kind if fault else None,
    }
    world.calls.append(entry)
    return entry


def control(method: str, path: str, body: Any) -> Any:
    match method, path.split("/"):
        case "GET", ["calls"]:
            return world.calls
        case "DELETE", ["calls"]:
            world.calls = []
        case "GET", ["settings"]:
            return world.settings
        case "PUT", ["settings"]:
            world.set(body)
            return world.settings
        case "PUT", ["faults"]:
            world.faults.put(body)
        case "DELETE", ["faults"]:
            world.faults.put([])
        case "PUT", ["blocks", snapshot_id]:
            ebs.set_blocks(snapshot_id, body)
        case "POST", ["tags", resource_id]:
            put_tags(resource_id, body)
        case "POST", ["snapshots", snapshot_id]:
            find_snapshot(snapshot_id).patch(body)
        case "POST", ["seed"]:
            return seed(body.get("volumes", 0), body.get("snapshots", 0), body.get("recycled", 0))
        case "POST", ["users", name]:
            return iam.make_user(name, body["actions"])
        case "POST", ["clock"]:
            world.advance(body["advance"])
        case "POST", ["reset"]:
            world.reset()
            BackendDict.reset()
        case _:
            raise LookupError(f"the emulator has no {method} /_emulator/{path}")
    return {}


def seed(volumes: int, snapshots: int, recycled: int) -> dict[str, list[str]]:
    """Creates volumes, and snapshots of one of them, without calls: an account with many resources."""
    account = ec2_backends[ec2.account_of("")]
    backend = account["us-east-1"]
    made = [backend.create_volume(size=1, zone_name="us-east-1a").id for _ in range(volumes)]
    foreign: list[str] = []
    if snapshots:
        of = backend.create_volume(size=1, zone_name="us-east-1a").id
        foreign = [backend.create_snapshot(of, "foreign").id for _ in range(snapshots)]
    if recycled:
        of = backend.create_volume(size=1, zone_name="us-east-1a").id
        now, held = world.now(), world.regions[ec2.account_of(""), "us-east-1"].recycle_bin
        for _ in range(recycled):
            one = backend.create_snapshot(of, "recycled")
            del backend.snapshots[one.id]
            held[one.id] = Recycled(one, {}, now, now + timedelta(days=30))
    return {"volumes": made, "snapshots": foreign}


def put_tags(resource_id: str, tags: dict[str, str]) -> None:
    """Writes tags as other AWS services do, including keys that begin with aws:, which CreateTags rejects."""
    for _, _, backend in ec2_backends.iter_backends():
        if resource_id in backend.snapshots or resource_id in backend.volumes:
            backend.tags[resource_id].update(tags)
            return
    raise LookupError(f"no snapshot or volume {resource_id} in any account and region")


def find_snapshot(snapshot_id: str) -> Any:
    for _, _, backend in ec2_backends.iter_backends():
        if snapshot_id in backend.snapshots:
            return backend.snapshots[snapshot_id]
    raise LookupError(f"no snapshot {snapshot_id} in any account and region")
