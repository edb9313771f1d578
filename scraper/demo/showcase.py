"""Topics that each show one thing that is hard to archive, the same in every demo forum but for times and people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from scraper.demo.cast import ADMINISTRATOR, CAST, DELETED, GUESTS, MODERATOR
from scraper.demo.draft import DraftEdit, DraftPost, DraftTopic
from scraper.demo.forgery import FORGERIES
from scraper.demo.forum import DemoTag
from scraper.demo.prose import (
    PAGE_BREAK,
    Prose,
    code,
    joined,
    listing,
    marked,
    mention,
    paragraph,
    picture,
    quote,
    sentences,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from scraper.demo.stage import Stage


def _names(stage: Stage) -> DraftTopic:
    """Names in many scripts, every role, and a topic on top of every board."""
    texts = [stage.prose() for _ in CAST]
    posts = stage.said(texts, CAST, datetime(2012, 3, 5, 9, 14, 7, tzinfo=UTC))
    return DraftTopic(title="Read this first", board=stage.boards[3], posts=posts, sticky="super")


def _strangers(stage: Stage) -> DraftTopic:
    """Guests, who have no account, and an account that is gone."""
    authors = (
        GUESTS[0],
        *GUESTS[1:],
        DELETED,
        ADMINISTRATOR,
        replace(GUESTS[0], website="https://example.org/me"),
    )
    texts = [stage.prose() for _ in range(len(authors) + 1)]
    posts = stage.said(texts, authors, datetime(2013, 3, 3, 4, 3, tzinfo=UTC))
    return DraftTopic(title="Guests welcome", board=stage.boards[1], posts=posts)


_BODIES: tuple[Prose, ...] = (
    joined(
        paragraph("One line,", "and a second after a break."),
        listing("first", "second & last"),
        listing("one", "two", tag="ol"),
    ),
    joined(
        quote(
            joined(paragraph("The outer one said:"), quote(paragraph("the inner one said this.")))
        ),
        paragraph("And I agree."),
    ),
    code(
        "def greet(name):\n    if name:\n        return f'<b>{name}</b> & co'\n\n    return None"
    ),
    table(("Wood", "Glue"), ("oak", "bone < hide"), ("ash", "none")),
    joined(paragraph("Before the picture."), picture("sketch", 'a "sketch" of the bench')),
    marked(
        '<p>See <a href="https://example.org/?a=1&amp;b=2" rel="nofollow">https://example.org/?a=1&amp;b=2</a>'
        ' or <a href="mailto:desk@example.org">write</a>.</p>',
        "See https://example.org/?a=1&b=2 or write.",
    ),
    paragraph("Emoji: 🙂 👍🏽 👩‍👩‍👧 🇳🇱, and a \u200bzero-width space."),
    mention(6, "zoya", "what do you think?"),
    joined(
        paragraph("# Not a heading", "* not a list", "1. nor this", "> nor a quotation"),
        paragraph("**stars**, _scores_, `ticks`, [text](target), | a | b |, <tag> & &amp;"),
    ),
    paragraph("مرحبا بكم في المنتدى", "שלום לכולם"),
    picture("only-a-picture", ""),
    paragraph("=SUM(A1:A9)", "-1+2", "@cell"),
)


def _markup(stage: Stage) -> DraftTopic:
    """Every kind of body."""
    posts = stage.said(_BODIES, CAST[:5], datetime(2015, 5, 11, 17, 30, 2, tzinfo=UTC))
    return DraftTopic(title="What a post can hold", board=stage.boards[1], posts=posts)


def _forged(stage: Stage) -> DraftTopic:
    """Markup that only looks like the forum's own."""
    posts = stage.said(
        (paragraph("Now look at these."), *FORGERIES), CAST[:2], datetime(2017, 4, 1, tzinfo=UTC)
    )
    return DraftTopic(title="Look-alikes", board=stage.boards[2], posts=posts)


def _edited(stage: Stage) -> DraftTopic:
    """Posts with revision logs."""
    start = datetime(2018, 1, 10, 11, tzinfo=UTC)
    opening, first, second = stage.said([stage.prose() for _ in range(3)], CAST[2:5], start)
    thrice = [
        ("", first.author),
        ("once more", first.author),
        ('removed <b>rude</b> words & "quotes"', MODERATOR),
    ]
    edits = tuple(
        DraftEdit(editor=editor, at=start + timedelta(days=days), reason=reason)
        for days, (reason, editor) in enumerate(thrice, 1)
    )
    posts = (replace(opening, edits=edits[1:2]), replace(first, edits=edits), second)
    return DraftTopic(title="Edited, and edited again", board=stage.boards[2], posts=posts)


def _nested(stage: Stage) -> DraftTopic:
    """Replies to replies, wide and deep."""
    posts = list(stage.talk(18, datetime(2019, 2, 2, 10, tzinfo=UTC)))
    last = posts[-1].posted
    for level in range(12):
        parent = len(posts) - 1 if level else None
        body = paragraph(f"Deep chain, level {level}.")
        moment = last + (level + 1) * timedelta(minutes=9)
        posts.append(DraftPost(posted=moment, author=stage.someone(), body=body, parent=parent))
    return DraftTopic(title="A branching conversation", board=stage.boards[1], posts=tuple(posts))


def _paged(stage: Stage) -> DraftTopic:
    """Three pages, the last of one post."""
    posts = stage.talk(2 * stage.settings.per_page + 1)
    return DraftTopic(
        title="The word chain", board=stage.boards[3], posts=posts, tags=_tags(("games", "games"))
    )


