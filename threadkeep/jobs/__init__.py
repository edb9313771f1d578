"""Scheduled backups: what JOBS.toml says, how it is run and reported, and the timer that starts it; no command line."""

import logging

# Who uses threadkeep as a library decides where its log goes; see docs/library.md.
logging.getLogger(__name__).addHandler(logging.NullHandler())
