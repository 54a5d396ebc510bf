"""The one stylesheet of the pictures, and pictures that carry it with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import escape
from importlib import resources

from rhumbline.faces.charts.drawing import NARROW, WIDE, number
from rhumbline.faces.charts.letters import clean
from rhumbline.faces.charts.tables import Table, to_html

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(r"(--rl-[a-z]+): (#[0-9a-f]{6});")
_USE = re.compile(r"var\((--rl-[a-z]+)\)")
_HEAD = re.compile(r'<svg [^>]*height="[\d.]+"')
_SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)"')
_PAPER = re.compile(r'<rect [^>]*class="rl-paper"/>')
# On a page the surroundings keep their distance; alone a picture has to bring its own.
_MARGIN = 16.0


@cache
def stylesheet() -> str:
    """Return the stylesheet that every page with pictures loads once."""
    return (resources.files("rhumbline.faces.charts") / "charts.css").read_text(encoding="utf-8")


@cache
def flat_stylesheet() -> str:
    """Return the light colours only, without custom properties, for renderers that know nothing newer."""
    text = _COMMENT.sub("", stylesheet())
    # The first value of a token is the light one; the blocks that redefine tokens are rules of their own.
    tokens = dict(reversed(_TOKEN.findall(text)))
    # Such renderers also take the size of the picture from the rule for its root, which is meant for pages.
    plain = text[text.index(".rl-paper {") : text.index(".rl-table {")]
    return _USE.sub(lambda match: tokens[match[1]], plain)


def standalone(svg: str, *, flat: bool = False) -> str:
    """Return a picture that carries its stylesheet, for a file, a notebook or an e-mail.

    Parameters
    ----------
    svg
        What a drawing function returned.
    flat
        Light colours only, for renderers without custom properties.
    """
    style = _COMMENT.sub("", flat_stylesheet() if flat else stylesheet())
    width, height = (float(side) for side in _SIZE.search(svg).groups())  # type: ignore[union-attr]
    wide, high = number(width + 2 * _MARGIN), number(height + 2 * _MARGIN)
    left = number(-_MARGIN)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="rl rl-alone" viewBox="{left} {left} {wide} {high}" '
        f'width="{wide}" height="{high}"'
    )
    whole = _HEAD.sub(head, svg, count=1)
    paper = f'<rect x="{left}" y="{left}" width="{wide}" height="{high}" class="rl-paper"/>'
    whole = _PAPER.sub(paper, whole, count=1)
    return whole.replace("</desc>", f"</desc>\n<style>{escape(_squeezed(style), quote=False)}</style>", 1)


def _squeezed(style: str) -> str:
    return "\n".join(line.strip() for line in style.splitlines() if line.strip())


def figure(draw: Callable[[float], str], table: Table, *, show: str) -> str:
    """Return a picture in two widths, of which the container shows the one that fits, with its table to unfold.

    Parameters
    ----------
    draw
        Draws the picture for a width in CSS pixels.
    table
        The same data as a table.
    show
        The words that unfold the table, such as ``Show the numbers``.
    """
    return (
        f'<figure class="rl-figure"><figcaption>{escape(clean(table.caption))}</figcaption>\n'
        f'<div class="rl-if-wide">{draw(WIDE)}</div>\n<div class="rl-if-narrow">{draw(NARROW)}</div>\n'
        f"<details><summary>{escape(clean(show))}</summary>\n{to_html(table)}</details></figure>\n"
    )


__all__ = ["figure", "flat_stylesheet", "standalone", "stylesheet"]
