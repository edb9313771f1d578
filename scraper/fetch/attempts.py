"""Asking again until a complete answer comes or patience ends: pauses, Retry-After, ceilings; no redirects."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from urllib3.exceptions import MaxRetryError

from parsers.challenge import is_challenge
from parsers.errors import BodyTooLargeError, HttpStatusError
from scraper.fetch.exchange import Answer, BrokenExchangeError, Exchanger
from scraper.fetch.retry import RETRIED_STATUSES, RetryPolicy
from scraper.politeness.waiting import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scraper.fetch.address import Address
    from scraper.fetch.traffic import TrafficLog
    from scraper.politeness.pace import Pace
    from scraper.politeness.waiting import Waiter

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One address to be asked for, on the way from a request to its page.

    Attributes:
        address: the address.
        headers: headers beyond those that every request has.
        open_host: the host that may be in a private network, where the user named it.
        deadline: the monotonic time after which no new attempt is made.
    """

    address: Address
    headers: Mapping[str, str]
    open_host: tuple[str, int] | None
    deadline: float


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

    def ask(self, hop: Hop) -> Answer:
        """Ask until an answer is complete and not of the passing kind, or until patience ends.

        The last answer is returned even where its status is one that was hoped to pass.

        Raises:
            FetchError: no complete answer came.
            HttpStatusError: the site asks to come back later than anybody waits.
        """
        policy = self._policy
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
        try:
            answer = self._exchanger.ask(address, hop.headers, open_host=hop.open_host)
        except BrokenExchangeError as error:
            self._log.broke(attempt=attempt)
            logger.warning("GET %s: %s %s", address.url, address.host, error)
            return error
        except BodyTooLargeError as error:
            self._log.broke(attempt=attempt)
            logger.warning("GET %s: %s", address.url, error)
            raise
        else:
            status = answer.status
            self._log.answered(status, len(answer.body), attempt=attempt)
            took = clock.monotonic() - began
            logger.info(
                "GET %s: %d, %d bytes, %.2f s", address.url, status, len(answer.body), took
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

    def _come_back_later(self, hop: Hop, answer: Answer, seconds: float) -> HttpStatusError:
        moment = self._waiter.clock.now() + timedelta(seconds=seconds)
        return HttpStatusError(
            f"{hop.address.host} answered with HTTP {answer.status} and asks to come back in {spoken(seconds)} "
            f"(after {moment:%Y-%m-%d %H:%M} UTC), which is longer than one run waits; run the same command then.",
            status=answer.status,
            url=hop.address.url,
        )


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
