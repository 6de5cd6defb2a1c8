"""Who calls, and how small requests are decoded."""

from __future__ import annotations

from typing import TypeVar, cast

import msgspec
from flask import Flask, current_app, g, request

from axis.http.errors import RequestInvalid
from axis.http.tokens import bearer_token, token_sha256
from axis.hub.directory.model import Account
from axis.hub.directory.queries import account_of_token
from axis.hub.parts import Hub

T = TypeVar("T")

_EXTENSION = "lienthong-hub"


def attach_hub(app: Flask, hub: Hub) -> None:
    """Make `hub` the one that the views of `app` use."""
    app.extensions[_EXTENSION] = hub


def the_hub() -> Hub:
    """Return the hub of the present application."""
    return cast("Hub", current_app.extensions[_EXTENSION])


def authenticate() -> None:
    """Find the account of the request's token before any view runs. Raises `Unauthenticated`."""
    sha256 = token_sha256(bearer_token())
    with the_hub().database.reading() as session:
        g.account = account_of_token(session, sha256)


def caller() -> Account:
    """Return the account that `authenticate` found."""
    return cast("Account", g.account)


def decode_json(kind: type[T]) -> T:
    """Return the JSON body as `kind` (a msgspec struct). Raises `RequestInvalid` naming the member at fault."""
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except msgspec.DecodeError as error:
        raise RequestInvalid(str(error)) from error


def limit_argument(default: int = 50, most: int = 200) -> int:
    """Return the query argument `limit`, from 1 to `most`. Raises `RequestInvalid`."""
    given = request.args.get("limit", str(default))
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:9]) <= most:
        raise RequestInvalid(f"limit: 1 … {most}")
    return int(given)
