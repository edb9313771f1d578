"""Erase people and posts for good, and know them again without saying who they are: tables alone, no page is read here."""
