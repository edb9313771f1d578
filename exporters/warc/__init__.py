"""WARC records, files and indexes out of stored pages."""
