"""Gather the public API: everything that `threadkeep` exports, re-exported; users import it from there."""

from exporters.destination import Written, write_file, write_folder, write_stream
from exporters.exporter import Exporter, ExportOptions
from exporters.json_schema import json_schema, json_schema_names
from exporters.registry import exporter_named, exporters_by_name
from parsers.document import Document, read_document
from parsers.engine import Engine, ListReader
from parsers.errors import (
    AccessDeniedError,
    ArchiveError,
    ArchiveLockedError,
    BodyTooLargeError,
    ChallengeError,
    DamagedArchiveError,
    EmptyPageError,
    ExportError,
    FetchError,
    ForeignArchiveError,
    HostNotFoundError,
    HttpStatusError,
    LayoutChangedError,
    LoginRequiredError,
    MaintenanceError,
    NewerArchiveError,
    NoArchiveError,
    NotFoundError,
    NothingReadableError,
    OversizedPageError,
    RobotsDisallowedError,
    ThreadkeepError,
    UnknownForumError,
    UnsafeRedirectError,
    UsageError,
)
from parsers.list_records import (
    ForumRow,
    LastPost,
    ListPage,
    PostRow,
    ProfileLink,
    ProfilePage,
    SubForum,
    TopicRow,
)
from parsers.records import (
    Author,
    CountClaim,
    Edit,
    ForumLink,
    Page,
    Pager,
    ParsedPost,
    Post,
    Problem,
    Thread,
    TopicPage,
)
from parsers.registry import engines, parse_list, parse_profile, recognise
from parsers.text_dump import parse_text_dump
from scraper.archive.contents_list import (
    ArchiveSummary,
    SeenRevision,
    TopicSummary,
    post_history,
    summary,
)
from scraper.archive.database import Archive, reading
from scraper.archive.gap import Gap
from scraper.archive.post_writer import Saved
from scraper.archive.search import SearchFilter, SearchHit, SearchReport, search
from scraper.archive.thread_reader import threads
from scraper.archive.verify import TopicVerdict, Verdict, verify
from scraper.fetch.settings import FetchSettings
from scraper.fetch.traffic import Traffic
from scraper.politeness.agent import version as _version
from scraper.politeness.clock import Clock, SystemClock
from scraper.politeness.waiting import Wait, WaitHook
from scraper.sync.deep_check import verify_deeply
from scraper.sync.importing import ImportJob, ImportReport, import_source
from scraper.sync.listener import Listener, PageSaved
from scraper.sync.pipeline import ArchiveJob, ArchiveReport, archive_topics
from scraper.sync.reparsing import ReparseReport, reparse
from scraper.sync.report import TimesOutcome, TopicOutcome
from scraper.sync.topic_crawl import CrawlOptions
from threadkeep.exporting import ExportJob, export_archive, plan_export

__version__ = _version()

__all__ = [
    "AccessDeniedError",
    "Archive",
    "ArchiveError",
    "ArchiveJob",
    "ArchiveLockedError",
    "ArchiveReport",
    "ArchiveSummary",
    "Author",
    "BodyTooLargeError",
    "ChallengeError",
    "Clock",
    "CountClaim",
    "CrawlOptions",
    "DamagedArchiveError",
    "Document",
    "Edit",
    "EmptyPageError",
    "Engine",
    "ExportError",
    "ExportJob",
    "ExportOptions",
    "Exporter",
    "FetchError",
    "FetchSettings",
    "ForeignArchiveError",
    "ForumLink",
    "ForumRow",
    "Gap",
    "HostNotFoundError",
    "HttpStatusError",
    "ImportJob",
    "ImportReport",
    "LastPost",
    "LayoutChangedError",
    "ListPage",
    "ListReader",
    "Listener",
    "LoginRequiredError",
    "MaintenanceError",
    "NewerArchiveError",
    "NoArchiveError",
    "NotFoundError",
    "NothingReadableError",
    "OversizedPageError",
    "Page",
    "PageSaved",
    "Pager",
    "ParsedPost",
    "Post",
    "PostRow",
    "Problem",
    "ProfileLink",
    "ProfilePage",
    "ReparseReport",
    "RobotsDisallowedError",
    "Saved",
    "SearchFilter",
    "SearchHit",
    "SearchReport",
    "SeenRevision",
    "SubForum",
    "SystemClock",
    "Thread",
    "ThreadkeepError",
    "TimesOutcome",
    "TopicOutcome",
    "TopicPage",
    "TopicRow",
    "TopicSummary",
    "TopicVerdict",
    "Traffic",
    "UnknownForumError",
    "UnsafeRedirectError",
    "UsageError",
    "Verdict",
    "Wait",
    "WaitHook",
    "Written",
    "__version__",
    "archive_topics",
    "engines",
    "export_archive",
    "exporter_named",
    "exporters_by_name",
    "import_source",
    "json_schema",
    "json_schema_names",
    "parse_list",
    "parse_profile",
    "parse_text_dump",
    "plan_export",
    "post_history",
    "read_document",
    "reading",
    "recognise",
    "reparse",
    "search",
    "summary",
    "threads",
    "verify",
    "verify_deeply",
    "write_file",
    "write_folder",
    "write_stream",
]
