"""Everything that brings a `Page` in: the live web, stored pages, a folder of saved ones; it parses and stores nothing."""
