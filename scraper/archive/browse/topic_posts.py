"""Tell in which order a topic's posts are shown, in little memory: a page of a topic is a stretch of it."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from scraper.archive.position import positions

if TYPE_CHECKING:
    from scraper.archive.database import Archive


def order_of_topic(
    archive: Archive, topic_key: int, *, with_gone: bool
) -> tuple[array[int], array[int]]:
    """The numbers of a topic's posts in the order in which they are shown, and their positions.

    Args:
        archive: opened to be read.
        topic_key: the archive's own number of the topic.
        with_gone: posts that have vanished from the site are among them.
    """
    connection = archive.connection
    gone: set[int] = set()
    if not with_gone:
        query = "SELECT post_id FROM posts WHERE topic_key = ? AND gone_at IS NOT NULL"
        gone.update(row[0] for row in connection.execute(query, (topic_key,)))
    numbers, places = array("q"), array("q")
    for post_id, position in positions(connection, topic_key):
        if post_id not in gone:
            numbers.append(post_id)
            places.append(position)
    return numbers, places
