"""The record format: plain data, its schemas, and its page in the documentation."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from exporters.record import AUTHOR_FIELDS, POST_FIELDS, json_of, plain_post
from parsers.records import Author, Edit, Post
from tests.threads import FOLDER, make_post

ROOT = FOLDER.parent.parent
SCHEMAS = ROOT / "exporters" / "schema"


def is_valid(name: str, value: object) -> bool:
    """Whether a value is what a shipped schema describes; the schema itself is checked, too."""
    schemas = {path.name: json.loads(path.read_bytes()) for path in SCHEMAS.glob("*.schema.json")}
    registry: Registry[Any] = Registry[Any]().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas.values()
    )
    Draft202012Validator.check_schema(schemas[name])
    validator: Any = Draft202012Validator(
        schemas[name], registry=registry, format_checker=FormatChecker()
    )
    return bool(validator.is_valid(value))


class TestSchema:
    def test_every_line_of_jsonl_is_valid(self) -> None:
        for line in (FOLDER / "basic.jsonl").read_bytes().splitlines():
            assert is_valid("post-v1.schema.json", json.loads(line))

    def test_the_json_document_is_valid(self) -> None:
        document = json.loads((FOLDER / "basic.json").read_bytes())
        assert is_valid("document-v1.schema.json", document)

    def test_its_fields_are_the_records_in_their_order(self) -> None:
        schema: dict[str, Any] = json.loads((SCHEMAS / "post-v1.schema.json").read_bytes())
        described = [
            (schema, Post),
            (schema["$defs"]["author"], Author),
            (schema["$defs"]["edit"], Edit),
        ]
        for part, record in described:
            names = [field.name for field in fields(record)]
            assert part["required"] == names
            assert list(part["properties"]) == names
            assert part["additionalProperties"] is False

    @pytest.mark.parametrize(
        "changes",
        [
            {"published": "2021-03-01T09:00:00"},
            {"published": "2021-03-01T09:00:00+01:00"},
            {"published": "2021-13-01T09:00:00Z"},
            {"published": "2021-03-01T24:00:00Z"},
            {"published_local": "2021-03-01T09:00:00Z"},
            {"published_local": "March 1"},
            {"published_source": "guess"},
            {"topic_status": "locked"},
            {"kind": "page"},
            {"position": 0},
            {"post_id": None},
            {"revision": 0},
            {"source_sha256": "ABC"},
            {"source_sha256": None},
            {"forum": None},
            {"body_html": None},
            {"extra": 1},
            {"author": {"name": "Anna"}},
        ],
        ids=str,
    )
    def test_what_no_record_may_be_is_refused(self, changes: dict[str, Any]) -> None:
        post = json.loads(json_of({**plain_post(make_post()), **changes}))
        assert not is_valid("post-v1.schema.json", post)

    def test_a_field_less_is_refused(self) -> None:
        for name in POST_FIELDS:
            post = json.loads(json_of(make_post()))
            del post[name]
            assert not is_valid("post-v1.schema.json", post)


class TestText:
    def test_halves_of_characters_are_replaced(self) -> None:
        assert json.loads(json_of("a\ud800b\U0001f600\u2028")) == "a\ufffdb\U0001f600\u2028"

    def test_halves_of_characters_are_replaced_wherever_they_are(self) -> None:
        author = Author(name="\ud800", is_guest=True)
        post = make_post(author=author, forum=("\udc00",), edits=(Edit(text="\ud800"),))
        read = json.loads(json_of(post))
        assert [read["author"]["name"], read["forum"], read["edits"][0]["text"]] == [
            *("\ufffd", ["\ufffd"], "\ufffd")
        ]

    def test_two_halves_are_one_character(self) -> None:
        assert json_of(("\ud83d\ude00",)) == '["😀"]'.encode()


def test_a_post_is_plain_in_the_order_of_the_record_format() -> None:
    plain = plain_post(make_post(edits=(Edit(text="x"),)))
    assert tuple(plain) == POST_FIELDS
    assert tuple(plain["author"]) == AUTHOR_FIELDS
    assert plain["edits"] == ({"text": "x", "editor": None, "reason": None},)


def test_every_field_is_documented_in_its_order() -> None:
    page = (ROOT / "docs" / "record-format.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    names = [name.strip(" `") for row in rows for name in row.split(",")]
    assert [name for name in names if name in POST_FIELDS and name != "url"] == [
        name for name in POST_FIELDS if name != "url"
    ]
    assert [name for name in names if name in AUTHOR_FIELDS and name != "url"] == [
        name for name in AUTHOR_FIELDS if name != "url"
    ]
