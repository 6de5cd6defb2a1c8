"""Lets no file through before its secrecy is known.

Whoever asks for a form's fields makes the framework read the whole body and write large files to the disk; so a body with files
is looked at here first, before anything else asks. The declaration stands in the address: `?secrecy=thuong`.
"""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask, request

from edms.accounts.authentication import current_actor, is_from_here
from edms.accounts.errors import CsrfMismatch
from edms.secrecy.errors import UploadUnexpected
from edms.secrecy.model import IncidentKind
from edms.secrecy.service import SecrecyService

_BODY_WITH_FILES = "multipart/form-data"


def install(app: Flask, service: SecrecyService, *, takers: Collection[str]) -> None:
    """Guard every body with files of `app`; `takers` are the endpoints that take some.

    Install it before whatever reads forms. Elsewhere a body with files is `UploadUnexpected`; at a taker somebody must be signed
    in, the form must be ours, and the declaration ordinary, before one byte is read.
    """

    def guard() -> None:
        if request.mimetype != _BODY_WITH_FILES:
            return
        if request.endpoint not in takers:
            raise UploadUnexpected(request.path)
        actor = current_actor()
        if not is_from_here():
            raise CsrfMismatch
        service.admit(actor, request.args.get("secrecy"), IncidentKind.UPLOAD)

    app.before_request(guard)
