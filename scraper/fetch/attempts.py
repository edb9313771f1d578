"""Asking again until a complete answer comes or patience ends: pauses, Retry-After, ceilings; no redirects."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from urllib3.exceptions import MaxRetryError

from parsers.challenge import is_challenge
from parsers.errors import BodyTooLargeError, HttpStatusError
from scraper.fetch.exchange import Answer, BrokenExchangeError, Exchanger
from scraper.fetch.retry import RETRIED_STATUSES, RetryPolicy
from scraper.fetch.traffic import Asked
from scraper.politeness.waiting import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scraper.fetch.address import Address
    from scraper.fetch.traffic import TrafficLog
    from scraper.politeness.pace import Pace
    from scraper.politeness.waiting import Waiter

logger = logging.getLogger(__name__)

_NEVER: tuple[float, HttpStatusError | None] = (0.0, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One address to be asked for, on the way from a request to its page.

    Attributes:
        address: the address.
        reason: what it is asked for.
        headers: headers beyond those that every request has.
        open_host: the host that may be in a private network, where the user named it.
        deadline: the monotonic time after which no new attempt is made.
        form: the fields of a login, which is sent instead of asking.
        max_body: the largest body that is read, where that is not the settings' number.
    """

    address: Address
    reason: str
    headers: Mapping[str, str]
    open_host: tuple[str, int] | None
    deadline: float
    form: Mapping[str, str] | None = field(default=None, repr=False)
    max_body: int | None = None

    @property
    def method(self) -> str:
        """The word that HTTP has for it."""
        return "GET" if self.form is None else "POST"


class Attempts:
    """Makes a request as often as it takes and the policy allows."""

    def __init__(
        self,
        exchanger: Exchanger,
        policy: RetryPolicy,
        pace: Pace,
        waiter: Waiter,
        log: TrafficLog,
    ) -> None:
        self._exchanger = exchanger
        self._policy = policy
        self._pace = pace
        self._waiter = waiter
        self._log = log
        self._left_alone: dict[str, tuple[float, HttpStatusError]] = {}

    def ask(self, hop: Hop) -> Answer:
        """Ask until an answer is complete and not of the passing kind, or until patience ends.

        The last answer is returned even where its status is one that was hoped to pass.

        Raises:
            FetchError: no complete answer came.
            HttpStatusError: the site asks to come back later than anybody waits.
        """
        policy = self._policy
        self._refuse_before_its_time(hop)
        while True:
            outcome = self._once(hop, attempt=len(policy.history) + 1)
            if isinstance(outcome, Answer) and not _may_pass(outcome):
                return outcome
            further = _further(policy, hop, outcome)
            if further is None or not self._paused(further, hop, outcome):
                return _last(hop, outcome, attempts=len(policy.history) + 1)
            policy = further

    def _once(self, hop: Hop, *, attempt: int) -> Answer | BrokenExchangeError:
        address, clock = hop.address, self._waiter.clock
        self._pace.wait(address.host, url=address.url)
        began, status = clock.monotonic(), None
        asked = Asked(asked_at=clock.now(), url=address.url, reason=hop.reason)
        try:
            answer = self._exchanger.ask(
                address,
                hop.headers,
                open_host=hop.open_host,
                form=hop.form,
                max_body=hop.max_body,
            )
        except BrokenExchangeError as error:
            self._log.note(asked, attempt=attempt)
            logger.warning("%s %s: %s %s", hop.method, address.url, address.host, error)
            return error
        except BodyTooLargeError as error:
            self._log.note(asked, attempt=attempt)
            logger.warning("%s %s: %s", hop.method, address.url, error)
            raise
        else:
            status = answer.status
            self._log.note(
                replace(asked, status=status, body_bytes=len(answer.body)), attempt=attempt
            )
            took = clock.monotonic() - began
            logger.info(
                "%s %s: %d, %d bytes, %.2f s",
                hop.method,
                address.url,
                status,
                len(answer.body),
                took,
            )
            return answer
        finally:
            self._pace.finished(address.host, took=clock.monotonic() - began, status=status)

    def _paused(
        self, policy: RetryPolicy, hop: Hop, outcome: Answer | BrokenExchangeError
    ) -> bool:
        """Wait for the next attempt; false, at once, where it would come after the deadline."""
        answer = outcome if isinstance(outcome, Answer) else None
        seconds = policy.pause(answer.raw if answer else None)
        if seconds > hop.deadline - self._waiter.clock.monotonic():
            if answer and seconds > policy.backoff_max:
                raise self._come_back_later(hop, answer, seconds)
            return False
        reason = _reason(policy, hop, outcome)
        self._waiter.wait(seconds, reason=reason, url=hop.address.url)
        return True

    def _refuse_before_its_time(self, hop: Hop) -> None:
        """Ask a host nothing more that has asked to be left alone for longer than a run waits."""
        until, error = self._left_alone.get(hop.address.host, _NEVER)
        if error is not None and self._waiter.clock.monotonic() < until:
            raise error

    def _come_back_later(self, hop: Hop, answer: Answer, seconds: float) -> HttpStatusError:
        moment = self._waiter.clock.now() + timedelta(seconds=seconds)
        error = HttpStatusError(
            f"{hop.address.host} answered with HTTP {answer.status} and asks to come back in {spoken(seconds)} "
            f"(after {moment:%Y-%m-%d %H:%M} UTC), which is longer than one run waits; run the same command then.",
            status=answer.status,
            url=hop.address.url,
        )
        until = self._waiter.clock.monotonic() + seconds
        self._left_alone[hop.address.host] = (until, error)
        return error


def _may_pass(answer: Answer) -> bool:
    return answer.status in RETRIED_STATUSES and not is_challenge(
        answer.status, answer.headers, answer.body
    )


def _reason(policy: RetryPolicy, hop: Hop, outcome: Answer | BrokenExchangeError) -> str:
    if isinstance(outcome, BrokenExchangeError):
        return f"{hop.address.host} {outcome}; asking again"
    asked = policy.get_retry_after(outcome.raw)
    return f"HTTP {outcome.status}; {'the site asked for it' if asked else 'asking again'}"


def _further(
    policy: RetryPolicy, hop: Hop, outcome: Answer | BrokenExchangeError
) -> RetryPolicy | None:
    """The policy with one attempt less; None where none is left or none would help."""
    url = hop.address.url
    try:
        if isinstance(outcome, Answer):
            return policy.increment("GET", url, response=outcome.raw)
        return policy.increment("GET", url, error=outcome) if outcome.fault.may_retry else None
    except MaxRetryError:
        return None


def _last(hop: Hop, outcome: Answer | BrokenExchangeError, *, attempts: int) -> Answer:
    if isinstance(outcome, Answer):
        return outcome
    times = f" ({attempts} attempts)" if attempts > 1 else ""
    raise outcome.fault.error(
        f"{hop.address.url} could not be fetched: {hop.address.host} {outcome.fault.sentence}{times}.",
        url=hop.address.url,
    ) from outcome