def _closed(stage: Stage) -> DraftTopic:
    """Closed to new replies: sitemaps leave it out."""
    return DraftTopic(
        title="Solved: how do I start?", board=stage.boards[3], posts=stage.talk(4), closed=True
    )


def _sticky(stage: Stage) -> DraftTopic:
    """On top of its own board."""
    return DraftTopic(
        title="House rules", board=stage.boards[1], posts=stage.talk(3), sticky="sticky"
    )


def _password(stage: Stage) -> DraftTopic:
    """Listed, but its page asks for a password."""
    return DraftTopic(
        title="For members only", board=stage.boards[1], posts=stage.talk(3), access="password"
    )


def _private(stage: Stage) -> DraftTopic:
    """Nowhere to be seen."""
    return DraftTopic(
        title="Behind closed doors", board=stage.boards[1], posts=stage.talk(3), access="private"
    )


def _lonely(stage: Stage) -> DraftTopic:
    """No replies at all."""
    return DraftTopic(title="Is anybody here?", board=stage.boards[3], posts=stage.talk(1))


def _full(stage: Stage) -> DraftTopic:
    """Exactly one page."""
    return DraftTopic(
        title="A full page", board=stage.boards[2], posts=stage.talk(stage.settings.per_page)
    )


def _titled(stage: Stage) -> DraftTopic:
    """A title and tags that need escaping."""
    tags = _tags(
        ("C++", "c"),
        ("r&d", "rd"),
        ("two words", "two-words"),
        ("日本語", "%e6%97%a5%e6%9c%ac%e8%aa%9e"),
    )
    title = 'Dell\'s "best" <tools> & jigs - part 2... 🔧'
    return DraftTopic(title=title, board=stage.boards[1], posts=stage.talk(3), tags=tags)


def _foreign(stage: Stage) -> DraftTopic:
    """An address of percent signs."""
    return DraftTopic(title="接着剤の選び方", board=stage.boards[2], posts=stage.talk(2))


def _long(stage: Stage) -> DraftTopic:
    """One post of some hundred kilobytes."""
    paragraphs = [paragraph(sentences(stage.rng, stage.settings.locale, 80)) for _ in range(250)]
    posts = stage.talk(2)
    posts = (posts[0], replace(posts[1], body=joined(*paragraphs)))
    return DraftTopic(title="The whole story", board=stage.boards[1], posts=posts)


def _clock(stage: Stage) -> DraftTopic:
    """The hours in which European clocks change, and several posts in one minute."""
    spring, autumn = (
        datetime(2014, 3, 30, 0, 50, tzinfo=UTC),
        datetime(2019, 10, 27, 0, 20, tzinfo=UTC),
    )
    moments = [spring, spring + timedelta(minutes=20), autumn, autumn + timedelta(minutes=55)]
    moments += [autumn + timedelta(hours=9, seconds=seconds) for seconds in (3, 8, 8, 41)]
    posts = tuple(
        DraftPost(posted=moment, author=stage.someone(), body=stage.prose()) for moment in moments
    )
    return DraftTopic(title="When the clocks change", board=stage.boards[2], posts=posts)


def _imported(stage: Stage) -> DraftTopic:
    """Posts from elsewhere, whose ids are not in the order of their times."""
    moved = datetime(2020, 6, 6, 6, tzinfo=UTC)
    talk = stage.talk(9, datetime(2012, 9, 9, 9, tzinfo=UTC))
    places = [0, *stage.rng.sample(range(1, 9), 8)]
    posts = tuple(
        replace(post, numbered=moved + timedelta(seconds=place), edits=())
        for post, place in zip(talk, places, strict=True)
    )
    return DraftTopic(title="Saved from the old forum", board=stage.boards[3], posts=posts)


def _torn(stage: Stage) -> DraftTopic:
    """Replies that hold a page break: one in the midst of the first page, one on the second."""
    posts = list(stage.talk(stage.settings.per_page + 4))
    for place in (min(3, len(posts) - 2), len(posts) - 3):
        posts[place] = replace(posts[place], body=_broken(stage, 2))
    return DraftTopic(title="A break in the middle", board=stage.boards[1], posts=tuple(posts))


def _chapters(stage: Stage) -> DraftTopic:
    """An opening post in three parts."""
    posts = stage.talk(5)
    opening = replace(posts[0], body=_broken(stage, 3))
    return DraftTopic(
        title="A story in three parts", board=stage.boards[3], posts=(opening, *posts[1:])
    )


def _broken(stage: Stage, parts: int) -> Prose:
    """A text with page breaks in the midst of its paragraphs."""
    first, last = paragraph("It begins here."), paragraph("And here it ends.")
    said = [sentences(stage.rng, stage.settings.locale, 30) for _ in range(2 * (parts - 1))]
    torn = [
        marked(f"<p>{before} {PAGE_BREAK}{after}</p>", f"{before} {after}")
        for before, after in zip(said[::2], said[1::2], strict=True)
    ]
    return joined(first, *torn, last)


def _tags(*pairs: tuple[str, str]) -> tuple[DemoTag, ...]:
    return tuple(DemoTag(name=name, slug=slug) for name, slug in pairs)


SHOWCASE: tuple[Callable[[Stage], DraftTopic], ...] = (
    _names,
    _strangers,
    _markup,
    _paged,
    _forged,
    _edited,
    _nested,
    _closed,
    _sticky,
    _password,
    _private,
    _lonely,
    _full,
    _titled,
    _foreign,
    _long,
    _clock,
    _imported,
)

PAGE_BROKEN: tuple[Callable[[Stage], DraftTopic], ...] = (_torn, _chapters)
"""Topics that page breaks cut; only a forum that asks for them has them."""
