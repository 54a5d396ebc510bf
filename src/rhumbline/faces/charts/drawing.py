"""Writes SVG: shapes and text with classes only, everything escaped, the same bytes for the same input."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from math import pi, sqrt

from rhumbline.book.findings import RhumblineError
from rhumbline.faces.charts.letters import LOUD, PLAIN, SMALL, clean, shortened, text_width, wrapped

# Widths of the containers the pictures are made for: a column of a page, and a telephone with its margins.
WIDE = 720.0
NARROW = 358.0
_NARROW_BELOW = 540.0
_LEAST_WIDTH = 280.0

# What a letter takes above and below its baseline, as a share of its size.
ASCENT = 0.8
DESCENT = 0.25
LINE = 1.3

_SIZES = {SMALL: "rl-11", PLAIN: "rl-12", LOUD: "rl-15"}
_SAFE_LINK = re.compile(r"(?:https?://|mailto:|[/#?.]|[^:/?#]*(?:[/?#]|$))", re.IGNORECASE)


class UnsafeLink(RhumblineError):
    """A link of a picture would run code or leave the web when it is followed."""

    def __init__(self, href: str) -> None:
        super().__init__(f"The link {href!r} is not a path, a fragment, or an http, https or mailto address.")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: its left and top edge, width and height."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: Box) -> bool:
        """Whether two rectangles share more than an edge."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def inside(self, other: Box) -> bool:
        """Whether this rectangle lies within another."""
        return (
            other.x <= self.x
            and other.y <= self.y
            and self.x + self.width <= other.x + other.width
            and self.y + self.height <= other.y + other.height
        )


