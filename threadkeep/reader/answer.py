"""What a server answers with: a body with its tag, compressed where that pays; and a store of answers that hold for now."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request

# A page of fifty posts is 8 % larger than at the usual level, and takes a quarter of the time.
_LEVEL = 2
_WORTH_COMPRESSING = 500
_MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A body, ready to be sent to any browser.

    Attributes:
        media_type: what it is.
        body: as it is.
        compressed: with gzip; None where that is not worth it.
        tag: the same for the same body only.
    """

    media_type: str
    body: bytes
    compressed: bytes | None
    tag: str

    @property
    def size(self) -> int:
        """The bytes that it takes to keep it."""
        return len(self.body) + len(self.compressed or b"")


def answer_with(body: bytes, media_type: str, *, is_text: bool = True) -> Answer:
    """An answer.

    Args:
        body: what is sent.
        media_type: what that is.
        is_text: it becomes smaller when it is compressed; pictures are already.
    """
    is_worth_it = is_text and len(body) >= _WORTH_COMPRESSING
    return Answer(
        media_type=media_type,
        body=body,
        compressed=gzip.compress(body, _LEVEL, mtime=0) if is_worth_it else None,
        # Weak: what is compressed on the way is the same page.
        tag=f'W/"{hashlib.sha256(body).hexdigest()[:32]}"',
    )


def response_of(answer: Answer, request: Request, status: int = 200) -> Response:
    """An answer as this browser takes it, or that it is what the browser has."""
    headers = {"ETag": answer.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    if answer.tag in known:
        return Response(status_code=304, headers=headers)
    body = answer.body
    if answer.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body = answer.compressed
        headers["Content-Encoding"] = "gzip"
    return Response(body, status, headers=headers, media_type=answer.media_type)


class AnswerStore:
    """The answers that were sent last, for as long as nothing changes that they were made from."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        """Begin with none.

        Args:
            most_bytes: what all of them may take together.
        """
        self._most_bytes = most_bytes
        self._bytes = 0
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def get(self, address: str) -> Answer | None:
        """What was answered at an address; None where it is not kept."""
        answer = self._answers.get(address)
        if answer is not None:
            self._answers.move_to_end(address)
        return answer

    def keep(self, address: str, answer: Answer) -> Answer:
        """Keep an answer, and let go of those that were wanted longest ago; one that is larger than all may be is not kept."""
        if answer.size > self._most_bytes:
            return answer
        before = self._answers.pop(address, None)
        self._answers[address] = answer
        self._bytes += answer.size - (before.size if before else 0)
        while self._bytes > self._most_bytes:
            self._bytes -= self._answers.popitem(last=False)[1].size
        return answer

    def clear(self) -> None:
        """Let go of all: something changed."""
        self._answers.clear()
        self._bytes = 0
