"""Read threads that survive only as plain text: copied pages, dumps of text browsers, web-archive text records."""

from parsers.text_dump.reader import parse_text_dump
from parsers.text_dump.redaction import redact_dump

__all__ = ["parse_text_dump", "redact_dump"]
