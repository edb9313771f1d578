"""Talk to a site and keep what it said: fetching, politeness, discovery, the archive; no format is written here."""
