"""ConvoKit: a corpus holds what convokit.cornell.edu documents of its layout, and what the toolkit walks along."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from exporters.exporter import ExportOptions, FolderExporter
from exporters.registry import exporter_named
from parsers.records import Author
from parsers.selection import Selection
from tests.documents import ROOT
from tests.threads import make_post, make_thread
from tests.whole_forum import Site
from threadkeep.exporting import export_archive, plan_export

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

    from parsers.records import Thread

Json = dict[str, Any]

# "utterances.jsonl … with six mandatory fields"
MANDATORY = {"id", "speaker", "conversation_id", "reply_to", "timestamp", "text"}
# "There are five mandatory fields" of index.json
INDEX = {
    "utterances-index",
    "speakers-index",
    "conversations-index",
    "overall-index",
    "version",
}
TYPES = {"str": str, "int": int, "bool": bool, "list": list, "dict": dict}


class Corpus:
    """A corpus read as its documentation says that it is laid out."""

    def __init__(self, folder: Path) -> None:
        lines = (folder / "utterances.jsonl").read_text("utf-8").splitlines()
        self.utterances: list[Json] = [json.loads(line) for line in lines]
        self.speakers: Json = json.loads((folder / "speakers.json").read_text("utf-8"))
        self.conversations: Json = json.loads((folder / "conversations.json").read_text("utf-8"))
        self.meta: Json = json.loads((folder / "corpus.json").read_text("utf-8"))
        self.index: Json = json.loads((folder / "index.json").read_text("utf-8"))

    def check(self) -> None:
        """Hold it against the layout."""
        by_id = {one["id"]: one for one in self.utterances}
        assert len(by_id) == len(self.utterances)
        for one in self.utterances:
            assert set(one) == MANDATORY | {"meta", "vectors"}
            assert all(
                isinstance(one[name], str) for name in ("id", "speaker", "conversation_id", "text")
            )
            assert one["timestamp"] is None or isinstance(one["timestamp"], int)
            assert one["speaker"] in self.speakers
            assert one["conversation_id"] in self.conversations
            if one["id"] == one["conversation_id"]:
                assert one["reply_to"] is None
            else:
                assert by_id[one["reply_to"]]["conversation_id"] == one["conversation_id"]
        assert {one["conversation_id"] for one in self.utterances} == set(self.conversations)
        assert set(self.index) >= INDEX
        self._check_types("utterances-index", [one["meta"] for one in self.utterances])
        self._check_types("speakers-index", [one["meta"] for one in self.speakers.values()])
        self._check_types(
            "conversations-index", [one["meta"] for one in self.conversations.values()]
        )
        self._check_types("overall-index", [self.meta])

    def _check_types(self, name: str, metas: list[Json]) -> None:
        listed = self.index[name]
        for meta in metas:
            assert set(meta) == set(listed)
            for key, value in meta.items():
                (kind,) = listed[key]
                assert value is None or isinstance(value, TYPES[kind.split("'")[1]])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A forum with nested replies, quotes and mentions, archived."""
    with Site.of(tmp_path_factory.mktemp("site"), showcase=True, threaded=True) as site:
        assert site.archive().exit_code == 0
        yield site


def corpus_of(folder: Path, *threads: Thread) -> Corpus:
    exporter = exporter_named("convokit")
    assert isinstance(exporter, FolderExporter)
    exporter.write_files(threads, folder, ExportOptions())
    return Corpus(folder)


def exported(site: Site, folder: Path, **conditions: Any) -> Corpus:  # noqa: ANN401  as Selection has them
    options = ExportOptions(selection=Selection(**conditions))
    export_archive(site.path, plan_export(folder, "convokit", options))
    return Corpus(folder)


def test_a_forum_is_a_corpus(site: Site, tmp_path: Path) -> None:
    corpus = exported(site, tmp_path / "corpus")
    corpus.check()
    records = site.records()
    assert [one["id"] for one in corpus.utterances] == [str(one["post_id"]) for one in records]
    assert [one["text"] for one in corpus.utterances] == [one["body_text"] for one in records]
    assert len(corpus.conversations) == len({one["topic_id"] for one in records})
    assert corpus.meta["utterances"] == len(records)
    assert corpus.meta["speakers"] == len(corpus.speakers)


def test_replies_are_nested_as_the_page_nests_them(site: Site, tmp_path: Path) -> None:
    corpus = exported(site, tmp_path / "corpus")
    nested = {
        str(one["post_id"]): str(one["reply_to"]) for one in site.records() if one["reply_to"]
    }
    assert nested
    found = {one["id"]: one for one in corpus.utterances}
    assert {key: found[key]["reply_to"] for key in nested} == nested
    evidence = {one["meta"]["reply_evidence"] for one in corpus.utterances}
    assert evidence == {"first", "nesting", "topic"}


