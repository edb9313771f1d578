"""Tell what a file is by its bytes, never by its name or by what a site says of it. Pure."""

from __future__ import annotations

import re

SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "image/heic": ".heic",
    "image/bmp": ".bmp",
    "image/x-icon": ".ico",
    "image/tiff": ".tif",
    # A browser that opens one of these may run what is in it.
    "image/svg+xml": ".svg.txt",
    "application/xml": ".xml.txt",
    "text/html": ".html.txt",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "application/zip": ".zip",
    "application/gzip": ".gz",
    "application/x-7z-compressed": ".7z",
    "application/vnd.rar": ".rar",
    "application/x-bzip2": ".bz2",
    "application/x-xz": ".xz",
    "application/zstd": ".zst",
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "application/epub+zip": ".epub",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/flac": ".flac",
    "audio/mp4": ".m4a",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-msvideo": ".avi",
    "text/plain": ".txt",
    "application/octet-stream": ".bin",
}
"""Every type that is told, with the ending that files of it get."""
UNKNOWN = "application/octet-stream"
PICTURES = frozenset(
    (
        *("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"),
        "image/x-icon",
    )
)
"""What browsers show as a picture and cannot run."""
WEB_PAGE = "text/html"

_HEAD = 4096
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
# The brand that an ISO media file names first; all others are films.
_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"M4A ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
_IN_ZIP = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_DECLARED_IN_ZIP = re.compile(rb"mimetype(application/[a-z0-9.+-]+?)PK")
_ICON = re.compile(rb"\0\0[\1\2]\0[\1-\x20]\0", re.DOTALL)
_BITMAP = re.compile(rb"BM.{4}\0{4}", re.DOTALL)
# What browsers take for a page, after blanks and comments (WHATWG MIME Sniffing §7.1), and what WordPress begins with.
_PAGE = re.compile(
    rb"(?:\s|<!--.*?-->|<\?xml[^>]*\?>)*<(?:!doctype\s+html|html|head|body|script|style|title|iframe|table|div|font"
    rb"|meta|link|form|center|h1|br|p|a|b)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
_SVG = re.compile(
    rb"(?:\s|<!--.*?-->|<\?[^>]*\?>|<!doctype[^>]*>)*<(?:\w+:)?svg[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_NOT_IN_TEXT = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")


def media_type_of(data: bytes) -> str:
    """The media type of a file, one of `SUFFIXES`."""
    return _by_magic(data) or _by_text(data) or UNKNOWN


def _by_magic(data: bytes) -> str | None:
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    return _by_container(data) or _by_shape(data)


def _by_container(data: bytes) -> str | None:
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "video/mp4")
    if data.startswith(b"RIFF"):
        return _RIFF.get(data[8:12])
    return _in_zip(data) if data.startswith(b"PK\x03\x04") else None


def _in_zip(data: bytes) -> str:
    declared = _DECLARED_IN_ZIP.search(data[:_HEAD])
    if declared is not None and declared[1].decode() in SUFFIXES:
        return declared[1].decode()
    # The names in an archive stand before each member, and again at its end.
    names = data[:_HEAD] + data[-_HEAD:]
    found = (media_type for folder, media_type in _IN_ZIP if folder in names)
    is_office = b"[Content_Types].xml" in names
    return next(found, "application/zip") if is_office else "application/zip"


def _by_shape(data: bytes) -> str | None:
    if _ICON.match(data):
        return "image/x-icon"
    return "image/bmp" if _BITMAP.match(data) else None


def _by_text(data: bytes) -> str | None:
    head = _without_mark(data[:_HEAD])
    if _SVG.match(head):
        return "image/svg+xml"
    if _PAGE.match(head):
        return WEB_PAGE
    if head.lstrip().startswith(b"<?xml"):
        return "application/xml"
    return None if not head.strip() or _NOT_IN_TEXT.search(head) else "text/plain"


def _without_mark(head: bytes) -> bytes:
    """A text without its byte order mark; one in UTF-16 as far as it is Latin."""
    mark = next((one for one in _BOMS if head.startswith(one)), b"")
    text = head[len(mark) :]
    return text.replace(b"\0", b"") if mark in _BOMS[1:] else text
