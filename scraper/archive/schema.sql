-- The archive of one site, version 5. Readable by any SQLite tool; written by threadkeep only.
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

CREATE TABLE site_moves (
    move_id INTEGER PRIMARY KEY,
    old_base TEXT NOT NULL,             -- scheme, host and folder, without a slash at the end
    new_base TEXT NOT NULL,
    seen_at TEXT NOT NULL
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
    gone_posts INTEGER NOT NULL DEFAULT 0,
    report TEXT                         -- JSON: what the run reported when it ended
) STRICT;

CREATE TABLE requests (
    request_id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs,
    asked_at TEXT NOT NULL,
    url TEXT NOT NULL,
    reason TEXT NOT NULL,
    status INTEGER,                     -- null: no answer came
    body_bytes INTEGER NOT NULL         -- decompressed
) STRICT;
CREATE INDEX requests_by_run ON requests (run_id);

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
    kind TEXT NOT NULL CHECK (kind IN ('topic', 'reply', 'list', 'other', 'robots', 'site-info', 'feed', 'sitemap', 'dump')),
    url TEXT NOT NULL,
    final_url TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,              -- JSON: [[name, value], …]
    redirects TEXT NOT NULL,            -- JSON: [address, …]
    fetched_at TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES contents (sha256),
    viewer TEXT NOT NULL DEFAULT 'guest' CHECK (viewer IN ('guest', 'member', 'moderator')) -- as whom it was read
) STRICT;
CREATE INDEX pages_by_kind ON pages (kind, url, page_id);
CREATE INDEX pages_of_members ON pages (page_id) WHERE viewer <> 'guest';

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
    crawled_at TEXT,                    -- when every page had been read or given up; null: a crawl is under way
    vanished_at TEXT,                   -- when it was found to be no longer there; null: it is there
    vanished_reason TEXT
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
    erased INTEGER NOT NULL,            -- posts that it counts and that were erased from the archive
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
CREATE INDEX posts_without_utc ON posts (post_id) WHERE published IS NULL;
CREATE INDEX posts_in_feeds ON posts (post_id) WHERE feed_published IS NOT NULL;

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

CREATE TABLE post_moves (
    post_id INTEGER NOT NULL REFERENCES posts,
    from_topic_key INTEGER NOT NULL REFERENCES topics,
    to_topic_key INTEGER NOT NULL REFERENCES topics,
    seen_at TEXT NOT NULL,
    page_id INTEGER NOT NULL REFERENCES pages
) STRICT;
CREATE INDEX post_moves_by_post ON post_moves (post_id);

CREATE TABLE post_absences (            -- a post that was gone and came back; posts.gone_at holds what is so now
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
    author_url TEXT,                    -- who, by the profile's address …
    user_id INTEGER,                    -- … or by the account's number
    field TEXT NOT NULL CHECK (field IN ('name', 'role', 'is_deleted')),
    old_value TEXT,
    new_value TEXT,
    seen_at TEXT NOT NULL
) STRICT;
CREATE INDEX author_changes_by_author ON author_changes (author_url, user_id, field);

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

CREATE TABLE settled_times (            -- how the times of all posts were settled, so that new ones can be alike; none: settle all anew
    settled_id INTEGER PRIMARY KEY CHECK (settled_id = 1),
    lesson TEXT NOT NULL                -- JSON: the zone or zones, and for each language a date that taught all the others did
) STRICT;

CREATE TABLE unsettled_posts (          -- posts that show another time since
    post_id INTEGER PRIMARY KEY REFERENCES posts
) STRICT;

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

CREATE TABLE closed_gaps (              -- what was missing once and no longer is
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
    url TEXT NOT NULL UNIQUE,           -- of its first page, in normal form
    kind TEXT NOT NULL,                 -- index, forum, topics, tag, view, started, …
    title TEXT NOT NULL,
    forum_id INTEGER,                   -- the site's number of the forum that it is of
    parent_key INTEGER REFERENCES lists, -- the list that named it; null: the user did
    is_scope INTEGER NOT NULL CHECK (is_scope IN (0, 1)), -- the user asked for it
    is_due INTEGER NOT NULL CHECK (is_due IN (0, 1)), -- to be read, or not read to its end yet
    row_state TEXT,                     -- JSON: what the row of the list above says of it, when it was last read whole
    row_seen TEXT,                      -- JSON: the same as last seen
    crawl_run INTEGER REFERENCES runs,  -- the run in which its newest reading began
    crawled_at TEXT,                    -- when it had last been read to its end
    stated_topics INTEGER,              -- how many topics it claims
    feed_url TEXT,
    error TEXT,
    exit_code INTEGER
) STRICT;