def test_a_reply_that_is_not_nested_answers_the_topic_and_says_so(tmp_path: Path) -> None:
    posts = [make_post(post_id=5, kind="topic"), make_post(post_id=9), make_post(post_id=7)]
    corpus = corpus_of(tmp_path, make_thread(posts))
    told = [
        (one["id"], one["reply_to"], one["meta"]["reply_evidence"]) for one in corpus.utterances
    ]
    assert told == [("5", None, "first"), ("9", "5", "topic"), ("7", "5", "topic")]


def test_a_conversation_is_known_by_its_first_post_whichever_that_is(tmp_path: Path) -> None:
    posts = [make_post(post_id=8, reply_to=5), make_post(post_id=9, reply_to=5)]
    corpus = corpus_of(tmp_path, make_thread(posts, topic_id=5, title="Bread"))
    corpus.check()
    assert {key: one["meta"]["title"] for key, one in corpus.conversations.items()} == {
        "8": "Bread"
    }
    assert [one["reply_to"] for one in corpus.utterances] == [None, "8"]


def test_a_selection_is_a_corpus_and_tells_what_it_is(site: Site, tmp_path: Path) -> None:
    corpus = exported(site, tmp_path / "corpus", sample=20, seed=1)
    corpus.check()
    assert len(corpus.utterances) == 20
    assert corpus.meta["selection"] == {"sample": 20, "seed": 1}


def test_nothing_is_a_corpus(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, make_thread())
    corpus.check()
    assert (corpus.utterances, corpus.speakers, corpus.conversations) == ([], {}, {})


def test_times_are_seconds_in_utc_where_they_are_known(tmp_path: Path) -> None:
    posts = [make_post(post_id=1, published="2021-03-01T09:00:00Z"), make_post(post_id=2)]
    corpus = corpus_of(tmp_path, make_thread(posts))
    assert [one["timestamp"] for one in corpus.utterances] == [1614589200, None]


def test_people_are_speakers_with_what_is_known_of_them(tmp_path: Path) -> None:
    url = "https://forum.test/users/anna/"
    anna = Author(name="Anna", url=url, slug="anna", user_id=3)
    posts = [
        make_post(post_id=1, author=anna, role="Keymaster"),
        make_post(post_id=2, author=anna),
    ]
    corpus = corpus_of(tmp_path, make_thread(posts))
    (key,) = corpus.speakers
    assert [one["speaker"] for one in corpus.utterances] == [key, key]
    meta = corpus.speakers[key]["meta"]
    assert (meta["name"], meta["url"], meta["user_id"], meta["posts"]) == ("Anna", url, 3, 2)


def test_quotes_and_mentions_are_told_with_their_evidence(tmp_path: Path) -> None:
    words = "The red fox jumps over the lazy dog."
    quote = f"<blockquote>{words}</blockquote><p>@ben, look!</p>"
    posts = [make_post(post_id=1, body_text=words), make_post(post_id=2, body_html=quote)]
    corpus = corpus_of(tmp_path, make_thread(posts))
    meta = corpus.utterances[1]["meta"]
    assert meta["quotes"] == [{"utterance": "1", "name": None, "evidence": "text"}]
    assert meta["mentions"] == [{"utterance": None, "name": "ben", "evidence": "name"}]


PYTHON = ROOT / ".venv-corpus" / "bin" / "python"
# What the toolkit itself makes of a corpus, whose trees it walks from their roots.
_PROGRAM = """
import json, sys
from convokit import Corpus
corpus = Corpus(filename=sys.argv[1])
print(json.dumps({
    "utterances": [
        [one.id, one.speaker.id, one.conversation_id, one.reply_to, one.timestamp, one.text, one.meta["position"]]
        for one in corpus.iter_utterances()
    ],
    "speakers": {one.id: dict(one.meta) for one in corpus.iter_speakers()},
    "conversations": {one.id: dict(one.meta) for one in corpus.iter_conversations()},
    "trees": [
        [one.check_integrity(verbose=False), len(list(one.traverse("dfs")))]
        for one in corpus.iter_conversations()
    ],
    "meta": dict(corpus.meta),
}))
"""


@pytest.mark.sweep
@pytest.mark.skipif(not PYTHON.exists(), reason="ConvoKit is not there: say make corpus")
def test_the_toolkit_itself_loads_it(site: Site, tmp_path: Path, tried: Counter[str]) -> None:
    corpus = exported(site, tmp_path / "corpus", until="2030")
    done = subprocess.run(
        [PYTHON, "-c", _PROGRAM, tmp_path / "corpus"],
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout.splitlines()[-1])
    names = ("id", "speaker", "conversation_id", "reply_to", "timestamp", "text")
    assert loaded["utterances"] == [
        [*(one[name] for name in names), one["meta"]["position"]] for one in corpus.utterances
    ]
    for part, held in (("speakers", corpus.speakers), ("conversations", corpus.conversations)):
        assert loaded[part] == {key: one["meta"] for key, one in held.items()}
    assert all(is_whole for is_whole, _ in loaded["trees"])
    assert sum(size for _, size in loaded["trees"]) == len(corpus.utterances)
    assert loaded["meta"] == corpus.meta
    tried["utterances that ConvoKit itself loaded"] += len(corpus.utterances)
