"""The WSGI application of either service, chosen by `LIENTHONG_SERVICE` (`edms` or `axis`)."""

from __future__ import annotations

import os

from flask import Flask


def create() -> Flask:
    """Build the service named by the environment. Raises `SystemExit` when the name is missing or unknown."""
    service = os.environ.get("LIENTHONG_SERVICE", "")
    if service == "edms":
        from edms.app import application as edms  # noqa: PLC0415 - one of the two is loaded

        return edms()
    if service == "axis":
        from axis.app import application as axis  # noqa: PLC0415 - as above

        return axis()
    raise SystemExit("LIENTHONG_SERVICE: edms or axis / hãy đặt LIENTHONG_SERVICE là edms hoặc axis")


application = create()
