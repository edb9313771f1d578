"""What went wrong with a request that brought no complete answer, in words: from library errors to a `Fault`."""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests.exceptions
import urllib3.exceptions

from parsers.errors import FetchError, HostNotFoundError
from scraper.fetch.body import UnknownEncodingError
from scraper.fetch.connection import SurplusError
from scraper.fetch.inflater import InflateError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Everything that requests and urllib3 raise for an exchange that fails, and ours for a body that is no good.
EXCHANGE_ERRORS = (
    requests.exceptions.RequestException,
    urllib3.exceptions.HTTPError,
    InflateError,
    UnknownEncodingError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a request brought no complete answer.

    Attributes:
        sentence: the predicate of a sentence whose subject is the host: “refuses connections”.
        may_retry: whether another attempt may fare better.
        error: what to raise in the end.
    """

    sentence: str
    may_retry: bool = True
    error: type[FetchError] = FetchError


_NO_SUCH_HOST = Fault(
    sentence="is not known to the name service; check the spelling of the address",
    may_retry=False,
    error=HostNotFoundError,
)
_NO_NAME_SERVICE = Fault(
    sentence="could not be looked up just now; is the network up?", error=HostNotFoundError
)

# The first kind that occurs anywhere in the chain of causes names the fault.
_KINDS: tuple[tuple[type[BaseException], str, bool], ...] = (
    (ssl.SSLCertVerificationError, "shows a certificate that is not valid", False),
    (UnknownEncodingError, "sent a body that cannot be read", False),
    (InflateError, "sent a body that cannot be decompressed", True),
    (SurplusError, "sent more bytes than it announced, so the page would be cut short", True),
    (http.client.RemoteDisconnected, "closed the connection without an answer", True),
    (http.client.IncompleteRead, "closed the connection before the answer was complete", True),
    (http.client.HTTPException, "answered with something that is not HTTP", True),
    (urllib3.exceptions.InvalidHeader, "answered with contradictory lengths", True),
    (ConnectionRefusedError, "refuses connections", True),
    (urllib3.exceptions.NewConnectionError, "cannot be connected to", True),
    (urllib3.exceptions.ConnectTimeoutError, "does not accept connections in time", True),
    (TimeoutError, "takes too long to answer", True),
    (urllib3.exceptions.ReadTimeoutError, "takes too long to answer", True),
    (ssl.SSLError, "breaks off the encrypted connection", True),
    (requests.exceptions.ProxyError, "cannot be reached through the proxy", True),
    (requests.exceptions.InvalidURL, "cannot be asked for such an address", False),
    (OSError, "broke the connection", True),
)
_DETAILED = (InflateError, UnknownEncodingError, ssl.SSLCertVerificationError)


def fault_of(error: Exception) -> Fault:
    """The fault behind an error of requests, urllib3 or the body reader."""
    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return _NO_NAME_SERVICE if cause.errno == socket.EAI_AGAIN else _NO_SUCH_HOST
    for kind, sentence, may_retry in _KINDS:
        for cause in causes:
            if isinstance(cause, kind):
                return Fault(sentence=f"{sentence}{_detail(cause)}", may_retry=may_retry)
    return Fault(sentence="cannot be read", may_retry=False)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _detail(cause: BaseException) -> str:
    if not isinstance(cause, _DETAILED):
        return ""
    return f": {getattr(cause, 'verify_message', None) or cause}"
