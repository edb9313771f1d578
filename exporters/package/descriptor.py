"""Describe tables for programs: Frictionless `datapackage.json`, Croissant JSON-LD, and a citation file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporters.record import json_of
from exporters.tables.meaning import MEANINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.package.about import About
    from exporters.package.licence import Licence
    from exporters.package.measured import TableFacts

_TYPES = {
    "integer": ("integer", "sc:Integer"),
    "boolean": ("boolean", "sc:Boolean"),
    "text": ("string", "sc:Text"),
    "utc": ("datetime", "sc:DateTime"),
    "local": ("datetime", "sc:DateTime"),
    "texts": ("array", "sc:Text"),
    "edits": ("array", "sc:Text"),
}
_KEYS = {
    "posts": ["post_id"],
    "topics": ["topic_id"],
    "forums": ["forum_key"],
    "authors": ["author_key"],
    "revisions": ["post_id", "revision"],
}
_JOINS = {
    "posts": (("topic_id", "topics"), ("author_key", "authors")),
    "topics": (("forum_key", "forums"),),
    "revisions": (("post_id", "posts"),),
    "edges": (("post_id", "posts"),),
}
# The vocabulary of Croissant 1.0, as its specification has every description begin.
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def data_package(tables: tuple[TableFacts, ...], about: About) -> dict[str, object]:
    """The descriptor of a Frictionless data package."""
    head: dict[str, object] = {
        "profile": "tabular-data-package",
        "name": about.name,
        "title": about.title,
        "description": about.description,
    }
    if about.origin is not None and about.origin.last_fetched:
        head["created"] = about.origin.last_fetched
    if about.home:
        head["homepage"] = about.home
        head["sources"] = [{"title": about.host, "path": about.home}]
    if about.selection:
        head["selection"] = about.selection
    head.update(about.pseudonyms)
    if about.licence is not None:
        head["licenses"] = [_licence(about.licence)]
    return {**head, "resources": [_resource(one, tables) for one in tables]}


def _licence(licence: Licence) -> dict[str, object]:
    """A licence as Frictionless has it: by a name, which has no blanks, or by where it can be read."""
    told: dict[str, object] = {"title": licence.text}
    if licence.url is not None:
        told["path"] = licence.url
    if licence.spdx is not None or licence.url is None:
        told["name"] = licence.spdx or "as-stated"
    return told


def _resource(table: TableFacts, tables: tuple[TableFacts, ...]) -> dict[str, object]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": table.size,
        "hash": f"sha256:{table.sha256}",
        "schema": _schema(table, {one.name: one for one in tables}),
    }


def _schema(table: TableFacts, tables: dict[str, TableFacts]) -> dict[str, object]:
    meanings = MEANINGS[table.name]
    schema: dict[str, object] = {
        "fields": [
            {"name": name, "type": _TYPES[kind][0], "description": meanings[name].text}
            for name, kind in table.columns.items()
        ],
        "missingValues": [""],
    }
    if _has_key(table):
        schema["primaryKey"] = _KEYS[table.name]
    joins = [
        {"fields": column, "reference": {"resource": other, "fields": column}}
        for column, other in _JOINS.get(table.name, ())
        if _has_key(tables[other])
    ]
    return {**schema, "foreignKeys": joins} if joins else schema


def _has_key(table: TableFacts) -> bool:
    """Whether the columns that tell rows apart are never null, as the number of a topic in a text dump is."""
    return table.name in _KEYS and not any(table.missing[name] for name in _KEYS[table.name])


def croissant(tables: tuple[TableFacts, ...], about: About) -> dict[str, object]:
    """The description in Croissant 1.0, for machine learning."""
    head: dict[str, object] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": about.name,
        "description": about.description,
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "version": "1.0.0",
        "citeAs": about.citation,
    }
    if about.home:
        head["url"] = about.home
    if about.day:
        head["datePublished"] = about.day
    if about.licence is not None:
        head["license"] = about.licence.url or about.licence.text
    files = [_file(table) for table in tables]
    return {**head, "distribution": files, "recordSet": [_record_set(one) for one in tables]}


def _file(table: TableFacts) -> dict[str, object]:
    return {
        "@type": "cr:FileObject",
        "@id": f"{table.name}.csv",
        "name": f"{table.name}.csv",
        "contentUrl": f"{table.name}.csv",
        "contentSize": f"{table.size} B",
        "encodingFormat": "text/csv",
        "sha256": table.sha256,
    }


def _record_set(table: TableFacts) -> dict[str, object]:
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"{table.name}/{name}",
            "name": name,
            "description": MEANINGS[table.name][name].text,
            "dataType": _TYPES[kind][1],
            "source": {
                "fileObject": {"@id": f"{table.name}.csv"},
                "extract": {"column": name},
            },
        }
        for name, kind in table.columns.items()
    ]
    return {"@type": "cr:RecordSet", "@id": table.name, "name": table.name, "field": fields}


def citation(about: About) -> str:
    """A citation file, version 1.2.0 of its format; JSON text is YAML, too."""
    return "".join(f"{line}\n" for line in _citation_lines(about))


def _citation_lines(about: About) -> Iterator[str]:
    yield "cff-version: 1.2.0"
    yield 'message: "If you use these data, please cite them, and the forum that they are from."'
    yield "type: dataset"
    yield f"title: {json_of(about.title).decode()}"
    yield "authors:"
    yield f"  - name: {json_of(f'Members of {about.host}').decode()}"
    if about.home:
        yield f"url: {json_of(about.home).decode()}"
    if about.day:
        yield f'version: "{about.day}"'
        yield f"date-released: {about.day}"
    yield from _cited_licence(about.licence)


def _cited_licence(licence: Licence | None) -> Iterator[str]:
    """A licence as a citation file has it: one that SPDX lists, or an address; anything else is told in words."""
    if licence is None:
        return
    if licence.spdx is not None:
        yield f"license: {licence.spdx}"
    elif licence.url is not None:
        yield f"license-url: {json_of(licence.url).decode()}"
    else:
        yield f"abstract: {json_of(f'Licence, as stated: {licence.text}').decode()}"
