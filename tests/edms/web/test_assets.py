"""Style sheet, script and pictures."""

from __future__ import annotations

import gzip
import re

from flask.testing import FlaskClient

from edms.web import assets
from tests.edms.web.messages import EDMS

FILES = assets.load_assets()


def test_a_browser_may_keep_an_asset_for_ever(visitor: FlaskClient) -> None:
    for asset in FILES.values():
        answer = visitor.get(asset.path)
        assert answer.data == asset.content
        assert answer.content_type == asset.media_type
        assert answer.headers["Cache-Control"] == assets.FOR_EVER


def test_it_travels_packed_to_whoever_takes_it_so(visitor: FlaskClient) -> None:
    style = FILES["lienthong.css"]
    answer = visitor.get(style.path, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(answer.data) == style.content
    assert "Content-Encoding" not in visitor.get(style.path, headers={"Accept-Encoding": "gzip;q=0"}).headers


def test_another_versions_address_gets_the_present_content_and_does_not_keep_it(visitor: FlaskClient) -> None:
    answer = visitor.get("/assets/000000000000/lienthong.css")
    assert answer.data == FILES["lienthong.css"].content
    assert answer.headers["Cache-Control"] == "no-store"


def test_only_known_names_are_served(visitor: FlaskClient) -> None:
    fingerprint = FILES["lienthong.js"].fingerprint
    for name in ("tokens.css", "..%2Fshell.py", "shell.py"):
        assert visitor.get(f"/assets/{fingerprint}/{name}").status_code == 404


def test_every_part_of_the_style_sheet_is_in_it() -> None:
    parts = {path.stem for path in (assets.STATIC_FOLDER / "styles").iterdir()}
    assert parts == set(assets.STYLE_SHEETS)


def test_every_icon_that_is_named_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', FILES["icons.svg"].content.decode()))
    named = set()
    for template in EDMS.glob("*/templates/**/*.html"):
        text = template.read_text("utf-8")
        named |= set(re.findall(r'\bicon\("([\w-]+)"', text))
        named |= set(re.findall(r'"(?:good|bad|warn|info|plain)", "([\w-]+)"', text))
        named |= set(re.findall(r'(?:button|link_button|deed)\(.*?"(?:primary|secondary|danger)", "([\w-]+)"\)', text))
    assert {"check", "seal", "return"} <= named
    assert named <= drawn


def test_every_variable_of_the_style_sheet_is_defined() -> None:
    style = FILES["lienthong.css"].content.decode()
    assert set(re.findall(r"var\((--[\w-]+)", style)) <= set(re.findall(r"^\s*(--[\w-]+):", style, re.MULTILINE))
