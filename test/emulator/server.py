"""Starts the emulated EC2 (and STS, IAM, KMS) of the tests and the demo: moto's server with extensions.

    python server.py --port 0 --parent PID

prints {"endpoint": "http://127.0.0.1:PORT"} when it is ready, and ends with its standard input or its parent.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from typing import Any

# Settings of moto that are read at import. Its stock AMIs would put a hundred snapshots into every new region.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
# No browser calls the emulator; CORS headers would be computed for each response.
os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
for name in ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "MOTO_ACCOUNT_ID"):
    os.environ.pop(name, None)

from app import EmulatorApp  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402


class QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Logs nothing, because GET /_emulator/calls returns the calls with their parameters."""

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        # Without it, the handler would wait for the next request, and a fault that closes the connection would hang.
        self.close_connection = True


def end_with_stdin() -> None:
    while sys.stdin.buffer.read1(4096):
        pass
    os._exit(0)


def end_with_parent(pid: int) -> None:
    while True:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            os._exit(0)
        time.sleep(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--parent", type=int)
    arguments = parser.parse_args()

    # Ctrl-C reaches every process of the terminal, and the parent may still need the emulator to end in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # This comes first, so that the emulator also ends if its parent is killed during the start.
    threading.Thread(target=end_with_stdin, daemon=True).start()
    if arguments.parent:
        threading.Thread(target=end_with_parent, args=[arguments.parent], daemon=True).start()

    server = make_server(
        "127.0.0.1", arguments.port, EmulatorApp(), threaded=True, request_handler=QuietHandler
    )
    print(json.dumps({"endpoint": f"http://127.0.0.1:{server.port}"}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
