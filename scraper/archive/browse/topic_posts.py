"""Tell in which order a topic's posts are shown, in little memory: a page of a topic is a stretch of it."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from scraper.archive.position import positions

if TYPE_CHECKING:
    from scraper.archive.database import Archive

_IS_GONE = "gone_at IS NOT NULL"
_IS_NOT_CHOSEN = "post_id NOT IN (SELECT post_id FROM temp.chosen_posts)"


def order_of_topic(
    archive: Archive, topic_key: int, *, with_gone: bool, only_chosen: bool = False
) -> tuple[array[int], array[int]]:
    """The numbers of a topic's posts in the order in which they are shown, and their positions.

    Args:
        archive: opened to be read.
        topic_key: the archive's own number of the topic.
        with_gone: posts that have vanished from the site are among them.
        only_chosen: only posts that `choose_posts` chose are.
    """
    connection = archive.connection
    left_out: set[int] = set()
    for is_wanted, condition in ((with_gone, _IS_GONE), (not only_chosen, _IS_NOT_CHOSEN)):
        if not is_wanted:
            query = f"SELECT post_id FROM posts WHERE topic_key = ? AND {condition}"  # noqa: S608  one of the two above
            left_out.update(row[0] for row in connection.execute(query, (topic_key,)))
    numbers, places = array("q"), array("q")
    for post_id, position in positions(connection, topic_key):
        if post_id not in left_out:
            numbers.append(post_id)
            places.append(position)
    return numbers, places
