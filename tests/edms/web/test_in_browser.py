"""Every page in a real browser: on an office screen and on a phone, in both languages, by day and by night.

Needs Chromium (`apt-get install chromium`); `CHROMIUM` names another one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, sync_playwright

from edms.web.translations import COOKIE
from tests.edms.web import gallery

INSPECTION = (Path(__file__).parent / "inspection.js").read_text("utf-8")
SCREENS = {"office": (1366, 768), "phone": (390, 844)}
FOCUS = """() => {
  const node = document.activeElement;
  const style = getComputedStyle(node);
  const box = node.getBoundingClientRect();
  return {
    name: node.tagName + " " + (node.textContent ?? "").trim().slice(0, 40) + (node.name ?? ""),
    body: node === document.body,
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass(frozen=True)
class Window:
    """A window of one size in one language, and what its pages complained of."""

    screen: str
    language: str
    page: Page
    complaints: list[str] = field(default_factory=list)

    def visit(self, path: str) -> None:
        """Open `path` afresh, everything that folds unfolded, the menu but for."""
        self.complaints.clear()
        self.page.emulate_media(color_scheme="light")
        self.page.goto(path)
        self.page.locator("details:not(.menu)").evaluate_all("nodes => nodes.forEach(node => { node.open = true })")

    def heard(self, message: ConsoleMessage) -> None:
        """Keep a message of the console, unless it says that the page itself is a refusal."""
        if message.location["url"] != self.page.url:
            self.complaints.append(f"{message.location['url']} {message.text}")


@pytest.fixture(
    scope="module", params=[(screen, language) for screen in SCREENS for language in ("vi", "en")], ids="-".join
)
def window(request: pytest.FixtureRequest, browser: Browser, gallery_url: str) -> Iterator[Window]:
    screen, language = request.param
    width, height = SCREENS[screen]
    context = browser.new_context(viewport={"width": width, "height": height}, locale=language, base_url=gallery_url)
    context.add_cookies([{"name": COOKIE, "value": language, "url": gallery_url}])
    window = Window(screen, language, context.new_page())
    window.page.on("console", lambda message: window.heard(message))  # noqa: PLW0108 - a bound method is written on
    window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
    yield window
    context.close()


@pytest.fixture
def office(browser: Browser, gallery_url: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi", base_url=gallery_url)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", gallery.PAGES)
def test_a_page_is_legible_and_whole(window: Window, path: str) -> None:
    window.visit(path)
    assert window.page.evaluate(INSPECTION) == []
    if window.language == "vi":
        window.page.emulate_media(color_scheme="dark")
        assert window.page.evaluate(INSPECTION) == [], "by night"
    assert window.complaints == []


@pytest.mark.parametrize("path", ["/desk/leader", "/documents/draft", "/documents/reply"])
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(office: Page, path: str) -> None:
    office.goto(path)
    wanted = office.locator(
        "a[href]:visible, button:visible, input:visible:not([type=radio]), select:visible, textarea:visible"
    )
    reached = 0
    while reached < 200:
        office.keyboard.press("Tab")
        focus = office.evaluate(FOCUS)
        if focus["body"]:
            break
        reached += 1
        assert focus["outlined"], focus["name"]
        assert focus["seen"], focus["name"]
    assert reached >= wanted.count()


def test_a_list_of_agencies_narrows_without_marks_and_keeps_what_is_ticked(office: Page) -> None:
    office.goto("/documents/new")
    assert office.locator("[data-chosen]").inner_text() == "1"
    office.get_by_label("Gõ để thu gọn danh sách").fill("SO noi vu")
    names = office.locator(".choices-long .choice:visible").all_inner_texts()
    assert names == ["Sở Nông nghiệp và Môi trường H49.10", "Sở Nội vụ H49.12"], "the ticked one stays"
    office.get_by_label("Sở Nội vụ").check()
    assert office.locator("[data-chosen]").inner_text() == "2"


def test_a_form_is_sent_once_however_often_its_button_is_pressed(office: Page, gallery_app: Flask) -> None:
    gallery_app.config["POSTED"].clear()
    office.goto("/documents/sealed")
    with office.expect_navigation():
        office.evaluate(
            "() => { const form = document.querySelector('.deeds form'); form.requestSubmit(); form.requestSubmit(); }"
        )
    assert len(gallery_app.config["POSTED"]) == 1


def test_a_date_is_told_in_words(office: Page) -> None:
    office.goto("/documents/registered")
    assert office.locator("output.date-words").inner_text() == "Thứ Tư, 25/11/2026"
    office.get_by_label("Hạn giải quyết").fill("2026-12-01")
    assert office.locator("output.date-words").inner_text() == "Thứ Ba, 01/12/2026"


def test_a_draft_that_was_typed_is_not_lost_by_a_wrong_click(office: Page) -> None:
    office.goto("/documents/new")
    office.get_by_label("Trích yếu").fill("V/v một việc")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    office.on("dialog", stay)
    office.get_by_role("link", name="Văn bản đến").click(no_wait_after=True)
    office.wait_for_function("() => document.activeElement")
    assert asked == ["beforeunload"]
    assert office.get_by_label("Trích yếu").input_value() == "V/v một việc"


def test_everything_is_there_without_scripts(browser: Browser, gallery_url: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=gallery_url, locale="vi")
    page = context.new_page()
    page.goto("/documents/draft")
    page.get_by_text("Trả lại người soạn").first.click()
    page.get_by_label("Cần sửa những gì").fill("Bổ sung số liệu.")
    page.get_by_role("button", name="Trả lại người soạn").click()
    assert page.url.rstrip("/") == gallery_url
    page.goto("/documents/new")
    assert not page.get_by_label("Gõ để thu gọn danh sách").is_visible()
    assert page.locator(".choice:visible").count() > 25
    context.close()


def test_on_paper_only_the_content_is_left(office: Page) -> None:
    office.goto("/documents/working")
    office.emulate_media(media="print")
    assert office.locator(".document-facts").is_visible()
    for hidden in (".navigation", ".masthead-tools", ".document-deeds", ".document-viewer", ".footer"):
        assert not office.locator(hidden).is_visible(), hidden


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<h1>a</h1><div style='width:3000px'>a</div>", "overflow"),
        ("<h1>a</h1><input>", "no label"),
        ("<h1>a</h1><a href='/'><svg></svg></a>", "no name"),
        ("<h1>a</h1><img src='data:,'>", "no alt"),
        ("<h1>a</h1><h3>a</h3>", "headings out of order"),
        ("<h2>a</h2>", "first-level headings"),
        ("<h1 id=a>a</h1><p id=a>a</p>", "id twice"),
        ("<h1>a</h1><a href='#b'>a</a>", "link to nothing"),
        ("<h1>a</h1><div style='background:#777'><p style='color:#999'>a</p></div>", "contrast"),
        ("<h1>a</h1><label>a<input style='border:1px solid #ccc'></label>", "border"),
    ],
)
def test_the_inspection_finds(office: Page, body: str, fault: str) -> None:
    office.set_content(f"<!doctype html><body>{body}</body>")
    assert any(sentence.startswith(fault) for sentence in office.evaluate(INSPECTION))
