"""Ask how two archives of a site differ: the later one is the open one, the earlier one is attached as `earlier`."""

from __future__ import annotations

from scraper.archive.question import Question

# A topic is the same one by its number; where a page showed none, by a post that both hold of it.
_TOPICS = """
SELECT n.topic_key, n.topic_id, n.title, n.url, n.status, n.vanished_reason AS gone_reason, o.topic_key AS old_key,
    o.title AS old_title, o.status AS old_status, o.vanished_reason AS old_gone_reason,
    nf.url AS forum_url, nf.path AS forum, of.url AS old_forum_url, of.path AS old_forum
FROM main.topics AS n LEFT JOIN earlier.topics AS o ON o.topic_key = coalesce(
    (SELECT topic_key FROM earlier.topics WHERE topic_id = n.topic_id),
    (SELECT t.topic_key FROM main.posts AS np JOIN earlier.posts AS p USING (post_id)
        JOIN earlier.topics AS t ON t.topic_key = p.topic_key
     WHERE np.topic_key = n.topic_key AND (t.topic_id IS NULL OR n.topic_id IS NULL) LIMIT 1)
) LEFT JOIN new_forums AS nf ON nf.forum_id = n.forum_id LEFT JOIN old_forums AS of ON of.forum_id = o.forum_id
ORDER BY n.topic_id IS NULL, n.topic_id, n.topic_key
"""


def _forums(schema: str, name: str) -> str:
    """Each forum with the titles from the root down to it."""
    return f"""
    {name} (forum_id, url, path) AS (
        SELECT forum_id, url, title FROM {schema}.forums WHERE parent_id IS NULL
        UNION ALL SELECT inner.forum_id, inner.url, {name}.path || ' › ' || inner.title
        FROM {schema}.forums AS inner JOIN {name} ON inner.parent_id = {name}.forum_id
    )"""  # noqa: S608  # nothing in it comes from outside


_POSTS = """
SELECT n.post_id, a.name AS author, n.url, n.published, n.gone_reason, o.post_id IS NULL AS is_new,
    n.gone_at IS NOT NULL AS is_gone, o.gone_at IS NOT NULL AS was_gone,
    coalesce(ot.topic_id <> nt.topic_id, 0) AS is_moved, ot.topic_id AS from_topic_id, ot.title AS from_title,
    coalesce(b.body_html <> ob.body_html AND b.is_cut >= ob.is_cut, 0) AS is_changed,
    ob.body_text AS old_text, b.body_text AS text
FROM main.posts AS n JOIN main.topics AS nt ON nt.topic_key = n.topic_key
    JOIN main.authors AS a ON a.author_id = n.author_id
    LEFT JOIN main.revisions AS b ON b.post_id = n.post_id AND b.revision = n.revision
    LEFT JOIN earlier.posts AS o ON o.post_id = n.post_id
    LEFT JOIN earlier.topics AS ot ON ot.topic_key = o.topic_key
    LEFT JOIN earlier.revisions AS ob ON ob.post_id = o.post_id AND ob.revision = o.revision
WHERE n.topic_key = :key AND (is_new OR is_moved OR is_changed OR is_gone <> was_gone)
ORDER BY n.post_id
"""
_ABSENT_TOPICS = """
SELECT topic_key, topic_id, title, url FROM earlier.topics ORDER BY topic_id IS NULL, topic_id, topic_key
"""
_ABSENT_POSTS = """
SELECT o.post_id, a.name AS author, o.url, o.published
FROM earlier.posts AS o JOIN earlier.authors AS a ON a.author_id = o.author_id
    LEFT JOIN main.posts AS n ON n.post_id = o.post_id
WHERE o.topic_key = :old_key AND n.post_id IS NULL ORDER BY o.post_id
"""
_GAPS_OPENED = """
SELECT code, place, detail, missing FROM main.gaps AS g WHERE topic_key = :key AND NOT EXISTS (
    SELECT 1 FROM earlier.gaps AS o WHERE o.topic_key = :old_key AND o.code = g.code AND o.place = g.place
) ORDER BY gap_id
"""
_GAPS_CLOSED = """
SELECT code, place, detail, missing FROM earlier.gaps AS o WHERE topic_key = :old_key AND NOT EXISTS (
    SELECT 1 FROM main.gaps AS g WHERE g.topic_key = :key AND o.code = g.code AND o.place = g.place
) ORDER BY gap_id
"""


def _people(schema: str) -> str:
    """Everybody who has an account, as the page shows them that came last."""
    return f"""
    SELECT coalesce('#' || user_id, authors.url) AS person, authors.url, user_id, name, coalesce(role_key, role) AS role, is_deleted,
        max(last_seen) AS shown
    FROM {schema}.posts JOIN {schema}.authors USING (author_id)
    WHERE user_id IS NOT NULL OR slug IS NOT NULL GROUP BY person"""  # noqa: S608  # nothing in it comes from outside


_PEOPLE = f"""
WITH o AS MATERIALIZED ({_people("earlier")}), n AS MATERIALIZED ({_people("main")}),
both AS MATERIALIZED (
    SELECT o.url AS author_url, o.user_id, o.name, n.name AS new_name, o.role, n.role AS new_role
    FROM o JOIN n USING (person) WHERE NOT coalesce(o.is_deleted, 0) AND NOT coalesce(n.is_deleted, 0)
)
SELECT author_url, user_id, name, 'name' AS field, name AS old, new_name AS new FROM both WHERE name <> new_name
UNION ALL
SELECT author_url, user_id, name, 'role', role, new_role FROM both WHERE role <> new_role
UNION ALL
SELECT DISTINCT o.url, o.user_id, o.name, 'is_deleted', '0', '1'
FROM o JOIN earlier.authors AS oa ON person = coalesce('#' || oa.user_id, oa.url)
    JOIN earlier.posts AS op ON op.author_id = oa.author_id JOIN main.posts AS np ON np.post_id = op.post_id
    JOIN main.authors AS na ON na.author_id = np.author_id
WHERE na.is_deleted = 1 AND NOT coalesce(o.is_deleted, 0)
ORDER BY 3, 1, 2, 4
"""  # noqa: S608  # nothing in it comes from outside


def _list_gaps(schema: str, other: str) -> str:
    return f"""
    SELECT l.url, l.title, '{schema}' = 'earlier' AS is_closed, g.code, g.place, g.detail, g.missing
    FROM {schema}.list_gaps AS g JOIN {schema}.lists AS l USING (list_key) WHERE NOT EXISTS (
        SELECT 1 FROM {other}.list_gaps AS og JOIN {other}.lists AS ol USING (list_key)
        WHERE ol.url = l.url AND og.code = g.code AND og.place = g.place
    )"""  # noqa: S608  # nothing in it comes from outside


ARCHIVES = Question(
    topics=f"WITH RECURSIVE {_forums('main', 'new_forums')}, {_forums('earlier', 'old_forums')} {_TOPICS}",
    posts=_POSTS,
    absent_topics=_ABSENT_TOPICS,
    absent_posts=_ABSENT_POSTS,
    gaps_opened=_GAPS_OPENED,
    gaps_closed=_GAPS_CLOSED,
    people=_PEOPLE,
    list_gaps=f"{_list_gaps('main', 'earlier')} UNION ALL {_list_gaps('earlier', 'main')} ORDER BY 1, 3, 4, 5",
)
