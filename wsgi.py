"""The WSGI application of either service, chosen by `LIENTHONG_SERVICE` (`edms` or `axis`)."""

from __future__ import annotations

import os

from flask import Flask


def create() -> Flask:
    """Build the service named by the environment. Raises `SystemExit` when the name is missing or unknown."""
    service = os.environ.get("LIENTHONG_SERVICE", "")
    if service == "edms":
        from edms.app import create_app as create_edms  # noqa: PLC0415 - one of the two is loaded

        return create_edms()
    if service == "axis":
        from axis.app import create_app as create_axis  # noqa: PLC0415 - as above

        return create_axis()
    raise SystemExit("LIENTHONG_SERVICE: edms or axis / hãy đặt LIENTHONG_SERVICE là edms hoặc axis")


application = create()
