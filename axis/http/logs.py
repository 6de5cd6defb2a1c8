"""One line per log record, so that a line break in somebody's data cannot forge a record.

Format: `2026-11-20T02:35:12.123Z INFO axis.hub.acceptance [request id] message`. Line breaks (of tracebacks too) are
written as ` ⏎ `. Times are UTC.
"""

from __future__ import annotations

import logging
import sys
import time
from typing import TextIO

from axis.http.request_id import RequestIdFilter

_FORMAT = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s [%(request_id)s] %(message)s"


class OneLineFormatter(logging.Formatter):
    """Formats a record, its traceback included, as one line."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__(_FORMAT, "%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        return " ⏎ ".join(super().format(record).splitlines())


def configure_logging(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every logger's records of `level` and above to `stream` (stderr), replacing what was set up before."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(OneLineFormatter())
    handler.addFilter(RequestIdFilter())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "kombu", "celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
