"""Turn what came from a forum into records: bytes and a URL in, records out; no network, no files, no clock."""
