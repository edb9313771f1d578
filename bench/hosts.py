"""Simulate `threadkeep run --cluster` with thousands of hosts, in the order in which the code takes them, on measured times.

python -m bench hosts [--hosts N] [--workers N] [--hosts-per-worker N] [--slice SECONDS] [--seed N]

What a page costs is measured first: a demo forum in another process is archived without a pause. Then hosts of many sizes
and paces are given to the workers' slots, by `threadkeep.cluster.order`, and by two other orders for comparison: each host
at a stretch in the order of the file, and at a stretch with the largest first, which nobody can know before.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from threadkeep import ArchiveJob, FetchSettings, archive_topics
from threadkeep.cluster.order import SLICE_SECONDS, priority_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_POSTS_A_PAGE = 15
_MEDIAN_POSTS, _SPREAD, _MOST_POSTS = 2_000, 2.0, 1_000_000
_NIGHT = 0.02  # of a forum's pages, what a nightly sync asks for
_DELAYS = ((1.0, 0.80), (5.0, 0.15), (10.0, 0.05))
_ANSWER, _ANSWER_SPREAD = 0.4, 0.6  # seconds until a page is there, over the web
_BYTES_A_SECOND = 50e6  # to and from the archives' home
_TURN_SECONDS = 1.0  # claims, locks, and the way to the scheduler and back


@dataclass(frozen=True, slots=True)
class Costs:
    """What a page costs: seconds of the processor, seconds by the clock without pauses, bytes in the archive."""

    cpu: float
    wall: float
    size: float


@dataclass(slots=True)
class Host:
    """A forum: seconds that reading it takes, bytes of its archive, seconds that it has had."""

    seconds: float
    size: float
    spent: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an order: seconds until all is done, share of the slots' time that was idle, and when small hosts were done."""

    makespan: float
    idle: float
    overhead: float
    half_of_small: float
    most_of_small: float


def measured() -> Costs:
    """Archive a demo forum that another process serves."""
    command = (sys.executable, "-m", "bench.server", "12", "--topics", "150")
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server,
    ):
        assert server.stdin is not None
        assert server.stdout is not None
        url = json.loads(server.stdout.readline())
        path = Path(folder, "forum.db")
        cpu, wall = time.process_time(), time.perf_counter()
        report = archive_topics(
            ArchiveJob(urls=(f"{url}/forums/",), path=path, fetch=FetchSettings(delay=0))
        )
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        pages = report.traffic.requests
        size = path.stat().st_size
        server.stdin.close()
        server.wait()
    return Costs(cpu=cpu / pages, wall=wall / pages, size=size / pages)


def hosts_of(count: int, costs: Costs, chance: random.Random, *, share: float) -> list[Host]:
    """Forums of many sizes and paces; `share` of their pages is asked for."""
    found: list[Host] = []
    delays, weights = zip(*_DELAYS, strict=True)
    for _ in range(count):
        posts = min(_MEDIAN_POSTS * chance.lognormvariate(0, _SPREAD), _MOST_POSTS)
        pages = max(posts / _POSTS_A_PAGE, 3)
        answer = _ANSWER * chance.lognormvariate(0, _ANSWER_SPREAD)
        a_page = chance.choices(delays, weights)[0] + answer + costs.wall
        found.append(Host(seconds=max(pages * share, 3) * a_page, size=pages * costs.size))
    return found


