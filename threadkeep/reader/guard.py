"""Stand before every request: who may read, under which name, and what a browser may do with the answer."""

from __future__ import annotations

import re
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_COOKIE = "threadkeep_token"
_PORT = re.compile(r":\d+$")
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "[::1]"))
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Guard:
    """Lets through who may read."""

    def __init__(self, app: ASGIApp, *, token: str | None, only_loopback: bool) -> None:
        """Stand before an application.

        Args:
            app: the application.
            token: what a reader has to know; None: nothing.
            only_loopback: the server is reached under names of this machine alone: a web site that makes its own name
                lead here gets nothing.
        """
        self._app = app
        self._token = token
        self._only_loopback = only_loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or have the application answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        await (self._refusal(scope) or self._app)(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        host = _PORT.sub("", headers.get("host", "").lower())
        if self._only_loopback and host not in _LOOPBACK:
            return PlainTextResponse("This reader is read on its own machine only.", 421)
        if self._token is None:
            return None
        fields = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = dict(fields).get("token")
        if given is not None and self._is_right(given):
            return self._let_in(scope, [field for field in fields if field[0] != "token"])
        if any(map(self._is_right, _shown_tokens(headers))):
            return None
        return PlainTextResponse(
            "This reader asks for its token: add ?token=… to the address.", 401
        )

    def _is_right(self, token: str) -> bool:
        return secrets.compare_digest(token.encode(), (self._token or "").encode())

    def _let_in(self, scope: Scope, fields: list[tuple[str, str]]) -> ASGIApp:
        query = f"?{urlencode(fields)}" if fields else ""
        # A path of two slashes would lead to another host.
        path = f"/{scope['path'].lstrip('/')}"
        response = RedirectResponse(f"{path}{query}", 303)
        response.set_cookie(
            _COOKIE, quote(self._token or "", safe=""), httponly=True, samesite="lax"
        )
        return response


def _shown_tokens(headers: Headers) -> list[str]:
    """The tokens that a request brings along."""
    tokens: list[str] = []
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        # Headers come as Latin-1, whatever was sent.
        tokens.append(token.encode("latin-1").decode("utf-8", "replace"))
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(_COOKIE)
    except CookieError:
        return tokens
    return [*tokens, unquote(cookie.value)] if cookie else tokens
