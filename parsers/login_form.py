"""Find the form on a page that takes a name and a password, and tell why a login was refused; it sends nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.document import read_document
from parsers.visible_text import visible_text

if TYPE_CHECKING:
    from parsers.element import Element
    from parsers.records import Page

_CAPTCHA = re.compile(
    r"g-recaptcha|h-captcha|cf-turnstile|frc-captcha|altcha|captcha|mcaptcha|wp_math|mc-value|aiowps-|siteground-captcha",
    re.IGNORECASE,
)
_SECOND_FACTOR = re.compile(
    r"two-?factor|\b2fa\b|validate_2fa|authcode|wfls-token|googleotp|\botp\b|\btotp\b|one-?time|mo2f|wp-2fa|"
    r"duo_|passkey|backup-code",
    re.IGNORECASE,
)
_NAMES = ("log", "username", "user_login", "email")
_TEXTS = frozenset(("", "text", "email"))
_ERRORS = (
    "login_error",
    "bbp-template-notice error",
    "bbp-template-notice",
    "woocommerce-error",
    "um-field-error",
)
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginForm:
    """A form that logs somebody in.

    Attributes:
        action: where it is sent, as written; empty for the page itself.
        name_field: the field of the user's name.
        password_field: the field of the password.
        fields: what else is sent, filled in as the page has it.
        has_captcha: it asks for something that a program cannot answer.
    """

    action: str
    name_field: str
    password_field: str
    fields: tuple[tuple[str, str], ...]
    has_captcha: bool = False


def find_login_form(page: Page) -> LoginForm | None:
    """The form on a page that asks for a name and one password; None where there is none."""
    root = read_document(page).root
    found = [form for one in root.iter("form") if (form := _login_form(one)) is not None]
    # Themes have a small form in the page's head, too; WordPress's own names its fields.
    return min(found, key=lambda form: form.name_field != "log", default=None)


def asks_for_second_factor(page: Page) -> bool:
    """Whether a page asks for a code after the password."""
    root = read_document(page).root
    return any(
        _SECOND_FACTOR.search(name) for form in root.iter("form") for name in _marks_of(form)
    )


def told_reason(page: Page) -> str | None:
    """What a page says of why it let nobody in, in one line; None where it says nothing."""
    root = read_document(page).root
    for wanted in _ERRORS:
        for element in root.iter("div", "ul", "p"):
            names = f"{element.get('id') or ''} {element.get('class') or ''}".split()
            if set(wanted.split()) <= set(names) and (text := _line(element)):
                return text
    return None


def _line(element: Element) -> str:
    text = " ".join(visible_text(element).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _login_form(form: Element) -> LoginForm | None:
    inputs = list(form.iter("input", "button"))
    passwords = [one for one in inputs if _kind(one) == "password" and one.get("name")]
    name = _name_field(inputs)
    if len(passwords) != 1 or name is None or _is_of_one_post(form):
        return None
    password = passwords[0].get("name") or ""
    return LoginForm(
        action=(form.get("action") or "").strip(),
        name_field=name,
        password_field=password,
        fields=tuple(_filled(inputs, {name, password})),
        has_captcha=any(_CAPTCHA.search(mark) for mark in _marks_of(form)),
    )


def _is_of_one_post(form: Element) -> bool:
    return "action=postpass" in (form.get("action") or "")


def _name_field(inputs: list[Element]) -> str | None:
    """The name's field: one that is called so, else the last text in front of the password."""
    before: str | None = None
    texts = [one for one in inputs if one.tag == "input" and _kind(one) in {*_TEXTS, "password"}]
    named = {one.get("name") for one in texts if _kind(one) != "password"}
    for name in _NAMES:
        if name in named:
            return name
    for one in texts:
        if _kind(one) == "password":
            return before
        before = one.get("name") or before
    return None


def _filled(inputs: list[Element], own: set[str]) -> list[tuple[str, str]]:
    """What a browser sends beside the name and the password: hidden fields and the button that is pressed."""
    sent: list[tuple[str, str]] = []
    has_button = False
    for one in inputs:
        name, value, kind = one.get("name"), one.get("value") or "", _kind(one)
        if not name or name in own:
            continue
        if kind == "submit" and not has_button:
            has_button = True
            sent.append((name, value))
        elif kind == "hidden":
            sent.append((name, value))
    return sent


def _kind(element: Element) -> str:
    kind = (element.get("type") or "").strip().lower()
    return "submit" if element.tag == "button" and not kind else kind


def _marks_of(form: Element) -> list[str]:
    """What the parts of a form are called."""
    names = ("id", "class", "name", "action", "src")
    return [
        value for one in form.iter("*") for name in names if (value := one.get(name)) is not None
    ]