class Slots:
    """The workers' slots while they take hosts: smaller orders first, and among equals those that wait longer."""

    def __init__(
        self, hosts: Sequence[Host], count: int, seconds: float, order: Callable[[Host], float]
    ) -> None:
        self._hosts, self._free, self._slice, self._order = hosts, count, seconds, order
        self._waiting: list[tuple[float, int, int]] = []
        self._running: list[tuple[float, int]] = []
        self._turn = 0
        self.overhead = self.now = 0.0
        self.ended = [0.0] * len(hosts)

    def run(self) -> None:
        for number, host in enumerate(self._hosts):
            host.spent = 0.0
            self._wait(number)
        while self._waiting or self._running:
            while self._free and self._waiting:
                self._take(heapq.heappop(self._waiting)[2])
            self.now, number = heapq.heappop(self._running)
            self._free += 1
            host = self._hosts[number]
            if host.spent < host.seconds:
                self._wait(number)
            self.ended[number] = self.now

    def _wait(self, number: int) -> None:
        self._turn += 1
        order = self._order(self._hosts[number])
        heapq.heappush(self._waiting, (order, self._turn, number))

    def _take(self, number: int) -> None:
        host = self._hosts[number]
        left = host.seconds - host.spent
        # Where nobody waits any more, a slice goes on to the end.
        worked = min(left, self._slice) if self._waiting else left
        cost = _TURN_SECONDS + 2 * host.size / _BYTES_A_SECOND
        host.spent += worked
        self.overhead += cost
        self._free -= 1
        heapq.heappush(self._running, (self.now + worked + cost, number))


def simulated(
    hosts: Sequence[Host], count: int, seconds: float, order: Callable[[Host], float]
) -> Outcome:
    """Have slots take all hosts."""
    slots = Slots(hosts, count, seconds, order)
    slots.run()
    median = sorted(host.seconds for host in hosts)[len(hosts) // 2]
    small = sorted(
        end for host, end in zip(hosts, slots.ended, strict=True) if host.seconds <= median
    )
    work = sum(host.seconds for host in hosts)
    return Outcome(
        makespan=slots.now,
        idle=1 - (work + slots.overhead) / (slots.now * count),
        overhead=slots.overhead / work,
        half_of_small=small[len(small) // 2],
        most_of_small=small[int(len(small) * 0.99)],
    )


def lower_bound(hosts: Sequence[Host], count: int) -> float:
    """No order is done before the longest host is, nor before all slots together have done the work."""
    longest = max(host.seconds for host in hosts)
    return max(longest, sum(host.seconds for host in hosts) / count)


def tell(name: str, hosts: Sequence[Host], slots: int, seconds: float) -> None:
    """Print a table of what comes of each order."""
    bound = lower_bound(hosts, slots)
    work = sum(host.seconds for host in hosts)
    longest = max(host.seconds for host in hosts)
    print(
        f"{name}: {len(hosts):,} hosts on {slots:,} slots; {work / 3600:,.0f} hours of work, "
        f"the longest host {longest / 3600:,.1f} hours; lower bound {bound / 3600:,.1f} hours"
    )
    orders: tuple[tuple[str, float, Callable[[Host], float]], ...] = (
        (f"as the code has it, slices of {seconds:g} s", seconds, lambda h: -priority_of(h.spent)),
        ("as in the file, at a stretch", float("inf"), lambda _: 0.0),
        ("largest first, at a stretch", float("inf"), lambda host: -host.seconds),
    )
    for label, length, order in orders:
        found = simulated(hosts, slots, length, order)
        print(
            f"  {label:<38} {found.makespan / bound:5.2f} times the bound, "
            f"idle {found.idle:4.0%}, turns cost {found.overhead:5.1%}; small hosts: "
            f"half after {found.half_of_small / 3600:5.1f} h, 99% after {found.most_of_small / 3600:6.1f} h"
        )


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench hosts", description=__doc__)
    parser.add_argument("--hosts", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=20)
    parser.add_argument("--hosts-per-worker", type=int, default=32)
    parser.add_argument("--slice", type=float, default=SLICE_SECONDS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    costs = measured()
    print(
        f"a page: {costs.cpu * 1000:.1f} ms of a core, {costs.wall * 1000:.1f} ms by the clock, "
        f"{costs.size / 1000:.1f} kB in the archive"
    )
    slots = options.workers * options.hosts_per_worker
    for name, share in (("first run", 1.0), ("a night", _NIGHT)):
        hosts = hosts_of(options.hosts, costs, random.Random(options.seed), share=share)
        pace = sum(host.seconds for host in hosts) / sum(
            host.size / costs.size * share for host in hosts
        )
        busy = options.hosts_per_worker * costs.cpu / pace
        print(f"a page every {pace:.1f} s and host; {busy:.0%} of a core busy in each worker")
        tell(name, hosts, slots, options.slice)


if __name__ == "__main__":
    main(sys.argv[1:])
