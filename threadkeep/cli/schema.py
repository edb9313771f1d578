"""`threadkeep schema`: the JSON Schemas of reports and of the record format."""

from __future__ import annotations

from typing import Annotated

import typer

from exporters.json_schema import json_schema, json_schema_names
from threadkeep.cli.completion import schemas
from threadkeep.cli.console import say_columns, say_json


def command(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="A schema; without it, a list.", autocompletion=schemas
        ),
    ] = None,
) -> int:
    """Print the JSON Schema of a report or of exported posts.

    \b
    Examples:
      threadkeep schema
      threadkeep schema archive-report
      threadkeep schema post-v1 > post.schema.json
    """
    if name is not None:
        say_json(json_schema(name))
        return 0
    titles = ((one, str(json_schema(one)["title"])) for one in json_schema_names())
    say_columns(("schema", "describes"), titles)
    return 0
