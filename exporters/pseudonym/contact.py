"""Find e-mail addresses, IP addresses and telephone numbers in text, and nothing that only looks like one."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

EMAIL, IP, PHONE = "[e-mail]", "[IP address]", "[phone]"
Contact = tuple[int, int, str]
"""Where it begins and ends, and what stands in its place."""

_AT = r"(?:@|＠|%40|\s?[\[({<]\s?(?:at|@|ät|apenstaartje|arroba)\s?[\])}>]\s?|\s-at-\s)"
_DOT = r"(?:[.。．]|\s?[\[({<]\s?(?:dot|\.|punkt|punt|point|punto|ponto)\s?[\])}>]\s?|\s-dot-\s)"
_WHO = r"(?:\"[^\"\n]{1,64}\"|(?<![\w.+%-])[\w.+%-]{1,64}(?:'[\w.+%-]{1,64})?)"
_EMAIL = re.compile(
    rf"{_WHO}{_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,5}}",
    re.IGNORECASE,
)
# “anna @ board.example”: with a last part of letters, so that “2 @ 3.50” stays.
_SPACED_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64}(?: [@＠] ?|[@＠] )[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[^\W\d_]{2,24}(?!\w)"
)
# “anna at board dot com”, “anna at gmail.com”: in small letters, only where the end is one of an address.
_TOLD_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64} at (?:(?!(?:the|a|this|that|our|my|your|de|het|der|die|das|le|la)\b)[\w-]{1,63}(?: dot [\w-]{1,63}){0,3} dot (?:com|net|org|info|example|eu|de|nl|be|fr|at|ch|uk|it"
    r"|es|pl|se|dk|no|fi|ru|br|us|ca|au|io|me)\b"
    r"|(?:gmail|googlemail|hotmail|outlook|live|yahoo|icloud|protonmail|proton|gmx|aol|zoho|fastmail|web|t-online|ziggo|xs4all"
    r"|kpnmail|planet|yandex|mail)\.(?:com|net|org|me|nl|de|fr|be|at|ch|it|es|ru|uk|co\.uk)\b)",
    re.IGNORECASE,
)
# “anna AT board DOT example”: in capitals, since in small letters these are words.
_SPELLED_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64} AT [\w-]{1,63}(?: DOT [\w-]{1,63}){1,5}(?!\w)"
)
_MAY_BE_EMAIL = re.compile(r"[@＠]|%40|(?i: at | -at- )|[\[({<]\s?(?i:at|ät|apen|arro)")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}(?:\.|\[\.\]|\(\.\))){3}\d{1,3}(?![\w]|\.\d)")
_IPV6 = re.compile(
    r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:(?:\d{1,3}\.){3}\d{1,3})?(?![\w:]|\.\d)",
    re.IGNORECASE,
)
# What four numbers with dots are behind these words: a version.
_VERSION_BEFORE = re.compile(
    r"(?:\b(?:v|ver|version|versie|versión|versione|versão|wersja|release|firmware|build|driver|update|upgrade|plugin|php|mysql"
    r"|wordpress|bbpress|buddypress|apache|nginx)\b\.?|[<>≥≤]=?|==)[\s:=]*(?:(?:to|from|auf|naar|van|von)\s)?v?$",
    re.IGNORECASE,
)
_NOBODYS = ("127.", "0.", "255.")
_SEPARATED = r"(?:[ .\-/\u00a0\u2010-\u2015]{1,2}|[ ]?\(0?\d{0,5}\)[ ]?)"
_INTERNATIONAL = rf"\+(?:{_SEPARATED}?\d){{8,15}}"
_WITH_PREFIX = rf"00(?:{_SEPARATED}?\d){{9,13}}"
_WITHIN_A_COUNTRY = rf"\(?0(?![.,]\d)(?:{_SEPARATED}?\)?{_SEPARATED}?\d){{8,11}}"
_AMERICAN = r"(?:\(\d{3}\)[ .-]?|\d{3}[.-])\d{3}[.-]\d{4}"
_PHONE = re.compile(
    rf"(?<![\w+.,/=#&-])(?<!\d[ :])(?:{_INTERNATIONAL}|{_WITH_PREFIX}|{_WITHIN_A_COUNTRY}|{_AMERICAN})(?![\w]|[-.,:/]\d)"
)
_ANNOUNCED_PHONE = re.compile(
    r"(?:\b(?:tel|phone|telephone|telefoon|telefon|téléphone|teléfono|telefono|telefone|mobile|mobiel|handy|cell|gsm|fax|whatsapp"
    r"|signal|call me at|sms)\b\.?|☎|📞|☏)(?:\s?(?:number|nummer|nr|no|n°)\b\.?)?\s?[:=]?\s?(?P<number>\(?\d(?:[ .\-/()]{0,2}\d){4,14})(?!\w)",
    re.IGNORECASE,
)
_DAY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b(?![./-]\d)|\d{4}-\d\d-\d\d")
# Digits of all scripts, and what nobody sees between two characters.
_ODD = re.compile(r"(?![0-9])\d|(?<=[\w+])[\u00ad\u200b-\u200d\u2060\ufeff](?=[\w@.])")
_LOOK_BACK = 40


def contacts(text: str) -> Iterator[Contact]:
    """Every e-mail address, IP address and telephone number."""
    if not text.isascii():
        text = _ODD.sub(_plain, text)
    if _MAY_BE_EMAIL.search(text):
        yield from _emails(text)
    if "." in text or ":" in text:
        yield from _ip_addresses(text)
    if _DIGITS.search(text):
        yield from _phones(text)


_DIGITS = re.compile(r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")


def network_contacts(text: str) -> Iterator[Contact]:
    """What an address on the web may have of these: no telephone numbers, which look like numbers of pages."""
    if "@" in text:
        yield from _emails(text)
    yield from _ip_addresses(text)


def _emails(text: str) -> Iterator[Contact]:
    for pattern in (_EMAIL, _SPELLED_EMAIL, _SPACED_EMAIL, _TOLD_EMAIL):
        for found in pattern.finditer(text):
            yield found.start(), found.end(), EMAIL


def _ip_addresses(text: str) -> Iterator[Contact]:
    if text.count(".") > 2:
        for found in _IPV4.finditer(text):
            before = text[max(0, found.start() - _LOOK_BACK) : found.start()]
            if _is_ipv4(found[0]) and not _VERSION_BEFORE.search(before):
                yield found.start(), found.end(), IP
    if text.count(":") > 1:
        for found in _IPV6.finditer(text):
            if _is_ipv6(found[0]):
                yield found.start(), found.end(), IP


def _is_ipv4(text: str) -> bool:
    if text.startswith(_NOBODYS):
        return False
    try:
        ipaddress.IPv4Address(re.sub(r"[^\d.]", "", text))
    except ValueError:  # 300.1.2.3, or 01.02.03.04
        return False
    return True


def _is_ipv6(text: str) -> bool:
    """Whether it is an address, and not `std::cbe`, a time, or the machine itself."""
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return False
    groups = [group for group in text.split(":") if group]
    has_digit = any(character.isdigit() for character in text)
    return not address.is_loopback and has_digit and len(groups) > 2


def _plain(character: re.Match[str]) -> str:
    """An ASCII digit of another digit; of what nobody sees a hyphen, which addresses and numbers may have: all stays in place."""
    return str(unicodedata.digit(character[0], "-"))


def _phones(text: str) -> Iterator[Contact]:
    for found in _PHONE.finditer(text):
        if not _DAY.match(found[0].lstrip("(")):
            yield found.start(), found.end(), PHONE
    for found in _ANNOUNCED_PHONE.finditer(text):
        if not _DAY.match(found["number"]):
            yield found.start("number"), found.end("number"), PHONE
