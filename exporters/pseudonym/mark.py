"""Find where text marks somebody's name: after an @, and where it says who wrote what is quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from exporters.pseudonym.key import PSEUDONYM
from exporters.pseudonym.word import UNSPACED, WORD, fold, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exporters.pseudonym.table import NameTable, Word

# No table of bbPress's wordings has these: themes, members and editors write them.
_SAID = (
    "wrote|writes|said|says|replied|posted|schreef|zei|schrijft|schrieb|schreibt|sagte|meinte|hat geschrieben|skrev|skriver|skrifaði"
    "|a écrit|écrit|écrivait|a dit|disait|escribió|escribio|dijo|va escriure|va dir|escribiu|idatzi zuen|escreveu|disse|scrisse|scrive"
    "|ha scritto|ha detto|a scris|napisał|napisała|napisał(a)|napisał/a|pisze|napsal|napsala|napsal(a)|napísal|napísala|je napisal"
    "|je napisala|napisao je|napisala je|je napisao|написал|написала|написал(а)|написал(a)|пишет|писал|писала|сказал|сказала"
    "|написав|написала|написав(ла)|пише|написа|је написао|kirjoitti|sanoi|kirjutas|írta|ezt írta|mondta|yazdı|dedi ki|yazmış"
    "|έγραψε|είπε|parašė|rašė|rakstīja|het geskryf|skribis|menulis|berkata|viết|đã viết|เขียน|เขียนว่า|ने लिखा|লিখেছেন|כתב|כתבה|אמר"
    "|كتب|قال|نوشت|gesê|shkroi|yozdi|жазды|գրել է|წერს|написао|написала је"
    "|さんは書きました|さんが書きました|さんの投稿|さんの発言|は書きました|님이 작성|님이 씀|님의 글|写道|寫道|说道|說道|说|說|发表于|發表於"
)
_SAID_FOLDED = tuple(phrase.casefold() for phrase in _SAID.split("|"))
_LONGEST_FIRST = tuple(sorted(_SAID_FOLDED, key=len, reverse=True))
# Where a line says who said what follows: right before a colon, or at its end.
_LINE_PARTS = re.compile(r"[:：\n]|\Z")
_LONGEST_PHRASE = max(map(len, _SAID_FOLDED)) + 3
# “Ada wrote on 3 May 2019:”, on a line of its own.
_DATED = re.compile(
    rf"(?P<name>^[^\n]{{1,60}}?)\s+(?:{'|'.join(map(re.escape, _SAID_FOLDED))})\s[^\n]{{0,20}}\d[^\n]{{0,40}}[:：]\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_ENDS_DATED = re.compile(r"\d[^\n\d:]{0,8}[:：]\s*$", re.MULTILINE)
_BEFORE = re.compile(
    r"(?:originally posted by|posted by|written by|quote from|quoting|quote:|in reply to|reply to|replying to|originalmente publicado por"
    r"|publicado por|escrito por|cita de|citazione di|scritto da|citation de|posté par|écrit par|en réponse à|zitat von|geschrieben von"
    r"|als antwort auf|citaat van|geschreven door|als antwoord op|in antwoord op|cytat z|citat från|skrivet av|sitat fra|цитата|ответ на"
    r"|автор|引用元|answer to|odpověď na)\s*[:：]?\s*(?=\S)",
    re.IGNORECASE,
)
# In small letters: a text without any of these is not searched for the above, which takes long.
_PARTS_OF_BEFORE = (
    "posted by", "written by", "quot", "repl", "publicado", "escrito por", "cita", "scritto da", "posté par", "écrit par",
    "réponse", "zitat", "geschrieben von", "antwort auf", "geschreven door", "antwoord", "cytat", "skrivet", "sitat", "цитата",
    "ответ", "автор", "引用元", "answer to", "odpověď",
)  # fmt: skip
_MENTION = re.compile(r"(?<![\w@＠/.&;-])[@＠](?=\S)")
_MENTIONED = re.compile(r"\w[\w.-]{0,58}\w|\w")
# What parts a name from what stands before it on a line: “On 3 May 2019, Ada wrote:”.
_PART_OF_LINE = re.compile(r"[,;|»>\]•·–—]\s*")
_LONGEST_LEAD = 120
_SAID_WORDS = frozenset(words_of(_SAID)) - {"a"}
_MOST_WORDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedName:
    """A name in a text that is marked as one.

    Attributes:
        start: where it begins.
        end: where it ends.
        pseudonym: whose it is.
        kind: how it is marked.
    """

    start: int
    end: int
    pseudonym: str
    kind: Literal["mention", "quote"]


class MarkFinder:
    """Finds marked names, also of people whom nobody's posts name."""

    def __init__(self, table: NameTable) -> None:
        self._table = table

    def marked_names(self, text: str) -> Iterator[MarkedName]:
        """Every marked name of a text, some maybe twice."""
        if "@" in text or "＠" in text:
            yield from self._mentions(text)
        for end in _said(text):
            yield from self._named_before(text, end)
        folded = text.lower()
        if any(part in folded for part in _PARTS_OF_BEFORE):
            for said in _BEFORE.finditer(text):
                yield from self._named_behind(text, said.end())

    def whole(self, text: str) -> str | None:
        """The pseudonym of the name that a text consists of, as a source of a quote does; None where it seems to be none."""
        bare = text.strip().strip("@＠:：“”\"'()[]").strip()
        if not bare or PSEUDONYM.search(bare):
            return None
        words = _words(bare, 0, len(bare))
        found = self._table.at(bare, words, 0, "mark") if words else None
        if found is not None and found.words == len(words):
            return found.pseudonym
        if not words:
            return self._table.named_by_signs(bare)
        return self._of_unknown(bare, words)

    def _mentions(self, text: str) -> Iterator[MarkedName]:
        for sign in _MENTION.finditer(text):
            start = sign.end()
            signs = self._table.signs_at(text, start)
            if signs is not None:
                yield _mentioned(start, start + len(signs[0]), signs[1])
                continue
            handle = _MENTIONED.match(text, start)
            if handle is None or PSEUDONYM.match(text, start):
                continue
            words = _words(text, start, start + _LONGEST_LEAD)
            known = self._table.at(text, words, 0, "mark") if words else None
            if known is not None and self._is_all(text, known.end, handle.end()):
                yield _mentioned(start, known.end, known.pseudonym)
            elif not self._is_instruction(text, handle):
                yield _mentioned(start, handle.end(), self._table.of_name(handle[0]))

    def _is_instruction(self, text: str, handle: re.Match[str]) -> bool:
        """Whether what follows an @ is a common word or a number, as in code and in “@ 5 euros”, and not somebody."""
        words = [word for _, _, word in _words(text, *handle.span())]
        return len(words) == 1 and (words[0].isdigit() or self._table.has_common(words))

    def _is_all(self, text: str, end: int, handle_end: int) -> bool:
        """Whether what follows a known name behind an @ is no more of a longer, unknown one: `@ada.but`, not `@ada-l`."""
        rest = [word for _, _, word in _words(text, end, max(end, handle_end))]
        return self._table.is_common(rest) and not (rest and text[end] in "-_")

    def _named_before(self, text: str, end: int) -> Iterator[MarkedName]:
        line = max(text.rfind("\n", 0, end) + 1, end - _LONGEST_LEAD)
        words = _words(text, line, end)
        for place in range(max(0, len(words) - 2 * _MOST_WORDS), len(words)):
            found = self._table.at(text, words, place, "mark")
            if found is not None and place + found.words == len(words):
                yield _quoted(found.start, found.end, found.pseudonym)
                return
        for part in _PART_OF_LINE.finditer(text, line, end):
            line = part.end()
        yield from self._unknown(text, line, end)

    def _named_behind(self, text: str, start: int) -> Iterator[MarkedName]:
        end = text.find("\n", start, start + _LONGEST_LEAD)
        end = min(len(text), start + _LONGEST_LEAD) if end < 0 else end
        words = _words(text, start, end)
        found = self._table.at(text, words, 0, "mark") if words else None
        if found is not None:
            yield _quoted(found.start, found.end, found.pseudonym)

    def _unknown(self, text: str, start: int, end: int) -> Iterator[MarkedName]:
        words = _words(text, start, end)
        bare = text[start:end].strip()
        whose = self._of_unknown(bare, words) if words else self._table.named_by_signs(bare)
        if whose is not None:
            first = words[0][0] if words else text.index(bare, start)
            yield _quoted(first, words[-1][1] if words else first + len(bare), whose)

    def _of_unknown(self, text: str, words: Sequence[Word]) -> str | None:
        """The pseudonym of words that nobody's posts name; None where they are likely to be no name."""
        folded = [word for _, _, word in words]
        if len(words) > _MOST_WORDS or PSEUDONYM.search(text):
            return None
        if self._table.has_common(folded) or not _SAID_WORDS.isdisjoint(folded):
            return None
        return None if self._table.is_common(folded) else self._table.of_name(text)


