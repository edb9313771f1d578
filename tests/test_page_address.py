"""What a page says that its links are relative to stays out of what is kept of it."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from parsers.document import read_document
from parsers.records import Page
from parsers.registry import parse_topic, recognise

_PAGE = b"""<!DOCTYPE html>
<html lang="en-US"><head><meta charset="utf-8"><base href="https://forum.test/forums/"></head>
<body class="single-topic bbpress">
<ul id="topic-7-replies" class="forums bbp-replies"><li class="bbp-body">
<div id="post-7" class="bbp-reply-header"></div>
<div class="post-7 topic type-topic bbp-parent-topic-0 user-id-3">
<div class="bbp-reply-author"><a class="bbp-author-name" href="users/ada/">Ada</a></div>
<div class="bbp-reply-content"><p>Hello.</p></div>
</div>
</li></ul>
</body></html>"""


def test_a_topic_page_with_a_base_is_written_as_any_other() -> None:
    url = "https://forum.test/forums/topic/hello/"
    page = Page(url=url, final_url=url, status=200, body=_PAGE, fetched_at=datetime.now(UTC))
    document = read_document(page)
    engine, _ = recognise(document)

    written = msgspec.json.decode(msgspec.json.encode(parse_topic(engine, document)))

    assert written["url"] == url
    assert written["pager"]["urls"] == [[1, url]]
    assert written["posts"][0]["author"]["url"] == "https://forum.test/forums/users/ada/"
