"""Harvest posts out of web archives: read, sift, parse, put together by host, and write tables."""
