"""A list whose pages are all full grows by a topic: what falls on a page that nobody needs to read is not missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scraper.demo import life
from tests.whole_forum import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PER_PAGE = 4


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A forum with a board of two pages that are full to the last row."""
    with Site.of(tmp_path, topics_per_page=PER_PAGE, posts=2) as site:
        while len(site.catalogue.topics_of(site.board("glue"))) != 2 * PER_PAGE:
            count = len(site.forum.topics)
            site.forum = life.add_topic(site.forum, "glue", f"Pot of glue {count}")
        yield site


def test_a_topic_more_than_two_full_pages_costs_no_third(site: Site) -> None:
    assert site.archive().exit_code == 0
    site.forum = life.add_topic(site.forum, "glue", "One pot more")
    report = site.sync()
    assert report.exit_code == 0, [one.error for one in report.lists]
    assert [one.title for one in report.topics] == ["One pot more"]
    assert not [path for path in site.asked if "/glue/page/3" in path]
    # The feed, the index, the boards on the way down with two pages of the one that grew, and the topic itself.
    assert len(site.asked) <= 7, site.asked
    assert site.sync().exit_code == 0


def test_what_leaves_such_a_list_meanwhile_is_found(site: Site) -> None:
    assert site.archive().exit_code == 0
    oldest = site.catalogue.topics_of(site.board("glue"))[-1]
    site.forum = life.add_topic(site.forum, "glue", "One pot more")
    site.forum = life.delete_topic(site.forum, oldest.topic_id)
    report = site.sync()
    assert report.exit_code == 0
    assert report.gone_topics == 1
    assert not {post.post_id for post in oldest.posts} & set(site.held())


def test_a_forum_below_a_forum_below_another_explains_what_the_one_above_it_has_more(
    tmp_path: Path,
) -> None:
    """The row of Tools & Techniques on the page of its category names Glue, too, and counts what is in it."""
    with Site.of(tmp_path, topics_per_page=PER_PAGE, posts=2, topics=60) as site:
        assert site.archive().exit_code == 0
        tools, glue = (
            site.catalogue.topics_of(site.board(slug)) for slug in ("tools-techniques", "glue")
        )
        assert len(tools) > 3 * PER_PAGE
        for topic in (tools[0], glue[0], glue[1]):
            site.forum = life.add_reply(site.forum, topic.topic_id)
        assert site.sync().exit_code == 0
        lists = [path for path in site.asked if "/topic/" not in path and "feed" not in path]
        # The first page of each has news, and the second proves that there is no more.
        assert [path for path in lists if "/page/" in path] == [
            "/forums/forum/community/tools-techniques/page/2/",
            "/forums/forum/community/tools-techniques/glue/page/2/",
        ]
        assert not [path for path in lists if "sitemap" in path]
        assert site.mistakes() == []
