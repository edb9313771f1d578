"""Tell which addresses on the web are of a person: profiles of forums and networks, avatars, and what opens a mail or a call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_PROFILE_PATH = re.compile(
    r"/(?:users?|members?|profiles?|authors?|people|u|usuarios?|utilisateurs?|membres?|benutzer|mitglieder|gebruikers?|leden|auteur|autor"
    r"|participants?)/(?P<slug>[^/?#]+)|(?:linkedin\.com/in|steamcommunity\.com/id)/(?P<other>[^/?#]+)|/@(?P<handle>[^/?#]+)|/~(?P<home>[^/?#]+)",
    re.IGNORECASE,
)
_PROFILE_QUERY = re.compile(
    r"(?:^|[&;])(?:author|user|user_?id|user_?name|member|member_?id|profile|bbp_user|uid|login|author_name|showuser)=(?P<slug>[^&;#]+)",
    re.IGNORECASE,
)
# Where the first part of a path is somebody's.
_NETWORKS = re.compile(
    r"(?:^|\.)(?:facebook|twitter|x|instagram|tiktok|threads|pinterest|flickr|github|gitlab|soundcloud|vk|ok|snapchat|patreon|paypal|twitch"
    r"|medium|last|dribbble|behance|deviantart|500px|etsy|ko-fi|keybase|mixcloud|telegram|t|wa|fb|m)\.(?:com|me|net|fm|tv|org|ru|social|io)$",
    re.IGNORECASE,
)
_NETWORK_PAGES = frozenset(
    (
        "",
        "about",
        "explore",
        "groups",
        "hashtag",
        "help",
        "home",
        "intent",
        "login",
        "p",
        "pages",
        "privacy",
        "search",
        "share",
    )
)
_OPENED = (
    "mailto:",
    "tel:",
    "sms:",
    "callto:",
    "skype:",
    "xmpp:",
    "whatsapp:",
    "sip:",
    "facetime:",
    "tg:",
    "matrix:",
)
_AVATAR = re.compile(
    r"gravatar\.com|/avatars?/|/user-?photos?/|[?&]avatar=|/cdn-cgi/l/email-protection|avatar[^/]*\.(?:png|jpe?g|gif|webp)",
    re.IGNORECASE,
)


def is_contact(address: str) -> bool:
    """Whether an address opens a mail, a call or a chat."""
    return unquote(address).strip().lower().startswith(_OPENED)


def is_avatar(address: str) -> bool:
    """Whether a picture's address is that of an avatar, or stands for an e-mail address."""
    return _AVATAR.search(unquote(address)) is not None


def profile_slug(address: str) -> str | None:
    """Whose profile an address is, by the name or number in it; None where it is none."""
    try:
        parts = urlsplit(unquote(address).strip())
    except ValueError:  # a bracket where only an IPv6 address may have one
        return None
    return _in_path(parts) or _in_query(parts) or _in_network(parts)


def _in_path(parts: SplitResult) -> str | None:
    found = _PROFILE_PATH.search(f"{parts.hostname or ''}{parts.path}")
    if found is None:
        return None
    return next(filter(None, found.groups()), None)


def _in_query(parts: SplitResult) -> str | None:
    found = _PROFILE_QUERY.search(parts.query)
    return found["slug"] if found else None


def _in_network(parts: SplitResult) -> str | None:
    name, _, rest = parts.path.strip("/").partition("/")
    is_whole = bool(name) and not rest and name.lower() not in _NETWORK_PAGES
    return name if is_whole and _NETWORKS.search(parts.hostname or "") else None
