"""The archive in a browser: served, or written as a folder of pages; both from the same templates."""
