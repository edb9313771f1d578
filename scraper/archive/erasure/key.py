"""Know again what was erased: by digests under a random key of the archive's own, which name nobody."""

from __future__ import annotations

import hmac
import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from parsers.erasure import PHRASE, folded_words, windows
from parsers.erasure.word import Rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from parsers.records import Author

ALIAS = "erased-topic-"
"""With this begins the last part of addresses that stand for those of erased topics."""
# Whatever some words are: one look tells that they are nothing.
_ANY = "words"
_CONTINUED = ("continued", 0)
_PART = re.compile(r"[/?]")
_SECRET_BYTES = 32
_DIGEST_BYTES = 16


def path_of(url: str) -> str:
    """An address without the site's name, since a site can move to another host, and without percent signs for letters."""
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that are no IPv6 address
        return url
    query = f"?{parts.query}" if parts.query else ""
    return unquote(f"{parts.path.rstrip('/')}{query}").casefold()


def is_nameless(author: Author) -> bool:
    """Whether nothing but a name tells who it is."""
    return author.user_id is None and author.slug is None and not author.is_deleted


class ErasureKeys:
    """See `parsers.erasure.Erased`."""

    def __init__(self, secret: bytes, digests: dict[bytes, int], *, in_mentions: bool) -> None:
        self._secret = secret
        self._digests = digests
        self._lengths = set(digests.values()) - {0}
        self._in_mentions = in_mentions
        self._phrases: set[int] = set()
        # What was learned while this lives is looked up without a digest, which takes most of the time.
        self._plain: dict[str, int] = {}
        self._words = Rows()

    def learn(self, keys: Iterable[tuple[str, int]]) -> None:
        """Know something more, as long as this lives."""
        for text, length in keys:
            self._plain[text] = length
            if length:
                self._words.add(tuple(text.partition(":")[2].split(" ")))

    def forget(self, keys: Iterable[tuple[str, int]]) -> None:
        """Know something no longer."""
        for text, _ in keys:
            self._plain.pop(text, None)
            self._digests.pop(digest_of(self._secret, text), None)

    @property
    def has_continuations(self) -> bool:
        """See `Erased.has_continuations`."""
        return self._has(_CONTINUED[0])

    @property
    def in_mentions(self) -> bool:
        """See `Erased.in_mentions`."""
        return self._in_mentions

    def has_post(self, post_id: int) -> bool:
        """See `Erased.has_post`."""
        return self._has(f"post:{post_id}")

    def has_account(self, user_id: int) -> bool:
        """See `Erased.has_account`."""
        return self._has(f"account:{user_id}")

    def has_profile(self, url: str) -> bool:
        """See `Erased.has_profile`."""
        path = path_of(url)
        beyond = (path[: match.start()] for match in _PART.finditer(path, 1))
        return any(self._has(f"profile:{one}") for one in (path, *beyond) if one.strip("/"))

    def has_address(self, url: str) -> bool:
        """See `Erased.has_address`."""
        return self._has(f"address:{path_of(url)}")

    def has_opened(self, url: str) -> bool:
        """See `Erased.has_opened`."""
        return self._has(f"opened:{path_of(url)}")

    def has_continuation(self, url: str) -> bool:
        """See `Erased.has_continuation`."""
        return self._has(f"{_CONTINUED[0]}:{path_of(url)}")

    def alias_of(self, url: str) -> str:
        """See `Erased.alias_of`."""
        return f"{ALIAS}{digest_of(self._secret, f'alias:{path_of(url)}').hex()}"

    def has_author(self, author: Author) -> bool:
        """See `Erased.has_author`."""
        if author.user_id is not None and self.has_account(author.user_id):
            return True
        if author.slug is not None and author.url is not None:
            return self._has(f"profile:{path_of(author.url)}")
        return is_nameless(author) and self._has(f"guest:{_joined(folded_words(author.name))}")

    def has_name(self, words: tuple[str, ...]) -> bool:
        """See `Erased.has_name`."""
        return self._has(f"name:{_joined(words)}")

    def has_own_name(self, words: tuple[str, ...]) -> bool:
        """See `Erased.has_own_name`."""
        return self._has(f"own:{_joined(words)}")

    def has_title(self, words: tuple[str, ...]) -> bool:
        """See `Erased.has_title`."""
        return self._has(f"title:{_joined(words)}")

    def rows_in(self, words: Sequence[str]) -> frozenset[tuple[str, ...]]:
        """See `Erased.rows_in`."""
        found = {row for _, row in self._words.places_in(words)}
        if self._phrases:
            found.update(row for row in windows(words, PHRASE) if hash(row) in self._phrases)
        for length in self._lengths:
            rows = set(windows(words, length))
            found.update(row for row in rows if self._has(f"{_ANY}:{_joined(row)}"))
        return frozenset(found)

    def has_phrase(self, words: tuple[str, ...]) -> bool:
        """See `Erased.has_phrase`."""
        return hash(words) in self._phrases or self._has(f"phrase:{_joined(words)}")

    def with_phrases(self, phrases: Iterable[tuple[str, ...]]) -> None:
        """Know sentences too, for as long as this lives; nothing of them is kept."""
        self._phrases.update(map(hash, phrases))

    def _has(self, text: str) -> bool:
        if text in self._plain:
            return True
        return bool(self._digests) and digest_of(self._secret, text) in self._digests


