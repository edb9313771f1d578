"""Tell somebody how a run ended, by whatever apprise can reach; the only thing here that talks to others than the site."""

from __future__ import annotations

import importlib.util
import os
import warnings
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from parsers.errors import FetchError, ThreadkeepError, UsageError
from threadkeep.jobs.report import Notice
from threadkeep.jobs.sentence import held_back_line, line_of, outcome_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from threadkeep.jobs.report import JobReport
    from threadkeep.jobs.settings import JobsFile, NotifySetting

_INTERRUPTED = 130
_DONE = frozenset({0, 3, _INTERRUPTED})
_MOST_LINES = 20
_ABSENT = (
    "Notifications need apprise, which is not installed: install threadkeep with its extra, as in"
    " `uv tool install 'threadkeep[notify]'`."
)

Place = tuple[str, str]  # how the addresses are named, and where they are


class Service(Protocol):
    """What sends messages to an address: as much of apprise as is needed here."""

    def add(self, services: str) -> bool:
        """Take an address; false where it is none."""
        ...

    def notify(self, body: str, title: str) -> object:
        """Send a message; what comes back is true where it was delivered."""
        ...


def notify(file: JobsFile, reports: Sequence[JobReport]) -> tuple[Notice, ...]:
    """Send the notifications that are due: one to each place that jobs name, about all of them.

    Returns:
        What was sent; what could not be delivered says why.
    """
    due: defaultdict[Place, list[tuple[JobReport, tuple[str, ...]]]] = defaultdict(list)
    for job, report in zip(file.jobs, reports, strict=True):
        setting = job.settings.notify
        occasions = tuple(_occasions(setting, report)) if setting else ()
        if setting is not None and occasions:
            due[_place(setting, file.path.parent)].append((report, occasions))
    return tuple(_sent(place, told) for place, told in due.items())


def check_notifications(file: JobsFile) -> None:
    """Find out what can be found out without sending anything.

    Raises:
        UsageError: apprise is not installed, or there is no address that it takes.
    """
    for job in file.jobs:
        if job.settings.notify is not None:
            place = _place(job.settings.notify, file.path.parent)
            services = enumerate(_services(place), 1)
            _refuse_unknown(place, [number for number, (_, one) in services if one is None])


def _occasions(setting: NotifySetting, report: JobReport) -> Iterator[str]:
    happened = {
        "failure": report.exit_code not in _DONE,
        "gaps": bool(report.new_gaps),
        "mass-disappearance": report.held_back > 0,
        "always": True,
    }
    return (one for one in setting.occasions if happened[one])


def _place(setting: NotifySetting, folder: Path) -> Place:
    if setting.urls_env:
        return ("environment", setting.urls_env)
    return ("file", str(folder / Path(setting.urls_file or "").expanduser()))


def _sent(place: Place, told: Sequence[tuple[JobReport, tuple[str, ...]]]) -> Notice:
    jobs = tuple(report.name for report, _ in told)
    occasions = tuple(dict.fromkeys(one for _, several in told for one in several))
    try:
        _send(place, [report for report, _ in told])
    except ThreadkeepError as error:
        return Notice(jobs=jobs, occasions=occasions, error=str(error), exit_code=error.exit_code)
    return Notice(jobs=jobs, occasions=occasions)


def _send(place: Place, reports: Sequence[JobReport]) -> None:
    """Send to every address that can be sent to; then say which cannot."""
    title, body = _title(reports), _body(reports)
    unknown: list[int] = []
    failed: list[str] = []
    for number, (kind, service) in enumerate(_services(place), 1):
        if service is None:
            unknown.append(number)
        elif not service.notify(body=body, title=title):
            failed.append(f"{kind}://")
    _refuse_unknown(place, unknown)
    if failed:
        raise FetchError(
            f"A notification could not be delivered to {len(failed)} of the addresses in {_named(place)}"
            f" ({', '.join(failed)}); try `apprise` with the same address to see why."
        )


def _refuse_unknown(place: Place, numbers: Sequence[int]) -> None:
    if numbers:
        raise UsageError(
            f"Address {numbers[0]} of {_named(place)} is none that apprise knows; its documentation lists them."
        )


def _services(place: Place) -> list[tuple[str, Service | None]]:
    """The addresses of a place: what kind each is, and its service; None where it is no address."""
    addresses = _addresses(place)
    if importlib.util.find_spec("apprise") is None:
        raise UsageError(_ABSENT)
    with warnings.catch_warnings():
        # It loads modules for every service that it knows, and some of them do what Python advises against.
        warnings.simplefilter("ignore")
        import apprise  # noqa: PLC0415  # slow to import, an extra, and only needed where somebody is told

        services = [cast("Service", apprise.Apprise()) for _ in addresses]
        return [
            (address.partition("://")[0], service if service.add(address) else None)
            for address, service in zip(addresses, services, strict=True)
        ]


def _addresses(place: Place) -> list[str]:
    kind, name = place
    if kind == "environment":
        found = os.environ.get(name, "").split()
    else:
        try:
            lines = Path(name).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
            raise UsageError(
                f"The addresses for notifications cannot be read from {name} ({reason})."
            ) from error
        found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not found:
        raise UsageError(
            f"There is no address for notifications in {_named(place)}; put one there, such as mailto://…"
        )
    return found


def _named(place: Place) -> str:
    kind, name = place
    return f"the environment variable {name}" if kind == "environment" else name


def _title(reports: Sequence[JobReport]) -> str:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for report in reports:
        found[outcome_of(report)].append(report.name)
    return "threadkeep: " + "; ".join(
        f"{', '.join(names)} {outcome}" for outcome, names in found.items()
    )


def _body(reports: Sequence[JobReport]) -> str:
    return "\n".join(line for report in reports for line in _lines(report))


def _lines(report: JobReport) -> Iterator[str]:
    yield line_of(report)
    details = [
        *(f"  problem: {problem}" for problem in report.problems),
        *(f"  new gap: {gap.of}: {gap.detail}" for gap in report.new_gaps),
    ]
    if report.held_back:
        details.insert(0, f"  {held_back_line(report)}")
    yield from details[:_MOST_LINES]
    if len(details) > _MOST_LINES:
        yield f"  … and {len(details) - _MOST_LINES} more; `threadkeep verify -a {report.archive}` says all"
