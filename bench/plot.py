"""Draw lines over two logarithmic axes as an SVG: the same numbers always give the same bytes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WIDTH, _HEIGHT = 720, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 200, 30, 60
_LINE_HEIGHT = 16
# Each is seen on white as on black; what is written is of the reader's own scheme.
_COLOURS = ("#d9622b", "#2f86d6", "#2a9d6f", "#a06cd5")
_STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #24292f; }
.grid { stroke: #8c959f; stroke-opacity: .35; }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } }"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through points, each greater than 0 both ways, from left to right."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What is drawn.

    Attributes:
        title: what it shows, for who does not see it.
        across: what the numbers to the right are.
        up: what the numbers upwards are.
    """

    title: str
    across: str
    up: str
    lines: tuple[Line, ...]

    def svg(self) -> str:
        """The picture."""
        body = "\n".join((*self._grid(), *self._curves(), *self._labels()))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
            f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">\n'
            f"<title>{escape(self.title)}</title>\n<style>\n{_STYLE}\n</style>\n{body}\n</svg>\n"
        )

    def _grid(self) -> Iterator[str]:
        bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
        for number in self._across():
            x = self._x(number)
            yield f'<path class="grid" d="M{x:.1f} {_TOP}V{bottom}"/>'
            yield _text(x, bottom + 20, f"{number:,.0f}", anchor="middle")
        for exponent in range(self._decades() + 1):
            y = self._y(10**exponent)
            yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{right}"/>'
            yield _text(_LEFT - 8, y + 4, f"{10**exponent:,}", anchor="end")
        yield _text((_LEFT + right) / 2, bottom + 44, self.across, anchor="middle")
        yield _text(_LEFT - 8, _TOP - 12, self.up, anchor="middle")

    def _curves(self) -> Iterator[str]:
        for line, colour in zip(self.lines, _COLOURS, strict=False):
            places = [(self._x(across), self._y(up)) for across, up in line.points]
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
            for x, y in places:
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'

    def _labels(self) -> Iterator[str]:
        """Each line's name and last number, right of its end, and none over another."""
        free = float(_HEIGHT - _BOTTOM)
        for line in sorted(self.lines, key=lambda line: line.points[-1][1]):
            across, up = line.points[-1]
            free = min(self._y(up) + 4, free - _LINE_HEIGHT)
            yield _text(self._x(across) + 10, free, f"{line.name}: {up:,.0f}")

    def _across(self) -> list[float]:
        return sorted({across for line in self.lines for across, _ in line.points})

    def _decades(self) -> int:
        """How many powers of ten there are upwards."""
        most = max(up for line in self.lines for _, up in line.points)
        return max(1, math.ceil(math.log10(most)))

    def _x(self, number: float) -> float:
        numbers = self._across()
        least, most = math.log10(numbers[0]), math.log10(numbers[-1])
        part = (math.log10(number) - least) / (most - least) if most > least else 1.0
        return _LEFT + part * (_WIDTH - _RIGHT - _LEFT)

    def _y(self, number: float) -> float:
        part = math.log10(number) / self._decades()
        return _HEIGHT - _BOTTOM - part * (_HEIGHT - _BOTTOM - _TOP)


def _text(x: float, y: float, words: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns of text, each set to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(heading, *rows, strict=True)]
    return "\n".join(
        "   ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in (heading, *rows)
    )
