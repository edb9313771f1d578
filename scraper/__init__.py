"""Talk to a site and keep what it said: fetching, politeness, discovery, the archive; no format is written here."""

import logging

# Who uses threadkeep as a library decides where its log goes; see docs/library.md.
logging.getLogger(__name__).addHandler(logging.NullHandler())
