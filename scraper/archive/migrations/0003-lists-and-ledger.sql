-- Format 3: lists of topics and what they say, the ledger of requests, moves of posts and changes of people and topics.

CREATE TABLE runs_3 (
    run_id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    process_id INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    exit_code INTEGER,
    requests INTEGER NOT NULL DEFAULT 0,
    pages INTEGER NOT NULL DEFAULT 0,
    new_posts INTEGER NOT NULL DEFAULT 0,
    changed_posts INTEGER NOT NULL DEFAULT 0,
    gone_posts INTEGER NOT NULL DEFAULT 0,
    report TEXT
) STRICT;
INSERT INTO runs_3 (run_id, command, process_id, started_at, ended_at, exit_code, requests, pages, new_posts, changed_posts, gone_posts)
SELECT run_id, command, process_id, started_at, ended_at, exit_code, requests, pages, new_posts, changed_posts, gone_posts FROM runs;
DROP TABLE runs;
ALTER TABLE runs_3 RENAME TO runs;

CREATE TABLE pages_3 (
    page_id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs,
    kind TEXT NOT NULL CHECK (kind IN ('topic', 'reply', 'list', 'other', 'robots', 'site-info', 'feed', 'sitemap', 'dump')),
    url TEXT NOT NULL,
    final_url TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    redirects TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES contents (sha256),
    viewer TEXT NOT NULL DEFAULT 'guest' CHECK (viewer IN ('guest', 'member', 'moderator'))
) STRICT;
INSERT INTO pages_3 (page_id, run_id, kind, url, final_url, status, headers, redirects, fetched_at, sha256)
SELECT page_id, run_id, kind, url, final_url, status, headers, redirects, fetched_at, sha256 FROM pages;
DROP TABLE pages;
ALTER TABLE pages_3 RENAME TO pages;
CREATE INDEX pages_by_kind ON pages (kind, url, page_id);
CREATE INDEX pages_of_members ON pages (page_id) WHERE viewer <> 'guest';

CREATE TABLE topics_3 (
    topic_key INTEGER PRIMARY KEY,
    topic_id INTEGER UNIQUE,
    forum_id INTEGER REFERENCES forums,
    title TEXT NOT NULL,
    url TEXT,
    status TEXT CHECK (status IN ('open', 'closed')),
    sticky TEXT NOT NULL CHECK (sticky IN ('no', 'sticky', 'super')),
    tags TEXT NOT NULL,
    language TEXT,
    feed_urls TEXT NOT NULL,
    engine TEXT NOT NULL,
    stated_replies INTEGER,
    expected_posts INTEGER,
    replies_need_login INTEGER NOT NULL CHECK (replies_need_login IN (0, 1)),
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    crawl_run INTEGER REFERENCES runs,
    crawled_at TEXT,
    vanished_at TEXT,
    vanished_reason TEXT
) STRICT;
INSERT INTO topics_3 (topic_key, topic_id, forum_id, title, url, status, sticky, tags, language, feed_urls, engine, stated_replies, expected_posts, replies_need_login, first_seen, last_seen, crawl_run, crawled_at)
SELECT topic_key, topic_id, forum_id, title, url, status, sticky, tags, language, feed_urls, engine, stated_replies, expected_posts, replies_need_login, first_seen, last_seen, crawl_run, crawled_at FROM topics;
DROP TABLE topics;
ALTER TABLE topics_3 RENAME TO topics;

