"""Serves a demo forum in the foreground; the first line printed is its address."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from typing import TYPE_CHECKING

from parsers.errors import UsageError
from scraper.demo.fault import FaultScript
from scraper.demo.fault_option import read_rule
from scraper.demo.forum import LOCALES, THEMES, DemoSettings
from scraper.demo.gallery import with_gallery
from scraper.demo.generate import generate
from scraper.demo.login import Gate
from scraper.demo.members import with_members_area
from scraper.demo.server import DemoServer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        script = _script(options)
        forum = generate(_settings(options))
        gate = None
        if options.members:
            forum, gate = (
                with_members_area(forum),
                Gate(session_requests=options.session_requests),
            )
        if options.gallery:
            forum = with_gallery(forum)
        server = DemoServer(forum, port=options.port, intercept=script, gate=gate)
    except UsageError as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"cannot serve at port {options.port}: {error.strerror}")
    stop = threading.Event()

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupted)
    with server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scraper.demo", description=__doc__)
    default = DemoSettings()
    add = parser.add_argument
    add("--port", type=int, default=0, help="the port on 127.0.0.1 (default: a free one)")
    add("--seed", type=int, default=default.seed, help="the same seed gives the same forum")
    add("--topics", type=int, default=default.topics, help="how many topics (default %(default)s)")
    add(
        "--posts",
        type=int,
        default=default.posts,
        help="how many posts an ordinary topic has (default %(default)s)",
    )
    add("--vary", action="store_true", help="vary that number from topic to topic")
    add(
        "--no-showcase",
        action="store_true",
        help="only ordinary topics, none that show something special",
    )
    add(
        "--locale",
        choices=LOCALES,
        default=default.locale,
        help="the forum's language (default %(default)s)",
    )
    add(
        "--theme", choices=THEMES, default=default.theme, help="whose markup (default %(default)s)"
    )
    add("--threaded", action="store_true", help="replies under the post they answer")
    add("--lead", action="store_true", help="the opening post apart, on every page")
    add(
        "--per-page",
        type=int,
        default=default.per_page,
        help="posts a topic page (default %(default)s)",
    )
    add(
        "--topics-per-page",
        type=int,
        default=default.topics_per_page,
        help="topics a forum page (default %(default)s)",
    )
    add("--timezone", default=default.timezone, help="the site's zone (default %(default)s)")
    add("--plain-permalinks", action="store_true", help="addresses of the form /?topic=…")
    add("--no-rest", action="store_true", help="no REST root, so nothing states the zone")
    add(
        "--page-breaks",
        action="store_true",
        help="topics that a page break in a post cuts, and a WordPress of that time",
    )
    add(
        "--members",
        action="store_true",
        help="a private and a hidden forum, and accounts: docs/members-only.md has them",
    )
    add(
        "--gallery",
        action="store_true",
        help="a topic with pictures and files of every kind, dead ones among them",
    )
    add(
        "--session-requests",
        type=int,
        metavar="N",
        help="with --members: who logged in is a guest again after N requests",
    )
    _add_faults(add)
    return parser


def _add_faults(add: Callable[..., argparse.Action]) -> None:
    add(
        "--fault",
        action="append",
        default=[],
        metavar="FAULT",
        help="let something go wrong, as in 503:every=5 or early-close:path=/forums/*:first=2; may be repeated",
    )
    add("--fault-seed", type=int, help="what share= draws from (default: the forum's seed)")


def _script(options: argparse.Namespace) -> FaultScript | None:
    rules = [read_rule(text) for text in options.fault]
    seed = options.seed if options.fault_seed is None else options.fault_seed
    return FaultScript(rules, seed=seed) if rules else None


def _settings(options: argparse.Namespace) -> DemoSettings:
    return DemoSettings(
        seed=options.seed,
        topics=options.topics,
        posts=options.posts,
        vary=options.vary,
        showcase=not options.no_showcase,
        locale=options.locale,
        theme=options.theme,
        threaded=options.threaded,
        lead=options.lead,
        per_page=options.per_page,
        topics_per_page=options.topics_per_page,
        timezone=options.timezone,
        plain_permalinks=options.plain_permalinks,
        rest=not options.no_rest,
        page_breaks=options.page_breaks,
    )


if __name__ == "__main__":
    sys.exit(main())
