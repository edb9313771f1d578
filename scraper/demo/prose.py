"""What posts say: HTML as WordPress would show it, together with the text that a reader sees.

`{home}` in the HTML stands for the site's address and `{user-7}` for the profile of user 7: who renders it fills them in.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from scraper.demo.vocabulary import VOCABULARY

PAGE_BREAK = "<!--nextpage-->"
"""Where an author, or an editor's button, cuts a text in two: WordPress cuts the page that shows it, not the text."""

_LEXICON = {locale: (words * 2)[:256] for locale, words in VOCABULARY.items()}


def dice(seed: int | str) -> random.Random:
    """A source of random numbers that depends on the seed alone."""
    return random.Random(seed)  # noqa: S311  # a demo needs no secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A text that is written out.

    Attributes:
        text: what is seen, a line a paragraph, item, cell or line break.
    """

    html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """A text that grows from its seed each time it is asked for, so that a million of them fit in memory."""

    seed: int
    locale: str

    @property
    def html(self) -> str:
        """See `Written.html`."""
        return _grow(self.seed, self.locale).html

    @property
    def text(self) -> str:
        """See `Written.text`."""
        return _grow(self.seed, self.locale).text


Prose = Written | Grown


def sentences(rng: random.Random, locale: str, words: int) -> str:
    """Invented sentences of so many words together."""
    vocabulary = _LEXICON[locale]
    # Bytes come many at a time: drawing each word by itself would take most of the time that a page takes.
    drawn = [vocabulary[byte] for byte in rng.randbytes(words)]
    made: list[str] = []
    start = 0
    for byte in rng.randbytes(words // 6 + 1):
        end = start + 6 + byte % 8
        made.append(" ".join(drawn[start:end]).capitalize() + ("?" if byte > 225 else "."))
        start = end
        if start >= words:
            break
    return " ".join(made)


def joined(*blocks: Written) -> Written:
    """Several blocks as one text."""
    return Written(
        html="\n".join(block.html for block in blocks),
        text="\n".join(block.text for block in blocks),
    )


def paragraph(*lines: str) -> Written:
    """A paragraph of plain text, its lines parted by line breaks."""
    return Written(
        html="<p>" + "<br />\n".join(escape(line, quote=False) for line in lines) + "</p>",
        text="\n".join(lines),
    )


def marked(html: str, text: str) -> Written:
    """A block whose markup is given as it is."""
    return Written(html=html, text=text)


def listing(*items: str, tag: str = "ul") -> Written:
    """A list."""
    rows = "".join(f"\n<li>{escape(item, quote=False)}</li>" for item in items)
    return Written(html=f"<{tag}>{rows}\n</{tag}>", text="\n".join(items))


def quote(inner: Written) -> Written:
    """A quotation."""
    return Written(html=f"<blockquote>\n{inner.html}\n</blockquote>", text=inner.text)


def code(source: str) -> Written:
    """A block of program text, whose indentation counts."""
    return Written(html=f"<pre><code>{escape(source, quote=False)}</code></pre>", text=source)


def table(*rows: tuple[str, ...]) -> Written:
    """A table, the first row its heading."""
    head, *rest = (tuple(escape(cell, quote=False) for cell in row) for row in rows)
    heading = (
        "<thead>\n<tr>" + "".join(f"\n<th>{cell}</th>" for cell in head) + "\n</tr>\n</thead>"
    )
    body = "".join(
        "\n<tr>" + "".join(f"\n<td>{cell}</td>" for cell in row) + "\n</tr>" for row in rest
    )
    return Written(
        html=f"<table>\n{heading}\n<tbody>{body}\n</tbody>\n</table>",
        text="\n".join("\n".join(row) for row in rows),
    )


def picture(name: str, described: str) -> Written:
    """An image that the site itself holds; nothing to read."""
    source = f"{{home}}/wp-content/uploads/2016/03/{name}.png"
    image = f'<img src="{source}" alt="{escape(described)}" width="64" height="48" />'
    return Written(html=f'<p><a href="{source}">{image}</a></p>', text="")


def mention(user_id: int, nicename: str, rest: str) -> Written:
    """A paragraph that addresses somebody."""
    link = f'<a href="{{user-{user_id}}}" class="bbp-user-mention bbp-user-id-{user_id}">@{nicename}</a>'
    return Written(html=f"<p>{link} {escape(rest, quote=False)}</p>", text=f"@{nicename} {rest}")


@lru_cache(maxsize=4096)
def _grow(seed: int, locale: str) -> Written:
    rng = dice(seed)
    blocks = [
        paragraph(sentences(rng, locale, rng.randrange(8, 60)))
        for _ in range(rng.choice((1, 1, 2, 2, 3)))
    ]
    chance = rng.random()
    if chance < 0.3:
        blocks.insert(rng.randrange(len(blocks) + 1), _extra(rng, locale, chance))
    return joined(*blocks)


def _extra(rng: random.Random, locale: str, chance: float) -> Written:
    """Something else than paragraphs, in about every third post."""
    words = rng.choices(VOCABULARY[locale], k=6)
    if chance < 0.08:
        return quote(paragraph(sentences(rng, locale, 12)))
    if chance < 0.14:
        return listing(
            " ".join(words[:2]),
            " ".join(words[2:4]),
            " ".join(words[4:]),
            tag=rng.choice(("ul", "ol")),
        )
    if chance < 0.2:
        return code(
            f"def {words[0]}({words[1]}):\n    if {words[1]} > {len(words[2])}:\n        return {words[1]} & 1"
        )
    if chance < 0.26:
        address = f"https://example.org/{words[0]}?a={words[1]}&amp;b={len(words[2])}"
        return marked(
            f'<p><strong>{words[3]}</strong> <a href="{address}" rel="nofollow">{words[4]}</a></p>',
            f"{words[3]} {words[4]}",
        )
    return picture(words[0], " ".join(words[1:3]))
