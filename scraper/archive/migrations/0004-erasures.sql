-- Format 4: people and posts can be erased for good, and are kept out from then on.

CREATE TABLE topic_pages_4 (
    topic_key INTEGER NOT NULL REFERENCES topics,
    number INTEGER NOT NULL,
    part INTEGER NOT NULL,
    page_id INTEGER NOT NULL REFERENCES pages,
    url TEXT NOT NULL,
    last_number INTEGER NOT NULL,
    last_part INTEGER NOT NULL,
    post_ids TEXT NOT NULL,
    claim_text TEXT,
    claim_unit TEXT,
    claim_count INTEGER,
    claim_first INTEGER,
    claim_last INTEGER,
    claim_total INTEGER,
    has_lead INTEGER NOT NULL CHECK (has_lead IN (0, 1)),
    is_threaded INTEGER NOT NULL CHECK (is_threaded IN (0, 1)),
    hidden INTEGER,
    erased INTEGER NOT NULL,
    steady_since INTEGER NOT NULL REFERENCES pages,
    steady_total INTEGER,
    moved_from INTEGER REFERENCES pages,
    problems TEXT NOT NULL,
    PRIMARY KEY (topic_key, number, part)
) STRICT, WITHOUT ROWID;
INSERT INTO topic_pages_4
SELECT topic_key, number, part, page_id, url, last_number, last_part, post_ids, claim_text, claim_unit, claim_count,
claim_first, claim_last, claim_total, has_lead, is_threaded, hidden, 0, steady_since, steady_total, moved_from,
problems
FROM topic_pages;
DROP TABLE topic_pages;
ALTER TABLE topic_pages_4 RENAME TO topic_pages;
CREATE INDEX topic_pages_by_url ON topic_pages (url);

CREATE TABLE erasures (
    erasure_id INTEGER PRIMARY KEY,
    erased_at TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('author', 'post')),
    posts INTEGER NOT NULL,
    topics INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    files INTEGER NOT NULL,
    has_mentions INTEGER NOT NULL CHECK (has_mentions IN (0, 1)),
    is_wiped INTEGER NOT NULL CHECK (is_wiped IN (0, 1))
) STRICT;

CREATE TABLE erasure_secret (
    secret_id INTEGER PRIMARY KEY CHECK (secret_id = 1),
    secret BLOB NOT NULL
) STRICT;

CREATE TABLE erased_keys (
    digest BLOB PRIMARY KEY,
    words INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE erased_pages (
    page_id INTEGER PRIMARY KEY REFERENCES pages,
    erased_at TEXT NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('cut', 'record'))
) STRICT;
