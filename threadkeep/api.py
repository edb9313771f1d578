"""Gather the public API: everything that `threadkeep` exports, re-exported; users import it from there."""

from exporters.destination import Written, write_file, write_folder, write_stream
from exporters.exporter import Exporter, ExportOptions, FolderExporter
from exporters.json_schema import json_schema, json_schema_names
from exporters.page_exporter import PageExporter, PageExportOptions, PagesWritten
from exporters.pseudonym.key import PseudonymKey
from exporters.pseudonym.tally import NotReplaced, PseudonymReport, Replaced
from exporters.pseudonym.transformation import Transformation
from exporters.registry import exporter_named, exporters_by_name
from parsers.document import Document, read_document
from parsers.engine import Engine, ListReader
from parsers.errors import (
    AccessDeniedError,
    ArchiveError,
    ArchiveLockedError,
    BodyTooLargeError,
    ChallengeError,
    ClusterError,
    DamagedArchiveError,
    EmptyPageError,
    ErasedError,
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
from parsers.forum_tree import ForumTree, KnownForum
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
from parsers.page_records import (
    FirstCopy,
    GonePost,
    GoneTopic,
    LackingMedia,
    Observations,
    PageCollection,
    StoredMedia,
    StoredPage,
)
from parsers.post_file import PostFile
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
from scraper.fetch.address import Address
from scraper.fetch.login import CookieLogin, PasswordLogin
from scraper.fetch.settings import FetchSettings
from scraper.fetch.traffic import Asked, Traffic
from scraper.politeness.agent import version as _version
from scraper.politeness.clock import Clock, SystemClock
from scraper.politeness.waiting import Wait, WaitHook
from scraper.sync.crawl_options import CrawlOptions
from scraper.sync.deep_check import verify_deeply
from scraper.sync.erasing import ErasureJob, ErasureReport, erase
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
    JobExport,
    JobSettings,
    JobsFile,
    LoginSetting,
    NotifySetting,
    RetentionSetting,
)
from threadkeep.jobs.status import ArchiveStatus, StatusReport, status_of
from threadkeep.page_exporting import PageExportJob, export_pages, plan_page_export
from threadkeep.pseudonym_key import read_or_make_key
from threadkeep.pseudonymity import Pseudonymity

__version__ = _version()

__all__ = [
    "Absence",
    "AccessDeniedError",
    "Address",
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
    "ClusterError",
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
    "ErasedError",
    "ErasureJob",
    "ErasureReport",
    "ExportError",
    "ExportJob",
    "ExportOptions",
    "ExportSetting",
    "ExportedFile",
    "Exporter",
    "FetchError",
    "FetchSettings",
    "FirstCopy",
    "FolderExporter",
    "ForeignArchiveError",
    "ForumLink",
    "ForumRow",
    "ForumTree",
    "Gap",
    "GapCount",
    "GonePost",
    "GoneTopic",
    "HostNotFoundError",
    "HttpStatusError",
    "ImportJob",
    "ImportReport",
    "Job",
    "JobExport",
    "JobListener",
    "JobReport",
    "JobSettings",
    "JobsFile",
    "KnownForum",
    "LackingMedia",
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
    "NotReplaced",
    "NothingReadableError",
    "Notice",
    "NotifySetting",
    "Observations",
    "Origin",
    "OriginRun",
    "OversizedPageError",
    "Page",
    "PageCollection",
    "PageExportJob",
    "PageExportOptions",
    "PageExporter",
    "PageSaved",
    "Pager",
    "PagesWritten",
    "ParsedPost",
    "PasswordLogin",
    "PersonDifference",
    "Place",
    "PlannedTopic",
    "Post",
    "PostDifference",
    "PostFile",
    "PostHistory",
    "PostMove",
    "PostRow",
    "Problem",
    "ProfileLink",
    "ProfilePage",
    "Pruned",
    "PseudonymKey",
    "PseudonymReport",
    "Pseudonymity",
    "RecordedGap",
    "ReparseReport",
    "Replaced",
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
    "StoredMedia",
    "StoredPage",
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
    "Transformation",
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
    "erase",
    "export_archive",
    "export_pages",
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
    "plan_page_export",
    "plan_run",
    "post_history",
    "prune_snapshots",
    "read_document",
    "read_jobs",
    "read_or_make_key",
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