def digest_of(secret: bytes, text: str) -> bytes:
    """What is kept of a name or a number."""
    return hmac.digest(secret, text.encode("utf-8", "surrogatepass"), "sha256")[:_DIGEST_BYTES]


def _joined(words: tuple[str, ...]) -> str:
    return " ".join(words)


# Keys, as text before they are digested, and of how many words they are.


def key_of_post(post_id: int) -> tuple[str, int]:
    """The key of a post."""
    return f"post:{post_id}", 0


def key_of_address(url: str) -> tuple[str, int]:
    """The key of what is erased as a whole."""
    return f"address:{path_of(url)}", 0


def key_of_opened(url: str) -> tuple[str, int]:
    """The key of a topic without a number that stays, and whose opening post goes."""
    return f"opened:{path_of(url)}", 0


def keys_of_continuation(url: str) -> list[tuple[str, int]]:
    """The keys of a part of a page that begins with the rest of a post; the first says that there are any."""
    return [_CONTINUED, (f"{_CONTINUED[0]}:{path_of(url)}", 0)]


def key_of_account(user_id: int) -> tuple[str, int]:
    """The key of an account."""
    return f"account:{user_id}", 0


def key_of_profile(url: str) -> tuple[str, int]:
    """The key of an account by its profile."""
    return f"profile:{path_of(url)}", 0


def key_of_guest(name: str) -> tuple[str, int]:
    """The key of somebody who has nothing but a name."""
    return f"guest:{_joined(folded_words(name))}", 0


def keys_of_name(name: str, *, is_shared: bool) -> list[tuple[str, int]]:
    """The keys of a name; one that others have too counts only where a link says who is meant."""
    words = folded_words(name)
    kinds = ("own",) if is_shared else ("own", "name")
    return [(f"{kind}:{_joined(words)}", len(words)) for kind in kinds] if words else []


def key_of_phrase(words: tuple[str, ...]) -> tuple[str, int]:
    """The key of some words in a row."""
    return f"phrase:{_joined(words)}", len(words)


def key_of_title(words: tuple[str, ...]) -> tuple[str, int]:
    """The key of a topic's title."""
    return f"title:{_joined(words)}", len(words)


def erasure_keys(connection: sqlite3.Connection) -> ErasureKeys | None:
    """What an archive keeps out; None where nothing was ever erased from it."""
    row = connection.execute("SELECT 1 FROM erasure_secret").fetchone()
    return kept_keys(connection) if row is not None else None


def kept_keys(connection: sqlite3.Connection) -> ErasureKeys:
    """What an archive keeps out from which something was erased, or is being erased."""
    secret = _secret_of(connection)
    digests = dict(connection.execute("SELECT digest, words FROM erased_keys").fetchall())
    mentions = connection.execute("SELECT max(has_mentions) FROM erasures").fetchone()[0]
    return ErasureKeys(secret, digests, in_mentions=bool(mentions))


def keys_for_erasure(connection: sqlite3.Connection) -> ErasureKeys:
    """What stored pages may still have, when an erasure has begun that is to learn what goes.

    Nothing, as a rule: what was erased earlier has gone from all of them, and was never let in again. The first erasure that
    takes out what others wrote does so for all that were before it.
    """
    rows = connection.execute("SELECT has_mentions FROM erasures ORDER BY erasure_id").fetchall()
    *before, now = (bool(row[0]) for row in rows)
    if now and not any(before):
        return kept_keys(connection)
    return ErasureKeys(_secret_of(connection), {}, in_mentions=now or any(before))


def add_keys(connection: sqlite3.Connection, keys: Iterable[tuple[str, int]]) -> None:
    """Keep things out from now on.

    Args:
        connection: inside a transaction.
        keys: as the functions here make them.
    """
    secret = _secret_of(connection)
    connection.executemany(
        "INSERT OR IGNORE INTO erased_keys VALUES (?, ?)",
        [
            (digest_of(secret, one), words)
            for text, words in keys
            for one in ((text, f"{_ANY}:{text.partition(':')[2]}") if words else (text,))
        ],
    )


def drop_keys(connection: sqlite3.Connection, keys: Iterable[tuple[str, int]]) -> None:
    """No longer keep things out."""
    secret = _secret_of(connection)
    rows = [(digest_of(secret, text),) for text, _ in keys]
    connection.executemany("DELETE FROM erased_keys WHERE digest = ?", rows)


def _secret_of(connection: sqlite3.Connection) -> bytes:
    row = connection.execute("SELECT secret FROM erasure_secret").fetchone()
    if row is not None:
        return bytes(row[0])
    secret = secrets.token_bytes(_SECRET_BYTES)
    connection.execute("INSERT INTO erasure_secret VALUES (1, ?)", (secret,))
    return secret
