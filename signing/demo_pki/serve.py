"""Run the services of a demonstration PKI: OCSP, CRL, certificates and time-stamps on loopback."""

from __future__ import annotations

import sys
from pathlib import Path

from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from signing.demo_pki.files import ARCHITECTURE, load_pki
from signing.demo_pki.issuing import open_architecture


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's signature
        """Say nothing: the one line when ready is all that is printed."""


def make_services(directory: Path) -> BaseWSGIServer:
    """A server, listening already, for the PKI in `directory`; `OSError` when its port is taken.

    No request can set the time, and there is no web interface (it would hand out private keys).
    """
    store = AnimatorArchStore({ArchLabel(ARCHITECTURE): open_architecture(directory)})
    application = Animator(store, with_web_ui=False, allow_time_override=False)
    return make_server("127.0.0.1", load_pki(directory).port, application, threaded=True, request_handler=_Quiet)


def serve(directory: Path) -> None:
    """Serve until the process ends; prints one line on standard output when ready."""
    server = make_services(directory)
    sys.stdout.write(f"demo PKI ready on http://127.0.0.1:{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()
