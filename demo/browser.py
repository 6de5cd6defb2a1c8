"""A person's browser, as far as the story needs one: cookies, redirects, forms with their hidden fields."""

from __future__ import annotations

import re
import time
from types import TracebackType
from typing import Any, Self

import httpx

from demo.forms import forms_of

_TOKEN = re.compile(r"<code[^>]*>([^<\s]{20,})</code>")


RELOAD_SECONDS = 30
"""How long a person goes on reloading a page of a server that is being started again."""


class PageError(AssertionError):
    """The server answered a person with something else than a page that goes on."""


class Browser:
    """One person at one screen. `login` is who sits there."""

    def __init__(self, base_url: str, login: str, password: str) -> None:
        self.login = login
        self._password = password
        self._http = httpx.Client(base_url=base_url, follow_redirects=True, timeout=30)
        self._token = ""
        self._ended = ""

    def __enter__(self) -> Self:
        self.submit("/sign-in", {"login": self.login, "password": self._password}, "/sign-in")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def open(self, path: str) -> str:
        """Return the page at `path`. Raises `PageError` unless it is 200 and not the sign-in page."""
        return self._checked(self._get(path))

    def download(self, path: str) -> bytes:
        """Return the bytes at `path`."""
        response = self._get(path)
        self._checked(response)
        return response.content

    def submit(self, path: str, values: dict[str, str | list[str]], page: str = "/", button: str = "") -> str:
        """Open `page`, fill the form that goes to `path` (and says `button`), send it; return where one ends up."""
        self._checked(self._send(path, values, page, button))
        return self._ended

    def token(self) -> str:
        """Return an API token that this person made on the page for it; made once."""
        if not self._token:
            values: dict[str, str | list[str]] = {"name": "Câu chuyện", "valid_days": "1"}
            found = _TOKEN.search(self._checked(self._send("/tokens", values, "/tokens")))
            if found is None:
                raise PageError(f"/tokens shows no token to {self.login}")
            self._token = found.group(1)
        return self._token

    def ask(self, path: str) -> Any:
        """Return what the API says at `path`, asked with this person's token."""
        response = self._get(path, {"Authorization": f"Bearer {self.token()}"})
        self._checked(response)
        return response.json()

    def api_status(self, path: str) -> int:
        """Return the status that the API gives this person's token at `path`."""
        return self._get(path, {"Authorization": f"Bearer {self.token()}"}).status_code

    def answers(self, path: str) -> int:
        """Return the status of `path` without following anywhere."""
        return self._http.get(path, follow_redirects=False).status_code

    def _get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """Ask again while the server is away; only reading may be repeated, a form is sent once."""
        deadline = time.monotonic() + RELOAD_SECONDS
        while True:
            try:
                return self._http.get(path, headers=headers)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _send(self, path: str, values: dict[str, str | list[str]], page: str, button: str = "") -> httpx.Response:
        found = [form for form in forms_of(self.open(page)) if form.action == path and button in form.words]
        if not found:
            raise PageError(f"{page} offers {self.login} no form to {path}")
        response = self._http.post(path, data={**found[0].hidden, **values})
        self._ended = response.url.path
        return response

    def _checked(self, response: httpx.Response) -> str:
        if response.status_code != 200:
            text = " ".join(re.sub(r"<[^>]*>", " ", response.text).split())[:800]
            raise PageError(f"{response.request.method} {response.url.path}: {response.status_code} {text}")
        return response.text
