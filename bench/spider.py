"""The peer: a spider as Scrapy's users write it for a bbPress forum, one request at a time.

python -m bench.spider URL POSTS.jsonl
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import TextResponse
from scrapy.linkextractors import LinkExtractor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.http import Response

_LISTS = ("a.bbp-forum-title", "a.bbp-topic-permalink", ".bbp-pagination-links a.page-numbers")
_POSTS = ".bbp-replies div.type-topic, .bbp-replies div.type-reply"


class ForumSpider(scrapy.Spider):
    """Follows forums, topics and their page numbers, and reads each post."""

    name = "forum"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.start_urls = [url]
        self.allowed_domains = [urlsplit(url).hostname or ""]
        self._links = LinkExtractor(restrict_css=_LISTS)

    def parse(self, response: Response, **_: Any) -> Iterator[Any]:  # noqa: ANN401  # Scrapy's own signature
        if not isinstance(response, TextResponse):
            return
        for post in response.css(_POSTS):
            header = post.xpath("preceding-sibling::div[1]")
            yield {
                "id": int(post.re_first(r"\bpost-(\d+)\b") or 0),
                "author": post.css(".bbp-author-name::text").get(),
                "author_url": post.css("a.bbp-author-link::attr(href)").get(),
                "date": header.css(".bbp-reply-post-date::text").get(),
                "body": post.css(".bbp-reply-content").get(),
            }
        for link in self._links.extract_links(response):
            yield response.follow(link)


def main(url: str, path: str) -> None:
    process = CrawlerProcess(
        {
            # Of a domain, one alone still lets another begin while the answer before is being read.
            "CONCURRENT_REQUESTS": 1,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": True,
            # A cookie would have it ask a site beyond loopback which domains are public.
            "COOKIES_ENABLED": False,
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
            "FEEDS": {path: {"format": "jsonlines", "overwrite": True}},
        }
    )
    process.crawl(ForumSpider, url=url)
    process.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
