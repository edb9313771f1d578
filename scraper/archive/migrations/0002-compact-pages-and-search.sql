-- Format 2: a page is compressed against an earlier one of its kind, revisions have rowids, posts can be searched for,
-- and pages say how many posts they count that guests do not see.

CREATE TABLE contents_2 (
    sha256 TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    base TEXT REFERENCES contents_2 (sha256),
    zstd BLOB NOT NULL
) STRICT;
INSERT INTO contents_2 (rowid, sha256, size, zstd)
SELECT contents.rowid, sha256, size, CASE WHEN data IS NULL THEN zstd ELSE without_dictionary(zstd, size, data) END
FROM contents LEFT JOIN dictionaries USING (dictionary_id) ORDER BY contents.rowid;
DROP TABLE contents;
DROP TABLE dictionaries;
ALTER TABLE contents_2 RENAME TO contents;
CREATE INDEX contents_by_themselves ON contents (size) WHERE base IS NULL;

CREATE TABLE revisions_2 (
    post_id INTEGER NOT NULL REFERENCES posts,
    revision INTEGER NOT NULL,
    body_html TEXT NOT NULL,
    body_text TEXT NOT NULL,
    is_cut INTEGER NOT NULL CHECK (is_cut IN (0, 1)),
    pieces TEXT,
    seen_at TEXT NOT NULL,
    page_id INTEGER NOT NULL REFERENCES pages,
    PRIMARY KEY (post_id, revision)
) STRICT;
INSERT INTO revisions_2 SELECT * FROM revisions ORDER BY post_id, revision;
DROP TABLE revisions;
ALTER TABLE revisions_2 RENAME TO revisions;

CREATE TABLE search_entries (
    entry_id INTEGER PRIMARY KEY AUTOINCREMENT,
    post_id INTEGER NOT NULL UNIQUE REFERENCES posts
) STRICT;
CREATE VIRTUAL TABLE search_index USING fts5 (
    title, body, content = '', tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
);
INSERT INTO search_entries (post_id) SELECT post_id FROM posts ORDER BY post_id;
INSERT INTO search_index (rowid, title, body)
SELECT entry_id, CASE kind WHEN 'topic' THEN searchable(title) ELSE '' END, searchable(body_text)
FROM search_entries JOIN posts USING (post_id) JOIN revisions USING (post_id, revision) JOIN topics USING (topic_key);

CREATE TABLE topic_pages_2 (
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
    steady_since INTEGER NOT NULL REFERENCES pages,
    steady_total INTEGER,
    moved_from INTEGER REFERENCES pages,
    problems TEXT NOT NULL,
    PRIMARY KEY (topic_key, number, part)
) STRICT, WITHOUT ROWID;
INSERT INTO topic_pages_2
SELECT topic_key, number, part, page_id, url, last_number, last_part, post_ids, claim_text, claim_unit, claim_count,
claim_first, claim_last, claim_total, has_lead, is_threaded, NULL, steady_since, steady_total, moved_from,
problems
FROM topic_pages;
DROP TABLE topic_pages;
ALTER TABLE topic_pages_2 RENAME TO topic_pages;
CREATE INDEX topic_pages_by_url ON topic_pages (url);