CREATE TABLE requests (
    request_id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs,
    asked_at TEXT NOT NULL,
    url TEXT NOT NULL,
    reason TEXT NOT NULL,
    status INTEGER,
    body_bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX requests_by_run ON requests (run_id);

CREATE TABLE post_moves (
    post_id INTEGER NOT NULL REFERENCES posts,
    from_topic_key INTEGER NOT NULL REFERENCES topics,
    to_topic_key INTEGER NOT NULL REFERENCES topics,
    seen_at TEXT NOT NULL,
    page_id INTEGER NOT NULL REFERENCES pages
) STRICT;
CREATE INDEX post_moves_by_post ON post_moves (post_id);

CREATE TABLE post_absences (
    post_id INTEGER NOT NULL REFERENCES posts,
    gone_at TEXT NOT NULL,
    gone_reason TEXT,
    returned_at TEXT NOT NULL,
    PRIMARY KEY (post_id, gone_at)
) STRICT;

CREATE TABLE topic_changes (
    change_id INTEGER PRIMARY KEY,
    topic_key INTEGER NOT NULL REFERENCES topics,
    field TEXT NOT NULL CHECK (field IN ('title', 'status', 'forum', 'sticky', 'gone')),
    old_value TEXT,
    new_value TEXT,
    seen_at TEXT NOT NULL
) STRICT;
CREATE INDEX topic_changes_by_topic ON topic_changes (topic_key);

CREATE TABLE author_changes (
    change_id INTEGER PRIMARY KEY,
    author_url TEXT,
    user_id INTEGER,
    field TEXT NOT NULL CHECK (field IN ('name', 'role', 'is_deleted')),
    old_value TEXT,
    new_value TEXT,
    seen_at TEXT NOT NULL
) STRICT;
CREATE INDEX author_changes_by_author ON author_changes (author_url, user_id, field);

CREATE TABLE closed_gaps (
    topic_key INTEGER NOT NULL REFERENCES topics,
    code TEXT NOT NULL,
    place TEXT NOT NULL,
    detail TEXT NOT NULL,
    missing INTEGER,
    first_seen TEXT NOT NULL,
    closed_at TEXT NOT NULL
) STRICT;

CREATE TABLE lists (
    list_key INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    forum_id INTEGER,
    parent_key INTEGER REFERENCES lists,
    is_scope INTEGER NOT NULL CHECK (is_scope IN (0, 1)),
    is_due INTEGER NOT NULL CHECK (is_due IN (0, 1)),
    row_state TEXT,
    row_seen TEXT,
    crawl_run INTEGER REFERENCES runs,
    crawled_at TEXT,
    stated_topics INTEGER,
    feed_url TEXT,
    error TEXT,
    exit_code INTEGER
) STRICT;

CREATE TABLE list_pages (
    list_key INTEGER NOT NULL REFERENCES lists,
    number INTEGER NOT NULL,
    url TEXT NOT NULL,
    page_id INTEGER REFERENCES pages,
    is_pending INTEGER NOT NULL CHECK (is_pending IN (0, 1)),
    last_number INTEGER NOT NULL,
    stated_topics INTEGER,
    error TEXT,
    exit_code INTEGER,
    PRIMARY KEY (list_key, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE listings (
    listing_key INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    topic_id INTEGER,
    title TEXT,
    state TEXT,
    sources TEXT NOT NULL,
    modified TEXT,
    reason TEXT,
    topic_key INTEGER REFERENCES topics,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    error TEXT,
    exit_code INTEGER
) STRICT;
CREATE INDEX listings_by_topic ON listings (topic_id);
CREATE INDEX listings_to_read ON listings (listing_key) WHERE reason IS NOT NULL;

CREATE TABLE list_entries (
    list_key INTEGER NOT NULL REFERENCES lists,
    listing_key INTEGER NOT NULL REFERENCES listings,
    number INTEGER NOT NULL,
    page_id INTEGER NOT NULL REFERENCES pages,
    is_elsewhere INTEGER NOT NULL CHECK (is_elsewhere IN (0, 1)),
    PRIMARY KEY (list_key, listing_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_entries_by_listing ON list_entries (listing_key);

CREATE TABLE list_gaps (
    gap_id INTEGER PRIMARY KEY,
    list_key INTEGER NOT NULL REFERENCES lists,
    code TEXT NOT NULL,
    place TEXT NOT NULL,
    detail TEXT NOT NULL,
    missing INTEGER,
    first_seen TEXT NOT NULL,
    accepted_at TEXT,
    UNIQUE (list_key, code, place)
) STRICT;

CREATE TABLE media (
    sha256 TEXT PRIMARY KEY,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE media_addresses (
    address_key INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('image', 'avatar', 'attachment')),
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'kept', 'dead', 'failed', 'refused', 'unfit')),
    sha256 TEXT REFERENCES media,
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    size_limit INTEGER,
    found_at TEXT NOT NULL,
    fetched_at TEXT
) STRICT;
CREATE INDEX media_addresses_to_ask ON media_addresses (host, address_key) WHERE status <> 'kept';
CREATE INDEX media_addresses_by_file ON media_addresses (sha256);

CREATE TABLE media_links (
    post_id INTEGER NOT NULL REFERENCES posts,
    address_key INTEGER NOT NULL REFERENCES media_addresses,
    PRIMARY KEY (post_id, address_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_links_by_address ON media_links (address_key);

CREATE TABLE media_bodies (
    post_id INTEGER NOT NULL REFERENCES posts,
    revision INTEGER NOT NULL,
    PRIMARY KEY (post_id, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE media_pages (
    page_id INTEGER PRIMARY KEY REFERENCES pages,
    has_avatars INTEGER NOT NULL CHECK (has_avatars IN (0, 1))
) STRICT;
