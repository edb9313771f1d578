"""WXR, the file that the WordPress importer reads: what its items hold, and how they are spread over files."""
