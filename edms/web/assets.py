"""Style sheet, script and pictures: read once, served under addresses that carry a digest of their content.

A browser may keep such an address for ever, which is what weak lines need; a new version has a new address. The style sheet
is written in several files by purpose and served as one.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, abort, request

STATIC_FOLDER = Path(__file__).parent / "static"

STYLE_SHEETS = ("tokens", "base", "layout", "components", "tables", "forms", "documents", "people", "print")
"""Parts of `lienthong.css`, in the order of the cascade."""

MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

FOR_EVER = "public, max-age=31536000, immutable"
FINGERPRINT_LENGTH = 12


@dataclass(frozen=True)
class Asset:
    """One file: its bytes plain and gzipped, its media type, and the first hex digits of its SHA-256."""

    name: str
    content: bytes
    gzipped: bytes
    media_type: str
    fingerprint: str

    @property
    def path(self) -> str:
        """The address that browsers may keep for ever."""
        return f"/assets/{self.fingerprint}/{self.name}"


def load_assets(folder: Path = STATIC_FOLDER) -> dict[str, Asset]:
    """Return every asset by its name: `lienthong.css` and the files that lie directly in `folder`.

    Raises `OSError` when a file cannot be read and `KeyError` for a kind of file without a media type.
    """
    styles = b"\n".join((folder / "styles" / f"{part}.css").read_bytes() for part in STYLE_SHEETS)
    contents = {"lienthong.css": styles}
    contents |= {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}
    return {name: _asset(name, content) for name, content in contents.items()}


def blueprint(assets: Mapping[str, Asset]) -> Blueprint:
    """Return the route that serves `assets`.

    A page rendered by another version of the program may ask for an older fingerprint while workers are being replaced: it
    gets the present content, which it must not keep.
    """
    pages = Blueprint("assets", __name__)

    @pages.get("/assets/<fingerprint>/<name>")
    def asset(fingerprint: str, name: str) -> Response:
        found = assets.get(name)
        if found is None:
            abort(404)
        packed = request.accept_encodings.quality("gzip") > 0
        response = Response(found.gzipped if packed else found.content, content_type=found.media_type)
        response.vary.add("Accept-Encoding")
        if packed:
            response.content_encoding = "gzip"
        response.headers["Cache-Control"] = FOR_EVER if fingerprint == found.fingerprint else "no-store"
        return response

    return pages


def _asset(name: str, content: bytes) -> Asset:
    fingerprint = sha256(content).hexdigest()[:FINGERPRINT_LENGTH]
    return Asset(name, content, gzip.compress(content, mtime=0), MEDIA_TYPES[Path(name).suffix], fingerprint)