CREATE TABLE list_pages (
    list_key INTEGER NOT NULL REFERENCES lists,
    number INTEGER NOT NULL,
    url TEXT NOT NULL,
    page_id INTEGER REFERENCES pages,   -- its newest copy; null: it was not read yet
    is_pending INTEGER NOT NULL CHECK (is_pending IN (0, 1)),
    last_number INTEGER NOT NULL,
    stated_topics INTEGER,
    error TEXT,
    exit_code INTEGER,
    PRIMARY KEY (list_key, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE listings (
    listing_key INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,           -- the topic's address as lists have it, in normal form
    topic_id INTEGER,
    title TEXT,
    state TEXT,                         -- JSON: what its row says: count, last post, status, sticky
    sources TEXT NOT NULL,              -- JSON: [list, sitemap, feed, breadcrumb, …]
    modified TEXT,                      -- what a sitemap says, in UTC
    reason TEXT,                        -- why it is to be read; null: it is not
    topic_key INTEGER REFERENCES topics, -- the topic, once it was read
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
    number INTEGER NOT NULL,            -- the page of the list that showed it last
    page_id INTEGER NOT NULL REFERENCES pages,
    is_elsewhere INTEGER NOT NULL CHECK (is_elsewhere IN (0, 1)), -- on top of all lists, and another forum's
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
    sha256 TEXT PRIMARY KEY,            -- of the file as it came
    media_type TEXT NOT NULL,           -- by its bytes, whatever its name and the site say
    size INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE media_addresses (
    address_key INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,           -- in normal form
    host TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('image', 'avatar', 'attachment')),
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'kept', 'dead', 'failed', 'refused', 'unfit')),
    sha256 TEXT REFERENCES media,       -- the file; null: there is none
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,                         -- why there is none
    size_limit INTEGER,                 -- it is larger than this; null: that is not why
    found_at TEXT NOT NULL,
    fetched_at TEXT                     -- when it was last asked for
) STRICT;
CREATE INDEX media_addresses_to_ask ON media_addresses (host, address_key) WHERE status <> 'kept';
CREATE INDEX media_addresses_by_file ON media_addresses (sha256);

CREATE TABLE media_links (
    post_id INTEGER NOT NULL REFERENCES posts,
    address_key INTEGER NOT NULL REFERENCES media_addresses, -- what one of its bodies shows or links, or its list of files
    PRIMARY KEY (post_id, address_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_links_by_address ON media_links (address_key);

CREATE TABLE media_bodies (             -- bodies that were looked through for what they show
    post_id INTEGER NOT NULL REFERENCES posts,
    revision INTEGER NOT NULL,
    PRIMARY KEY (post_id, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE media_pages (              -- pages that were looked through for what posts show beside their bodies
    page_id INTEGER PRIMARY KEY REFERENCES pages,
    has_avatars INTEGER NOT NULL CHECK (has_avatars IN (0, 1)) -- for avatars as well
) STRICT;

CREATE TABLE erasures (                 -- that something was erased for good; not what
    erasure_id INTEGER PRIMARY KEY,
    erased_at TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('author', 'post')),
    posts INTEGER NOT NULL,
    topics INTEGER NOT NULL,            -- of which nothing was left
    pages INTEGER NOT NULL,             -- stored pages that were changed or removed
    files INTEGER NOT NULL,
    has_mentions INTEGER NOT NULL CHECK (has_mentions IN (0, 1)), -- names were also cut out of what others wrote
    is_wiped INTEGER NOT NULL CHECK (is_wiped IN (0, 1)) -- nothing of it is left in the unused space of the file
) STRICT;

CREATE TABLE erasure_secret (
    secret_id INTEGER PRIMARY KEY CHECK (secret_id = 1),
    secret BLOB NOT NULL                -- random; without it nothing can be looked up in `erased_keys`
) STRICT;

CREATE TABLE erased_keys (              -- who and what is kept out from now on, as keyed digests
    digest BLOB PRIMARY KEY,            -- HMAC-SHA-256, the first half
    words INTEGER NOT NULL              -- of how many words a name or a sentence is; 0: it is none
) STRICT, WITHOUT ROWID;

CREATE TABLE erased_pages (             -- stored pages that are no longer as they came
    page_id INTEGER PRIMARY KEY REFERENCES pages,
    erased_at TEXT NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('cut', 'record')) -- cut out of its bytes, or kept as what was read of it
) STRICT;