def _said(text: str) -> Iterator[int]:
    """Where a phrase begins that says who said what follows: the name is before it."""
    for part in _LINE_PARTS.finditer(text):
        end = part.start()
        before = text[max(0, end - _LONGEST_PHRASE) : end].rstrip().casefold()
        if before.endswith(_SAID_FOLDED):
            yield from _phrase_begins(text, end, before)
    if _ENDS_DATED.search(text):
        for dated in _DATED.finditer(text):
            yield dated.end("name")


def _phrase_begins(text: str, end: int, before: str) -> Iterator[int]:
    while end and text[end - 1].isspace():
        end -= 1
    for phrase in _LONGEST_FIRST:
        begin = end - len(phrase)
        is_word = begin > 0 and (not text[begin - 1].isalnum() or UNSPACED.match(phrase))
        if is_word and before.endswith(phrase):
            yield begin
            return


def _mentioned(start: int, end: int, pseudonym: str) -> MarkedName:
    return MarkedName(start=start, end=end, pseudonym=pseudonym, kind="mention")


def _quoted(start: int, end: int, pseudonym: str) -> MarkedName:
    return MarkedName(start=start, end=end, pseudonym=pseudonym, kind="quote")


def _words(text: str, start: int, end: int) -> list[Word]:
    return [(one.start(), one.end(), fold(one[0])) for one in WORD.finditer(text, start, end)]
