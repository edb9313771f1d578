"""Gather the public API: everything that `threadkeep` exports, re-exported; users import it from there."""

from exporters.destination import Written, write_file, write_folder, write_stream
from exporters.exporter import Exporter, ExportOptions, FolderExporter
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
    LoginFailedError,
    LoginRequiredError,
    MaintenanceError,
    NewerArchiveError,
    NoArchiveError,
    NotFoundError,
    NothingReadableError,
    OversizedPageError,
    RobotsDisallowedError,
    SessionEndedError,
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
from parsers.local_media import LocalMedia, Place
from parsers.origin import GapCount, Origin, OriginRun, RobotsFile, SourcePage
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
from parsers.revision import Revision
from parsers.selection import Selection
from parsers.text_dump import parse_text_dump
from scraper.archive.contents_list import (
    ArchiveSummary,
    SeenRevision,
    TopicSummary,
    post_history,
    summary,
)
from scraper.archive.database import Archive, reading
from scraper.archive.difference import (
    DifferenceReport,
    DifferenceTotals,
    ListGapDifference,
    PersonDifference,
    PostDifference,
    TopicDifference,
)
from scraper.archive.difference_report import compare_archives, compare_moments
from scraper.archive.gap import Gap
from scraper.archive.media import (
    MediaAddress,
    StoredFile,
    StoredPicture,
    file_at,
    media_at,
    media_of_post,
    picture_at,
)
from scraper.archive.post_history import (
    Absence,
    AuthorChange,
    BodyChange,
    PostHistory,
    PostMove,
    history_of_post,
)
from scraper.archive.post_writer import Saved
from scraper.archive.retention import Retention
from scraper.archive.run_record import AskedRequest, RecordedGap
from scraper.archive.search import SearchFilter, SearchHit, SearchReport, search
from scraper.archive.snapshot import Pruned, Snapshot, prune_snapshots, take_snapshot
from scraper.archive.thread_reader import threads
from scraper.archive.verify import ListVerdict, TopicVerdict, Verdict, verify
from scraper.archive.word_difference import TextPiece
from scraper.fetch.login import CookieLogin, PasswordLogin
from scraper.fetch.settings import FetchSettings
from scraper.fetch.traffic import Asked, Traffic
from scraper.politeness.agent import version as _version
from scraper.politeness.clock import Clock, SystemClock
from scraper.politeness.waiting import Wait, WaitHook
from scraper.sync.crawl_options import CrawlOptions
from scraper.sync.deep_check import verify_deeply
from scraper.sync.importing import ImportJob, ImportReport, import_source
from scraper.sync.list_outcome import ListOutcome
from scraper.sync.listener import Listener, MediaListener, MediaTried, PageSaved
from scraper.sync.media_options import MediaOptions
from scraper.sync.pipeline import ArchiveJob, ArchiveReport, archive_topics
from scraper.sync.planned import PlannedTopic
from scraper.sync.planning import RunPlan, plan_run
from scraper.sync.reparsing import ReparseReport, reparse
from scraper.sync.report import MediaOutcome, TimesOutcome, TopicOutcome
from threadkeep.exporting import ExportJob, export_archive, plan_export
from threadkeep.jobs.jobs_file import read_jobs
from threadkeep.jobs.report import ExportedFile, JobReport, LedgerLine, Notice, RunReport
from threadkeep.jobs.run import JobListener, RunListener, run_jobs
from threadkeep.jobs.schedule import Schedule
from threadkeep.jobs.settings import (
    ExportSetting,
    Job,
    JobSettings,
    JobsFile,
    LoginSetting,
    NotifySetting,
    RetentionSetting,
)
from threadkeep.jobs.status import ArchiveStatus, StatusReport, status_of

__version__ = _version()

__all__ = [
    "Absence",
    "AccessDeniedError",
    "Archive",
    "ArchiveError",
    "ArchiveJob",
    "ArchiveLockedError",
    "ArchiveReport",
    "ArchiveStatus",
    "ArchiveSummary",
    "Asked",
    "AskedRequest",
    "Author",
    "AuthorChange",
    "BodyChange",
    "BodyTooLargeError",
    "ChallengeError",
    "Clock",
    "CookieLogin",
    "CountClaim",
    "CrawlOptions",
    "DamagedArchiveError",
    "DifferenceReport",
    "DifferenceTotals",
    "Document",
    "Edit",
    "EmptyPageError",
    "Engine",
    "ExportError",
    "ExportJob",
    "ExportOptions",
    "ExportSetting",
    "ExportedFile",
    "Exporter",
    "FetchError",
    "FetchSettings",
    "FolderExporter",
    "ForeignArchiveError",
    "ForumLink",
    "ForumRow",
    "Gap",
    "GapCount",
    "HostNotFoundError",
    "HttpStatusError",
    "ImportJob",
    "ImportReport",
    "Job",
    "JobListener",
    "JobReport",
    "JobSettings",
    "JobsFile",
    "LastPost",
    "LayoutChangedError",
    "LedgerLine",
    "ListGapDifference",
    "ListOutcome",
    "ListPage",
    "ListReader",
    "ListVerdict",
    "Listener",
    "LocalMedia",
    "LoginFailedError",
    "LoginRequiredError",
    "LoginSetting",
    "MaintenanceError",
    "MediaAddress",
    "MediaListener",
    "MediaOptions",
    "MediaOutcome",
    "MediaTried",
    "NewerArchiveError",
    "NoArchiveError",
    "NotFoundError",
    "NothingReadableError",
    "Notice",
    "NotifySetting",
    "Origin",
    "OriginRun",
    "OversizedPageError",
    "Page",
    "PageSaved",
    "Pager",
    "ParsedPost",
    "PasswordLogin",
    "PersonDifference",
    "Place",
    "PlannedTopic",
    "Post",
    "PostDifference",
    "PostHistory",
    "PostMove",
    "PostRow",
    "Problem",
    "ProfileLink",
    "ProfilePage",
    "Pruned",
    "RecordedGap",
    "ReparseReport",
    "Retention",
    "RetentionSetting",
    "Revision",
    "RobotsDisallowedError",
    "RobotsFile",
    "RunListener",
    "RunPlan",
    "RunReport",
    "Saved",
    "Schedule",
    "SearchFilter",
    "SearchHit",
    "SearchReport",
    "SeenRevision",
    "Selection",
    "SessionEndedError",
    "Snapshot",
    "SourcePage",
    "StatusReport",
    "StoredFile",
    "StoredPicture",
    "SubForum",
    "SystemClock",
    "TextPiece",
    "Thread",
    "ThreadkeepError",
    "TimesOutcome",
    "TopicDifference",
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
    "compare_archives",
    "compare_moments",
    "engines",
    "export_archive",
    "exporter_named",
    "exporters_by_name",
    "file_at",
    "history_of_post",
    "import_source",
    "json_schema",
    "json_schema_names",
    "media_at",
    "media_of_post",
    "parse_list",
    "parse_profile",
    "parse_text_dump",
    "picture_at",
    "plan_export",
    "plan_run",
    "post_history",
    "prune_snapshots",
    "read_document",
    "read_jobs",
    "reading",
    "recognise",
    "reparse",
    "run_jobs",
    "search",
    "status_of",
    "summary",
    "take_snapshot",
    "threads",
    "verify",
    "verify_deeply",
    "write_file",
    "write_folder",
    "write_stream",
]
