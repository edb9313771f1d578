"""Ask how an archive differs between two moments, by what it logs of what it overwrites.

`:since` is the first moment of what is compared and `:until` the first one after it: what was seen before a moment was so
at that moment.
"""

from __future__ import annotations

from scraper.archive.question import Question


def _topic_value(field: str, now: str, moment: str) -> str:
    """What a topic was at a moment: what the first change since then changed, else what it is now."""
    first = f"""
    FROM topic_changes WHERE topic_key = n.topic_key AND field = '{field}' AND seen_at >= :{moment}
    ORDER BY seen_at, change_id LIMIT 1"""
    return f"""
    CASE WHEN EXISTS (SELECT 1 {first}) THEN (SELECT old_value {first}) ELSE {now} END"""


def _forum_then(moment: str) -> str:
    """The forum that a topic stood in, where it has moved since; where it has not, nothing is said of it."""
    return _topic_value(
        "forum",
        "(SELECT new_value FROM topic_changes WHERE topic_key = n.topic_key AND field = 'forum'"
        " ORDER BY seen_at DESC, change_id DESC LIMIT 1)",
        moment,
    )


_TOPICS = f"""
SELECT topic_key, topic_id, url, CASE WHEN first_seen < :since THEN topic_key END AS old_key,
    {_topic_value("title", "title", "until")} AS title, {_topic_value("title", "title", "since")} AS old_title,
    {_topic_value("status", "status", "until")} AS status, {_topic_value("status", "status", "since")} AS old_status,
    {_topic_value("gone", "vanished_reason", "until")} AS gone_reason,
    {_topic_value("gone", "vanished_reason", "since")} AS old_gone_reason,
    NULL AS forum_url, {_forum_then("until")} AS forum, NULL AS old_forum_url, {_forum_then("since")} AS old_forum
FROM topics AS n WHERE first_seen < :until ORDER BY topic_id IS NULL, topic_id, topic_key
"""  # noqa: S608  # nothing in it comes from outside


def _topic_then(moment: str) -> str:
    """The topic that a post stood in at a moment."""
    return f"""
    coalesce((
        SELECT from_topic_key FROM post_moves WHERE post_id = p.post_id AND seen_at >= :{moment}
        ORDER BY seen_at, post_moves.rowid LIMIT 1
    ), p.topic_key)"""  # noqa: S608  # nothing in it comes from outside


def _reason_then(moment: str) -> str:
    """How a post had been found gone at a moment; null where it was there."""
    return f"""
    coalesce(CASE WHEN p.gone_at < :{moment} THEN coalesce(p.gone_reason, '') END, (
        SELECT coalesce(gone_reason, '') FROM post_absences
        WHERE post_id = p.post_id AND gone_at < :{moment} AND returned_at >= :{moment} LIMIT 1
    ))"""  # noqa: S608  # nothing in it comes from outside


def _revision_then(moment: str) -> str:
    return (
        f"(SELECT max(revision) FROM revisions WHERE post_id = p.post_id AND seen_at < :{moment})"  # noqa: S608  # likewise
    )


_POSTS = f"""
WITH here AS (
    SELECT post_id FROM posts WHERE topic_key = :key UNION SELECT post_id FROM post_moves WHERE from_topic_key = :key
), then_and_now AS (
    SELECT p.post_id, author_id, p.url, published, p.first_seen >= :since AS is_new,
        {_reason_then("until")} AS gone_reason, {_reason_then("since")} AS old_gone_reason,
        {_topic_then("until")} AS topic_key, {_topic_then("since")} AS old_topic_key,
        {_revision_then("until")} AS revision, {_revision_then("since")} AS old_revision
    FROM here JOIN posts AS p USING (post_id) WHERE p.first_seen < :until
)
SELECT n.post_id, name AS author, n.url, published, gone_reason, is_new,
    gone_reason IS NOT NULL AS is_gone, NOT is_new AND old_gone_reason IS NOT NULL AS was_gone,
    NOT is_new AND n.topic_key <> old_topic_key AS is_moved, ot.topic_id AS from_topic_id, ot.title AS from_title,
    NOT is_new AND coalesce(b.body_html <> ob.body_html, 0) AS is_changed, ob.body_text AS old_text, b.body_text AS text
FROM then_and_now AS n JOIN authors USING (author_id) JOIN topics AS ot ON ot.topic_key = old_topic_key
    LEFT JOIN revisions AS b ON b.post_id = n.post_id AND b.revision = n.revision AND n.revision <> old_revision
    LEFT JOIN revisions AS ob ON ob.post_id = n.post_id AND ob.revision = old_revision AND n.revision <> old_revision
WHERE n.topic_key = :key AND (is_new OR is_moved OR is_changed OR is_gone <> was_gone)
ORDER BY n.post_id
"""  # noqa: S608  # nothing in it comes from outside

# The later state holds all that the earlier one did: what is erased for good leaves no trace in either.
_NO_TOPICS = "SELECT NULL AS topic_key, NULL AS topic_id, '' AS title, NULL AS url WHERE 0"
_NO_POSTS = "SELECT NULL AS post_id, '' AS author, NULL AS url, NULL AS published WHERE 0"


def _gaps(there: str, not_there: str) -> str:
    """The gaps of a topic that were open at one moment and not at another."""

    def was_open(moment: str) -> str:
        return f"(first_seen < :{moment} AND coalesce(closed_at >= :{moment}, 1))"

    return f"""
    WITH known AS (
        SELECT code, place, detail, missing, first_seen, NULL AS closed_at FROM gaps WHERE topic_key = :key
        UNION ALL SELECT code, place, detail, missing, first_seen, closed_at FROM closed_gaps WHERE topic_key = :key
    )
    SELECT code, place, detail, missing FROM known WHERE {was_open(there)} AND NOT EXISTS (
        SELECT 1 FROM known AS same WHERE (same.code, same.place) = (known.code, known.place)
        AND {was_open(not_there).replace("first_seen", "same.first_seen").replace("closed_at", "same.closed_at")}
    ) ORDER BY first_seen, code, place
    """  # noqa: S608  # nothing in it comes from outside


_PEOPLE = """
SELECT author_url, user_id, coalesce(CASE field WHEN 'name' THEN old_value END, (
        SELECT name FROM authors WHERE authors.user_id = author_changes.user_id OR authors.url = author_changes.author_url
        ORDER BY author_id LIMIT 1
    ), author_url, '') AS name, field, old_value AS old, new_value AS new
FROM author_changes WHERE seen_at >= :since AND seen_at < :until ORDER BY change_id
"""
# That such a gap closed is not logged.
_LIST_GAPS = """
SELECT url, lists.title, 0 AS is_closed, code, place, detail, missing FROM list_gaps JOIN lists USING (list_key)
WHERE first_seen >= :since AND first_seen < :until ORDER BY url, code, place
"""

MOMENTS = Question(
    topics=_TOPICS,
    posts=_POSTS,
    absent_topics=_NO_TOPICS,
    absent_posts=_NO_POSTS,
    gaps_opened=_gaps("until", "since"),
    gaps_closed=_gaps("since", "until"),
    people=_PEOPLE,
    list_gaps=_LIST_GAPS,
)
