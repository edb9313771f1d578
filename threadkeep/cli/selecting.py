"""Options that say which posts of an archive are meant."""

from __future__ import annotations

from typing import Annotated

import typer

from parsers.errors import UsageError

TopicOption = Annotated[
    list[int] | None,
    typer.Option("--topic", metavar="ID", help="Of this topic."),
]
ForumOption = Annotated[
    list[str] | None,
    typer.Option("--forum", metavar="TITLE", help="In this forum or one inside it."),
]
AuthorOption = Annotated[
    list[str] | None, typer.Option("--author", metavar="NAME", help="By this author.")
]
RoleOption = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="ROLE", help="By authors shown with this role."),
]
LanguageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--language",
        metavar="CODE",
        help="In this language, such as nl, as far as it can be told.",
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="DAY", help="The first day, e.g. 2019-03-17, or 2019."),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DAY", help="The last day, month or year.")
]
MinRepliesOption = Annotated[
    int | None,
    typer.Option("--min-replies", metavar="N", help="In topics with so many replies at least."),
]
QueryOption = Annotated[
    str | None,
    typer.Option(
        "--query", metavar="WORDS", help="With these words, as `threadkeep search` finds them."
    ),
]
SampleOption = Annotated[
    int | None, typer.Option("--sample", metavar="N", help="So many of them, drawn by lot.")
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", metavar="S", help="Which lot; the same draws the same posts."),
]


def checked_seed(sample: int | None, seed: int | None) -> int:
    """The seed of a sample.

    Raises:
        UsageError: there is one and nothing to be drawn.
    """
    if seed is not None and sample is None:
        raise UsageError("--seed says which posts --sample N draws; say with --sample how many.")
    return seed or 0
