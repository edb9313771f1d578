"""A demo forum's page as somebody gets it who is logged in: the admin bar, forms with nonces, links to act, addresses."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

from scraper.demo.members import STAFF

if TYPE_CHECKING:
    from scraper.demo.exchange import DemoAnswer
    from scraper.demo.forum import DemoAuthor

_BODY = re.compile(r'<body class="([^"]*)">\n')
_NOTICE = re.compile(
    r'<div id="no-(reply|topic)-(\d+)" class="bbp-no-\1">\n.*?</ul>\n</div>\n(?:<form.*?</form>\n)?</div>',
    re.DOTALL,
)
_LINKS = re.compile(
    r'(id="post-(\d+)" class="bbp-(?:reply|topic)-header">(?:(?!id="post-).)*?)<span class="bbp-admin-links"></span>',
    re.DOTALL,
)
_CELL = re.compile(
    r'(<(?:div|td) class="bbp-(?:reply|topic)-author">\n<.*?)(\n</(?:div|td)>\n<(?:div|td) class="bbp-)'
)
_ACTIONS = (
    ("edit", "edit/"),
    ("close", "?action=bbp_toggle_topic_close"),
    ("stick", "?action=bbp_toggle_topic_stick"),
    ("merge", "edit/?action=merge"),
    ("trash", "?action=bbp_toggle_reply_trash"),
    ("spam", "?action=bbp_toggle_reply_spam"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who is logged in.

    Attributes:
        secret: what the nonces of the session are made from.
    """

    author: DemoAuthor
    secret: str

    @property
    def keeps_order(self) -> bool:
        """Whether the posts of others are this visitor's to change."""
        return self.author.role in STAFF

    def nonce(self, action: str) -> str:
        """What proves that a link or a form was made for this visitor."""
        return hashlib.sha256(f"{self.secret}/{action}".encode()).hexdigest()[:10]


def as_member(answer: DemoAnswer, visitor: Visitor, base: str) -> DemoAnswer:
    """An answer with what a visitor gets beside what guests get."""
    kind = dict(answer.headers).get("Content-Type", "")
    if not answer.body or not kind.startswith("text/html"):
        return answer
    html = answer.body.decode()
    html = _BODY.sub(lambda found: _body(found, visitor, base), html, count=1)
    # What looks like one before is in somebody's post.
    notice = max(html.rfind('<div id="no-reply-'), html.rfind('<div id="no-topic-'), 0)
    html = html[:notice] + _NOTICE.sub(lambda found: _form(found, visitor), html[notice:])
    if visitor.keeps_order:
        html = _LINKS.sub(lambda found: _links(found, visitor), html)
        html = _CELL.sub(_with_address, html)
    return replace(answer, body=html.encode())


def _body(found: re.Match[str], visitor: Visitor, base: str) -> str:
    nonce = visitor.nonce("log-out")
    return (
        f'<body class="logged-in admin-bar {found[1]}">\n'
        '<div id="wpadminbar" class="nojq nojs"><ul class="ab-top-menu"><li id="wp-admin-bar-my-account">'
        f'<a class="ab-item" href="{base}/wp-admin/profile.php">Howdy, {escape(visitor.author.name)}</a></li>\n'
        f'<li id="wp-admin-bar-logout"><a class="ab-item" href="{base}/wp-login.php?action=logout&#038;_wpnonce={nonce}">'
        "Log Out</a></li></ul></div>\n"
    )


def _form(found: re.Match[str], visitor: Visitor) -> str:
    """The form in the place of the notice that one has to log in; that a topic is closed is told to all."""
    kind, number = found[1], found[2]
    nonce = visitor.nonce(f"{kind}-{number}")
    return (
        f'<div id="new-{kind}-{number}" class="bbp-{kind}-form">\n<form id="new-post" name="new-post" method="post">\n'
        f'<fieldset class="bbp-form"><textarea id="bbp_{kind}_content" name="bbp_{kind}_content"></textarea>\n'
        f'<input type="hidden" id="_wpnonce" name="_wpnonce" value="{nonce}" />\n'
        f'<input type="hidden" name="action" id="bbp_post_action" value="bbp-new-{kind}" />\n'
        "</fieldset>\n</form>\n</div>"
    )


def _links(found: re.Match[str], visitor: Visitor) -> str:
    number = found[2]
    links = " | ".join(
        f'<a href="/forums/reply/{number}/{path}{"&#038;" if "?" in path else "?"}_wpnonce='
        f'{visitor.nonce(f"{name}-{number}")}" class="bbp-reply-{name}-link">{name.title()}</a>'
        for name, path in _ACTIONS
    )
    return f'{found[1]}<span class="bbp-admin-links">{links}</span>'


def _with_address(found: re.Match[str]) -> str:
    """The author's cell with the address that the post was sent from, and that of who wrote it."""
    number = int(hashlib.sha256(found[1].encode()).hexdigest()[:2], 16)
    return (
        f'{found[1]}<div class="bbp-reply-ip"><span class="bbp-author-ip">(192.0.2.{number})</span></div>'
        f'<div class="author-email"><a href="mailto:member-{number}@mail.example">member-{number}@mail.example</a></div>'
        f"{found[2]}"
    )
