-- Format 5: what new posts show of their times is held against what all others taught, instead of everything anew; where the
-- site was before is remembered.

CREATE TABLE settled_times (
    settled_id INTEGER PRIMARY KEY CHECK (settled_id = 1),
    lesson TEXT NOT NULL
) STRICT;

CREATE TABLE unsettled_posts (
    post_id INTEGER PRIMARY KEY REFERENCES posts
) STRICT;

CREATE INDEX posts_without_utc ON posts (post_id) WHERE published IS NULL;
CREATE INDEX posts_in_feeds ON posts (post_id) WHERE feed_published IS NOT NULL;

CREATE TABLE site_moves (
    move_id INTEGER PRIMARY KEY,
    old_base TEXT NOT NULL,
    new_base TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT;