def number(value: float) -> str:
    """Return a coordinate with two decimals at most: enough for the eye, and stable bytes."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def label_box(x: float, y: float, text: str, size: int, anchor: str, *, bold: bool = False) -> Box:
    """Return the rectangle a label takes.

    Parameters
    ----------
    x, y
        Its anchor, on the baseline.
    text
        What it says.
    size
        Type size.
    anchor
        ``start``, ``mid`` or ``end``.
    bold
        Whether it is set in bold.
    """
    width = text_width(text, size, bold=bold)
    left = x - {"start": 0.0, "mid": width / 2, "end": width}[anchor]
    return Box(left, y - ASCENT * size, width, (ASCENT + DESCENT) * size)


class Drawing:
    """A picture under construction; marks appear in the order in which they are added.

    Parameters
    ----------
    width
        In CSS pixels of the container the picture is made for; at that width type has its nominal size.
    title
        What the picture is called.
    desc
        A sentence that says what it shows.
    """

    def __init__(self, width: float, title: str, desc: str) -> None:
        self.width = max(_LEAST_WIDTH, width)
        self.title = clean(title)
        self.desc = clean(desc)
        self.linked = False
        self._parts: list[str] = []

    @property
    def narrow(self) -> bool:
        """Whether there is only room for one thing beside another."""
        return self.width < _NARROW_BELOW

    # --- shapes -----------------------------------------------------------------------------

    def rect(self, x: float, y: float, width: float, height: float, css: str, *, radius: float = 0) -> None:
        """Draw a rectangle; a negative width or height becomes none."""
        round_corner = f' rx="{number(radius)}"' if radius else ""
        size = f'width="{number(max(0.0, width))}" height="{number(max(0.0, height))}"'
        self._parts.append(f'<rect x="{number(x)}" y="{number(y)}" {size}{round_corner} class="{css}"/>')

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str) -> None:
        """Draw a straight line."""
        ends = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
        self._parts.append(f'<line {ends} class="{css}"/>')

    def path(self, steps: Sequence[str | float], css: str) -> None:
        """Draw a path of SVG commands and coordinates."""
        d = " ".join(step if isinstance(step, str) else number(step) for step in steps)
        self._parts.append(f'<path d="{d}" class="{css}"/>')

    def mark(self, kind: str, x: float, y: float, radius: float, css: str) -> None:
        """Draw a mark of the same area for each kind: circle, diamond or triangle."""
        if kind == "circle":
            self._parts.append(f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" class="{css}"/>')
        elif kind == "diamond":
            half = radius * sqrt(pi / 2)
            self.path(["M", x, y - half, "L", x + half, y, "L", x, y + half, "L", x - half, y, "Z"], css)
        else:
            # An equilateral triangle of the circle's area around its centroid.
            side = radius * sqrt(4 * pi / sqrt(3))
            up, down = side / sqrt(3), side / (2 * sqrt(3))
            self.path(["M", x, y - up, "L", x + side / 2, y + down, "L", x - side / 2, y + down, "Z"], css)

    def hatch(self, x: float, y: float, width: float, height: float, css: str, *, step: float = 5) -> None:
        """Draw diagonal lines in a rectangle: a pattern without an id, so that pictures on one page never clash."""
        steps: list[str | float] = []
        offset = step
        while width > 0 and height > 0 and offset < width + height:
            left, right = max(0.0, offset - height), min(width, offset)
            steps += ["M", x + left, y + (offset - left), "L", x + right, y + (offset - right)]
            offset += step
        if steps:
            self.path(steps, css)

    # --- text -------------------------------------------------------------------------------

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: int = PLAIN,
        anchor: str = "start",
        bold: bool = False,
        css: str = "",
        room: float | None = None,
    ) -> None:
        """Write one line on a baseline, shortened to the room there is and moved inside the picture.

        Parameters
        ----------
        x, y
            Its anchor, on the baseline.
        text
            What it says.
        size
            11, 12 or 15.
        anchor
            ``start``, ``mid`` or ``end``.
        bold
            Whether it is set in bold.
        css
            Further classes.
        room
            The width there is; by default that of the picture.
        """
        shown = shortened(clean(text), min(self.width, room if room is not None else self.width), size, bold=bold)
        if not shown:
            return
        box = label_box(x, y, shown, size, anchor, bold=bold)
        inside = x + max(0.0, -box.x) - max(0.0, box.x + box.width - self.width)
        classes = " ".join(
            name
            for name in (_SIZES[size], "rl-b" if bold else "", "" if anchor == "start" else f"rl-{anchor}", css)
            if name
        )
        self._parts.append(
            f'<text x="{number(inside)}" y="{number(y)}" class="{classes}">{escape(shown, quote=False)}</text>'
        )

    def whole_text(
        self, x: float, y: float, text: str, room: float, *, size: int = SMALL, anchor: str = "start", css: str = ""
    ) -> bool:
        """Write a number only where it fits whole: half a number is a wrong number."""
        fits = text_width(text, size) <= room
        if fits:
            self.text(x, y, text, size=size, anchor=anchor, css=css)
        return fits

    def lines(
        self,
        x: float,
        y: float,
        text: str,
        room: float,
        *,
        size: int = PLAIN,
        most: int = 2,
        anchor: str = "start",
        bold: bool = False,
        css: str = "",
    ) -> float:
        """Write a text over several lines, the first on baseline ``y``; return the height they take."""
        written = wrapped(text, room, size, lines=most, bold=bold)
        for place, line in enumerate(written):
            self.text(x, y + place * LINE * size, line, size=size, anchor=anchor, bold=bold, css=css, room=room)
        return len(written) * LINE * size

    # --- groups -----------------------------------------------------------------------------

    @contextmanager
    def item(self, says: str, href: str = "") -> Iterator[None]:
        """Group marks that belong together; the group says what it is, and is a link where the caller gives one.

        Parameters
        ----------
        says
            Shown when the pointer rests on it, and read out.
        href
            A path or address; empty for none.
        """
        if href and (not _SAFE_LINK.match(href) or clean(href) != href):
            raise UnsafeLink(href)
        self.linked = self.linked or bool(href)
        said = clean(says)
        label = f' aria-label="{escape(said)}"' if href else ""
        self._parts.append(f'<a href="{escape(href)}" class="rl-item"{label}>' if href else '<g class="rl-item">')
        self._parts.append(f"<title>{escape(said, quote=False)}</title>")
        yield
        self._parts.append("</a>" if href else "</g>")

    def svg(self, height: float) -> str:
        """Return the finished picture.

        Parameters
        ----------
        height
            How far down it reaches.
        """
        # A picture (role img) has no parts that can be reached; one with links has to be a group.
        role = "group" if self.linked else "img"
        size = f'viewBox="0 0 {number(self.width)} {number(height)}"'
        natural = f'width="{number(self.width)}" height="{number(height)}"'
        name = f'role="{role}" aria-label="{escape(self.title)}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" class="rl" {size} {natural} {name}>'
        about = f"<title>{escape(self.title, quote=False)}</title><desc>{escape(self.desc, quote=False)}</desc>"
        paper = f'<rect width="{number(self.width)}" height="{number(height)}" class="rl-paper"/>'
        return "\n".join((head, about, paper, *self._parts, "</svg>")) + "\n"


__all__ = ["ASCENT", "DESCENT", "LINE", "NARROW", "WIDE", "Box", "Drawing", "UnsafeLink", "label_box", "number"]
