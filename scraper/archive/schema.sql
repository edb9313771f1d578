-- The archive of one site, version 2. Readable by any SQLite tool; written by threadkeep only.
-- Times are ISO 8601 text, in UTC with Z unless a column says local.

CREATE TABLE site (
    site_id INTEGER PRIMARY KEY CHECK (site_id = 1),
    host TEXT NOT NULL,                 -- host and port, as in addresses; empty for dumps without an address
    home TEXT,
    name TEXT,
    api_url TEXT,                       -- the REST root, as pages advertise it
    timezone TEXT,                      -- IANA name or fixed offset, where stated
    timezone_source TEXT CHECK (timezone_source IN ('zone', 'configured')),
    has_new_times INTEGER NOT NULL DEFAULT 0 CHECK (has_new_times IN (0, 1)) -- posts show times that are not settled yet
) STRICT;

CREATE TABLE runs (
    run_id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    process_id INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,                      -- null: it is running, or was killed
    exit_code INTEGER,
    requests INTEGER NOT NULL DEFAULT 0,
    pages INTEGER NOT NULL DEFAULT 0,
    new_posts INTEGER NOT NULL DEFAULT 0,
    changed_posts INTEGER NOT NULL DEFAULT 0,
    gone_posts INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE contents (
    sha256 TEXT NOT NULL UNIQUE,        -- of the body as it came
    size INTEGER NOT NULL,
    base TEXT REFERENCES contents (sha256), -- the body that it was compressed against; null: none
    zstd BLOB NOT NULL
) STRICT;
CREATE INDEX contents_by_themselves ON contents (size) WHERE base IS NULL;

CREATE TABLE pages (
    page_id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs,
    kind TEXT NOT NULL CHECK (kind IN ('topic', 'reply', 'robots', 'site-info', 'feed', 'dump')),
    url TEXT NOT NULL,
    final_url TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,              -- JSON: [[name, value], …]
    redirects TEXT NOT NULL,            -- JSON: [address, …]
    fetched_at TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES contents (sha256)
) STRICT;
CREATE INDEX pages_by_kind ON pages (kind, url, page_id);

CREATE TABLE forums (
    forum_id INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES forums,
    title TEXT NOT NULL,
    url TEXT
) STRICT;
CREATE UNIQUE INDEX forums_by_place ON forums (coalesce(parent_id, 0), title, coalesce(url, ''));

CREATE TABLE topics (
    topic_key INTEGER PRIMARY KEY,      -- this archive's own number
    topic_id INTEGER UNIQUE,            -- the site's; null where no page shows it
    forum_id INTEGER REFERENCES forums, -- the innermost forum, as far as shown
    title TEXT NOT NULL,
    url TEXT,
    status TEXT CHECK (status IN ('open', 'closed')),
    sticky TEXT NOT NULL CHECK (sticky IN ('no', 'sticky', 'super')),
    tags TEXT NOT NULL,                 -- JSON: [name, …]
    language TEXT,
    feed_urls TEXT NOT NULL,            -- JSON: [address, …]
    engine TEXT NOT NULL,
    stated_replies INTEGER,             -- the description's count, a soft claim
    expected_posts INTEGER,             -- what its pages claimed when last reconciled
    replies_need_login INTEGER NOT NULL CHECK (replies_need_login IN (0, 1)),
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    crawl_run INTEGER REFERENCES runs,  -- the run in which its newest crawl began; a later one may have gone on with it
    crawled_at TEXT                     -- when every page had been read or given up; null: a crawl is under way
) STRICT;

CREATE TABLE addresses (
    url TEXT PRIMARY KEY,               -- an address that led to the topic
    topic_key INTEGER NOT NULL REFERENCES topics
) STRICT, WITHOUT ROWID;

CREATE TABLE topic_pages (
    topic_key INTEGER NOT NULL REFERENCES topics,
    number INTEGER NOT NULL,            -- page of the topic, from 1
    part INTEGER NOT NULL,              -- part of the page, from 1; more than one where a post cuts it
    page_id INTEGER NOT NULL REFERENCES pages,
    url TEXT NOT NULL,
    last_number INTEGER NOT NULL,       -- the highest page number that this page links
    last_part INTEGER NOT NULL,
    post_ids TEXT NOT NULL,             -- JSON: [post_id, …] as listed, a repeated opening post not among them
    claim_text TEXT,
    claim_unit TEXT,
    claim_count INTEGER,
    claim_first INTEGER,
    claim_last INTEGER,
    claim_total INTEGER,
    has_lead INTEGER NOT NULL CHECK (has_lead IN (0, 1)),
    is_threaded INTEGER NOT NULL CHECK (is_threaded IN (0, 1)),
    hidden INTEGER,                     -- posts that it counts and guests do not see; null: it counts what guests see
    steady_since INTEGER NOT NULL REFERENCES pages, -- the first copy since which it has listed these posts
    steady_total INTEGER,               -- the total that that copy claims
    moved_from INTEGER REFERENCES pages, -- the copy before that one, which listed others
    problems TEXT NOT NULL,             -- JSON: [text, …]
    PRIMARY KEY (topic_key, number, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX topic_pages_by_url ON topic_pages (url);

CREATE TABLE authors (
    author_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT,
    slug TEXT,
    user_id INTEGER,
    avatar_url TEXT,
    is_guest INTEGER NOT NULL CHECK (is_guest IN (0, 1)),
    is_deleted INTEGER CHECK (is_deleted IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX authors_by_all ON authors (
    name, coalesce(url, ''), coalesce(user_id, 0), is_guest, coalesce(is_deleted, -1)
);

CREATE TABLE posts (
    post_id INTEGER PRIMARY KEY,        -- the site's
    topic_key INTEGER NOT NULL REFERENCES topics,
    kind TEXT NOT NULL CHECK (kind IN ('topic', 'reply')),
    author_id INTEGER NOT NULL REFERENCES authors,
    url TEXT,
    role TEXT,
    role_key TEXT,
    published_text TEXT,
    published_attribute TEXT,
    published_local TEXT,               -- local, without an offset
    published TEXT,
    published_source TEXT NOT NULL DEFAULT 'none'
        CHECK (published_source IN ('feed', 'zone', 'configured', 'attribute', 'relative', 'none')),
    published_earliest TEXT,
    published_latest TEXT,
    feed_published TEXT,                -- what a feed says, to the second
    reply_to INTEGER,
    depth INTEGER,
    edits TEXT NOT NULL,                -- JSON: the revision log as last shown
    problems TEXT NOT NULL,             -- JSON: [text, …]
    page_id INTEGER NOT NULL REFERENCES pages,
    number INTEGER NOT NULL,            -- where it was last seen: page of the topic …
    part INTEGER NOT NULL,              -- … part of the page …
    ordinal INTEGER NOT NULL,           -- … place on it, from 1
    revision INTEGER NOT NULL,          -- the newest in `revisions`
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    gone_at TEXT,
    gone_reason TEXT
) STRICT;
CREATE INDEX posts_by_topic ON posts (topic_key, number, part, ordinal);
CREATE INDEX posts_by_page ON posts (page_id);

CREATE TABLE revisions (
    post_id INTEGER NOT NULL REFERENCES posts,
    revision INTEGER NOT NULL,          -- 1 for the first body seen
    body_html TEXT NOT NULL,
    body_text TEXT NOT NULL,
    is_cut INTEGER NOT NULL CHECK (is_cut IN (0, 1)), -- the rest is on a part not read yet
    pieces TEXT,                        -- JSON: [characters, …] on each part of the page that shows it; null: it is on one
    seen_at TEXT NOT NULL,
    page_id INTEGER NOT NULL REFERENCES pages,
    PRIMARY KEY (post_id, revision)
) STRICT;

CREATE TABLE search_entries (
    entry_id INTEGER PRIMARY KEY AUTOINCREMENT, -- row of `search_index`; never used again for another text
    post_id INTEGER NOT NULL UNIQUE REFERENCES posts
) STRICT;

-- The newest body of each post, and its topic's title with the opening post. Only the index is kept, no text; rows that
-- `search_entries` no longer names are of texts that have changed. Letters are folded before they come here.
CREATE VIRTUAL TABLE search_index USING fts5 (
    title, body, content = '', tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
);

CREATE TABLE frontier (
    url TEXT PRIMARY KEY,               -- an address still to be asked for, or that failed
    topic_key INTEGER NOT NULL REFERENCES topics,
    number INTEGER NOT NULL,
    part INTEGER NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    exit_code INTEGER,
    added_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX frontier_by_topic ON frontier (topic_key, state, number, part);

CREATE TABLE questions (
    url TEXT PRIMARY KEY,               -- a feed or a REST root that was asked for the times of posts
    asked_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE gaps (
    gap_id INTEGER PRIMARY KEY,
    topic_key INTEGER NOT NULL REFERENCES topics,
    code TEXT NOT NULL,
    place TEXT NOT NULL,                -- which page or post; with the code it says which gap this is
    detail TEXT NOT NULL,
    missing INTEGER,                    -- posts, where known
    first_seen TEXT NOT NULL,
    accepted_at TEXT,                   -- known and accepted: no longer counts against completeness
    UNIQUE (topic_key, code, place)
) STRICT;
