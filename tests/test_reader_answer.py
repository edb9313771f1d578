"""What a reader's server keeps of its answers: no more than a bound, those that were wanted last."""

from __future__ import annotations

from threadkeep.reader.answer import Answer, AnswerStore, answer_with


def answer(size: int) -> Answer:
    return answer_with(b"x" * size, "text/plain", is_text=False)


def test_those_wanted_longest_ago_are_let_go() -> None:
    store = AnswerStore(most_bytes=250)
    for name in ("one", "two"):
        store.keep(name, answer(100))
    assert store.get("one")
    store.keep("three", answer(100))
    assert [bool(store.get(name)) for name in ("one", "two", "three")] == [True, False, True]


def test_one_that_is_larger_than_all_may_be_is_sent_and_not_kept() -> None:
    store = AnswerStore(most_bytes=50)
    store.keep("small", answer(50))
    assert store.keep("large", answer(100)).body == b"x" * 100
    assert [bool(store.get(name)) for name in ("small", "large")] == [True, False]


def test_what_is_compressed_counts_in_both_its_forms() -> None:
    text = answer_with(b"word " * 200, "text/html")
    store = AnswerStore(most_bytes=len(text.body))
    store.keep("text", text)
    assert store.get("text") is None


def test_what_was_kept_twice_counts_once() -> None:
    store = AnswerStore(most_bytes=250)
    for name in ("one", "one", "one", "two"):
        store.keep(name, answer(100))
    assert store.get("one")


def test_text_is_compressed_where_that_pays() -> None:
    assert answer_with(b"word " * 200, "text/html").compressed
    assert answer_with(b"word", "text/html").compressed is None
    assert answer_with(b"word " * 200, "image/png", is_text=False).compressed is None
