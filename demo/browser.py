"""A person's browser, as far as the story needs one: cookies, redirects, forms with their hidden fields."""

from __future__ import annotations

import re
from types import TracebackType
from typing import Self

import httpx

_TOKEN = re.compile(r"<code[^>]*>([^<\s]{20,})</code>")
_CSRF = re.compile(r'name="csrf_token"\s+value="([^"]+)"')


class PageError(AssertionError):
    """The server answered a person with something else than a page that goes on."""


class Browser:
    """One person at one screen. `login` is who sits there."""

    def __init__(self, base_url: str, login: str, password: str) -> None:
        self.login = login
        self._password = password
        self._http = httpx.Client(base_url=base_url, follow_redirects=True, timeout=30)
        self._token = ""

    def __enter__(self) -> Self:
        self._post("/sign-in", {"login": self.login, "password": self._password, "next": "/"})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def open(self, path: str) -> str:
        """Return the page at `path`. Raises `PageError` unless it is 200 and not the sign-in page."""
        return self._checked(self._http.get(path))

    def download(self, path: str) -> bytes:
        """Return the bytes at `path`."""
        response = self._http.get(path)
        self._checked(response)
        return response.content

    def submit(self, path: str, values: dict[str, str | list[str]], page: str = "/") -> str:
        """Open `page`, take its form's hidden token, post `values` to `path`; return the address one ends at."""
        return self._post(path, {**values, "csrf_token": self._form_token(page)})

    def token(self) -> str:
        """Return an API token that this person made on the page for it; made once."""
        if not self._token:
            self.open("/tokens")
            values = {"name": "Câu chuyện", "valid_days": "1", "csrf_token": self._form_token("/tokens")}
            response = self._http.post("/tokens", data=values)
            found = _TOKEN.search(self._checked(response))
            if found is None:
                raise PageError(f"/tokens shows no token to {self.login}")
            self._token = found.group(1)
        return self._token

    def answers(self, path: str) -> int:
        """Return the status of `path` without following anywhere."""
        return self._http.get(path, follow_redirects=False).status_code

    def _form_token(self, page: str) -> str:
        match = _CSRF.search(self.open(page))
        if match is None:
            raise PageError(f"{page}: no form for {self.login}")
        return match.group(1)

    def _post(self, path: str, values: dict[str, str | list[str]]) -> str:
        response = self._http.post(path, data=values)
        self._checked(response)
        return response.url.path

    def _checked(self, response: httpx.Response) -> str:
        if response.status_code != 200 or (response.url.path == "/sign-in" and response.request.method == "GET"):
            text = " ".join(re.sub(r"<[^>]*>", " ", response.text).split())[:800]
            raise PageError(f"{response.request.method} {response.url.path}: {response.status_code} {text}")
        return response.text
