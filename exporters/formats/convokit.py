"""ConvoKit: a corpus of utterances, speakers and conversations, in the layout that Cornell's toolkit loads."""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from exporters.dataset_folder import write_zip
from exporters.record import RECORD_FORMAT, json_of
from exporters.tables.edge import ReplyGraph
from exporters.tables.person import People

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from exporters.exporter import ExportOptions, FolderExporter
    from exporters.tables.edge import Edge
    from exporters.tables.person import Person
    from parsers.records import Post, Thread

_INT, _TEXT, _BOOL, _LIST = "<class 'int'>", "<class 'str'>", "<class 'bool'>", "<class 'list'>"
# What each part's `meta` may hold; ConvoKit lists it without reading the corpus.
_UTTERANCE = {
    **dict.fromkeys(("kind", "url", "role", "role_key", "published", "published_text"), _TEXT),
    "published_source": _TEXT,
    "position": _INT,
    "reply_evidence": _TEXT,
    "quotes": _LIST,
    "mentions": _LIST,
    "body_html": _TEXT,
    "gone_at": _TEXT,
    "revision": _INT,
}
_SPEAKER = {
    **dict.fromkeys(("name", "url", "slug", "role", "role_key"), _TEXT),
    "user_id": _INT,
    "is_guest": _BOOL,
    "is_deleted": _BOOL,
    "posts": _INT,
}
_CONVERSATION = {
    **dict.fromkeys(("title", "url", "site", "status", "sticky"), _TEXT),
    "topic_id": _INT,
    "forum": _LIST,
    "tags": _LIST,
    "expected_posts": _INT,
    "posts": _INT,
    "gaps": _LIST,
}
_CORPUS = {
    "source": _TEXT,
    "record_format": _INT,
    "utterances": _INT,
    "speakers": _INT,
    "conversations": _INT,
}


class ConvoKitExporter:
    """The five files of a corpus."""

    name = "convokit"
    suffix = ".convokit.zip"
    description = "a corpus for ConvoKit: utterances, speakers, conversations"
    is_for_reading = False

    def check(self) -> None:
        """See `FolderExporter.check`. Nothing is needed that threadkeep does not bring."""

    def write(self, threads: Iterable[Thread], out: BinaryIO, options: ExportOptions) -> int:
        """See `Exporter.write`."""
        return write_zip(out, self, threads, options)

    def write_files(self, threads: Iterable[Thread], folder: Path, options: ExportOptions) -> int:
        """See `FolderExporter.write_files`."""
        with ExitStack() as files:
            utterances = files.enter_context((folder / "utterances.jsonl").open("wb"))
            conversations = files.enter_context((folder / "conversations.json").open("wb"))
            corpus = _Corpus(utterances, conversations)
            for thread in threads:
                corpus.add(thread)
            corpus.finish()
        with (folder / "speakers.json").open("wb") as speakers:
            _write_members(speakers, ((key, _speaker(one)) for key, one in corpus.people))
        about = {**corpus.counts, **_selected(options), **options.pseudonym_facts}
        (folder / "corpus.json").write_bytes(json_of(about) + b"\n")
        (folder / "index.json").write_bytes(json_of(_index(about)) + b"\n")
        return corpus.posts


class _Corpus:
    def __init__(self, utterances: BinaryIO, conversations: BinaryIO) -> None:
        self._utterances = utterances
        self._conversations = _Members(conversations)
        self.people = People()
        self.posts = 0

    @property
    def counts(self) -> dict[str, object]:
        """What `corpus.json` tells."""
        return {
            "source": "threadkeep",
            "record_format": RECORD_FORMAT,
            "utterances": self.posts,
            "speakers": len(self.people),
            "conversations": self._conversations.count,
        }

    def add(self, thread: Thread) -> None:
        """Write a topic's posts, and the topic if it has any."""
        graph, tree = ReplyGraph(), _Tree()
        for post in thread.posts:
            parent, evidence = tree.place(post)
            utterance: dict[str, object] = {
                "id": str(post.post_id),
                "speaker": self.people.add(post),
                "conversation_id": str(tree.root),
                "reply_to": None if parent is None else str(parent),
                "timestamp": _seconds(post.published),
                "text": post.body_text,
                "meta": _utterance(post, evidence, graph.edges(post)),
                "vectors": [],
            }
            self._utterances.write(json_of(utterance) + b"\n")
        if tree.root is not None:
            self._conversations.add(str(tree.root), _conversation(thread, len(tree)))
        self.posts += len(tree)

    def finish(self) -> None:
        """Complete the conversations."""
        self._conversations.finish()


