"""Bring an archive in line with a site: plan, fetch, parse, save; then say what is missing."""
