"""Hold what `--json` prints against the JSON Schema that threadkeep ships for it, as its user would."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from jsonschema import Draft202012Validator, FormatChecker

from exporters.json_schema import json_schema

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_report(arguments: Sequence[str], code: int, out: str) -> None:
    """Check what a command printed, where it was asked for JSON and understood as such."""
    if "--json" not in arguments or not out:
        return
    report: Any = json.loads(out)
    name = "error" if is_error(report) else arguments[0]
    errors = [error.message for error in validator(f"{name}-report").iter_errors(report)]
    assert not errors, f"{' '.join(arguments)} prints what its schema does not describe"
    if isinstance(report, dict) and "exit_code" in report:
        assert report["exit_code"] == code


def is_error(report: Any) -> bool:  # noqa: ANN401  JSON
    """Whether a command had nothing to report but why it failed."""
    return isinstance(report, dict) and set(cast("dict[str, Any]", report)) == {
        "error",
        "exit_code",
    }


@cache
def validator(name: str) -> Any:  # noqa: ANN401  jsonschema's validators have no common type
    """What finds where something differs from a schema; no other schema is needed with it."""
    schema = json_schema(name)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())
