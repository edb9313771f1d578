"""What a demo forum's pages show, read from their markup with lxml: the other side of what the forum says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lxml import html

from scraper.demo import DemoSettings, expected_topics, generate
from scraper.demo.site import DemoSite

if TYPE_CHECKING:
    from scraper.demo import ExpectedPost, ExpectedTopic

BASE = "http://127.0.0.1:7"
ADD_ONS = ".//*[@class='bbpvotes-post-votes-log' or @class='bbp-attachments' or @class='bbp-signature' or @class='adsbygoogle']"


def site(**settings: Any) -> DemoSite:  # noqa: ANN401  handed on to DemoSettings as it is
    return DemoSite(generate(DemoSettings(**settings)), BASE)


def page(of: DemoSite, path: str) -> html.HtmlElement:
    answer = of.answer(path)
    assert answer.status == 200, path
    return html.document_fromstring(answer.body.decode())


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def squashed(value: str) -> str:
    return "".join(value.split())


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def count_sentences(of: DemoSite, path: str) -> list[str]:
    found = page(of, path).xpath("//div[@class='bbp-pagination-count']")
    return [text(element) for element in found]


def shown_posts(
    of: DemoSite, topic: ExpectedTopic, number: int
) -> list[tuple[int, str, html.HtmlElement]]:
    """Each post in a page's replies list: id, date as shown, content container."""
    path = path_of(topic.url)
    if number > 1:
        path += f"&paged={number}" if of.forum.settings.plain_permalinks else f"page/{number}/"
    tree = page(of, path)
    if of.forum.settings.theme == "table":
        rows = tree.xpath(f"//table[@id='topic-{topic.topic_id}-replies']/tbody/tr[@id]")
        return [_row(row) for row in rows]
    body = f"//ul[@id='topic-{topic.topic_id}-replies']/li[@class='bbp-body']"
    headers = tree.xpath(
        f"{body}//div[@class='bbp-reply-header'][not(ancestor::div[@class='bbp-reply-content'])]"
    )
    return [_pair(header) for header in headers]


def _row(row: html.HtmlElement) -> tuple[int, str, html.HtmlElement]:
    header = row.getprevious()
    assert header is not None
    date = " ".join(str(header.xpath("string(td/text()[1])")).split())
    return int(row.get("id", "")[5:]), date, row.xpath("td[@class='bbp-reply-content']")[0]


def _pair(header: html.HtmlElement) -> tuple[int, str, html.HtmlElement]:
    date = text(header.xpath(".//span[@class='bbp-reply-post-date']")[0])
    beside = header.getnext()
    assert beside is not None
    return int(header.get("id", "")[5:]), date, beside.xpath("div[@class='bbp-reply-content']")[0]


def own_words(content: html.HtmlElement, post: ExpectedPost) -> str:
    log = f"bbp-{post.kind}-revision-log-{post.post_id}"
    for added in content.xpath(f"{ADD_ONS} | .//script | ./ul[@id='{log}']"):
        added.drop_tree()
    return squashed(content.text_content())


def check_pages(of: DemoSite) -> None:
    """Assert that every topic's pages show what the forum states: each post once, with its date, words and edits."""
    for topic in expected_topics(of.forum, BASE):
        pages = (shown_posts(of, topic, number) for number in range(1, topic.pages + 1))
        shown = [entry for entries in pages for entry in entries]
        truth = {post.post_id: post for post in topic.posts}
        assert sorted(number for number, _, _ in shown) == sorted(truth)
        for number, date, content in shown:
            post = truth[number]
            assert date == " ".join(post.published_text.split())
            assert edits_in(content, post) == [" ".join(edit.text.split()) for edit in post.edits]
            assert own_words(content, post) == squashed(post.body_text)


def edits_in(content: html.HtmlElement, post: ExpectedPost) -> list[str]:
    log = f"bbp-{post.kind}-revision-log-{post.post_id}"
    return [text(item) for item in content.xpath(f"./ul[@id='{log}']/li")]
