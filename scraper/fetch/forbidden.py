"""Addresses that are never asked for, whoever links them: nonces, actions, forms, logins; judged by their text alone."""

from __future__ import annotations

import re
from urllib.parse import unquote

_PATHS = re.compile(
    r"/(?:wp-login\.php|wp-admin|xmlrpc\.php|wp-cron\.php|wp-comments-post\.php|wp-signup\.php|wp-activate\.php)(?:/|$)"
)
_EDIT_PATH = re.compile(r"/edit/*$")
# A parameter that is forbidden whatever its value is, by what it does.
_NAMES = re.compile(
    r"(?P<nonce>(?:.*[_-])?(?:wp)?nonce)"
    r"|(?P<form>bbp_reply_to|replytocom|edit|customize_.*)"
    r"|(?P<action>add-to-cart|remove_item|undo_item|share|d4pbbaction|d4p_.*|bbpvotes_.*|doing_wp_cron|wc-ajax|logout)"
)
_ACTIONS = re.compile(
    r"bbp_.*|split|merge|move|edit|delete|(?:un)?trash|(?:un)?spam|(?:un)?approve|(?:un)?stick|(?:un)?subscribe|close"
    r"|log-?in|log-?out|register|lost_?password|retrievepassword|resetpass|rp|postpass"
)
_DECODINGS = 3


def is_forbidden_target(url: str) -> bool:
    """Whether threadkeep never asks for this address, on any site, wherever the link to it stands."""
    return why_forbidden(url) is not None


def why_forbidden(url: str) -> str | None:
    """Why this address is never asked for, e.g. “it carries a nonce (_wpnonce)”; None where it may be.

    Escapes are undone first, and case is ignored, so that no spelling of an action gets by.
    """
    path, _, query = _decoded(url).partition("?")
    if login := _PATHS.search(path):
        return f"it belongs to the site's machinery ({login[0].strip('/')})"
    if _EDIT_PATH.search(path.partition("#")[0]):
        return "it is a form for editing"
    reasons = (_why_parameter(*_name_and_value(part)) for part in re.split("[&;?#]", query))
    return next((reason for reason in reasons if reason), None)


def is_login(url: str) -> bool:
    """Whether this is the address of a WordPress login, as a redirect to it shows."""
    path, _, query = _decoded(url).partition("?")
    return path.rstrip("/").endswith("/wp-login.php") or "redirect_to=" in query


def _decoded(url: str) -> str:
    for _ in range(_DECODINGS):
        decoded = unquote(url)
        if decoded == url:
            break
        url = decoded
    return url.lower()


def _name_and_value(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    # PHP reads `x[0]`, `x.y` and ` x` as `x`, `x_y` and `x`.
    return re.sub(r"[. +]", "_", name.partition("[")[0].strip(" +")), value.strip(" +")


def _why_parameter(name: str, value: str) -> str | None:
    if match := _NAMES.fullmatch(name):
        what = {"nonce": "it carries a nonce", "form": "it is a form", "action": "it is an action"}
        return f"{what[match.lastgroup or 'action']} ({name})"
    if name in {"action", "bbp_action"} and _ACTIONS.fullmatch(value):
        return f"it is an action ({name}={value})"
    if name == "view" and value == "all":
        return "it shows what only moderators see (view=all)"
    return None
