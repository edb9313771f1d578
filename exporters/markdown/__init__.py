"""Turn a post's HTML into Markdown that shows the same text; no records, no files, no network."""