class _Tree:
    """Where a topic's posts stand under each other: one root, as ConvoKit wants it."""

    def __init__(self) -> None:
        self.root: int | None = None
        self._seen = array("q")

    def __len__(self) -> int:
        return len(self._seen)

    def place(self, post: Post) -> tuple[int | None, str]:
        """What a post answers, and how that is known: by its nesting, or since it stands in the topic."""
        answered = post.reply_to
        is_held = answered is not None and self._holds(answered)
        insort(self._seen, post.post_id)
        if self.root is None:
            self.root = post.post_id
            return None, "first"
        return (answered, "nesting") if is_held else (self.root, "topic")

    def _holds(self, post_id: int) -> bool:
        place = bisect_left(self._seen, post_id)
        return place < len(self._seen) and self._seen[place] == post_id


class _Members:
    """The members of one JSON object, a line each, as they come."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.count = 0

    def add(self, key: str, meta: dict[str, object]) -> None:
        """Write one."""
        self._out.write(b",\n" if self.count else b"{\n")
        self._out.write(json_of(key) + b":" + json_of({"meta": meta, "vectors": []}))
        self.count += 1

    def finish(self) -> None:
        """End the object."""
        self._out.write(b"\n}\n" if self.count else b"{}\n")


def _write_members(out: BinaryIO, members: Iterable[tuple[str, dict[str, object]]]) -> None:
    written = _Members(out)
    for key, meta in members:
        written.add(key, meta)
    written.finish()


def _utterance(post: Post, evidence: str, edges: tuple[Edge, ...]) -> dict[str, object]:
    meta = {name: getattr(post, name, None) for name in _UTTERANCE}
    told = {
        kind: [_told(edge) for edge in edges if edge.kind == kind] for kind in ("quote", "mention")
    }
    return {
        **meta,
        "reply_evidence": evidence,
        "quotes": told["quote"],
        "mentions": told["mention"],
    }


def _told(edge: Edge) -> dict[str, object]:
    target = None if edge.target_post_id is None else str(edge.target_post_id)
    return {"utterance": target, "name": edge.target_name, "evidence": edge.evidence}


def _speaker(person: Person) -> dict[str, object]:
    own = {"role": person.role, "role_key": person.role_key, "posts": person.posts}
    return {name: own.get(name, getattr(person.author, name, None)) for name in _SPEAKER}


def _conversation(thread: Thread, posts: int) -> dict[str, object]:
    return {name: posts if name == "posts" else getattr(thread, name) for name in _CONVERSATION}


def _selected(options: ExportOptions) -> dict[str, object]:
    return {"selection": options.selection_facts} if options.selection_facts else {}


def _index(about: dict[str, object]) -> dict[str, object]:
    overall = {**_CORPUS, **dict.fromkeys(("selection", "pseudonyms"), "<class 'dict'>")}
    return {
        "utterances-index": _listed(_UTTERANCE),
        "speakers-index": _listed(_SPEAKER),
        "conversations-index": _listed(_CONVERSATION),
        "overall-index": _listed({name: overall[name] for name in about}),
        "version": 1,
        "vectors": [],
    }


def _listed(kinds: dict[str, str]) -> dict[str, list[str]]:
    return {name: [kind] for name, kind in kinds.items()}


def _seconds(utc: str | None) -> int | None:
    return None if utc is None else int(datetime.fromisoformat(utc).timestamp())


EXPORTER: FolderExporter = ConvoKitExporter()
