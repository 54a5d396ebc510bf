"""How the three modes of an initiative look in every picture: a shape and a colour each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rhumbline.faces.charts.drawing import Drawing
from rhumbline.faces.charts.letters import SMALL, text_width
from rhumbline.faces.charts.words import Words

SHAPES: Mapping[str, str] = MappingProxyType({"exploit": "circle", "explore": "diamond", "drift": "triangle"})


def shape_of(mode: str) -> str:
    """Return the shape of a mode; one we do not know looks like drift."""
    return SHAPES.get(mode, "triangle")


def css_of(mode: str) -> str:
    """Return the class of a mode; one we do not know looks like drift."""
    return f"rl-{mode if mode in SHAPES else 'drift'}"


def name_of(mode: str, words: Words) -> str:
    """Return the word for a mode."""
    return words.say(f"mode.{mode if mode in SHAPES else 'drift'}")


def mode_mark(drawing: Drawing, mode: str, x: float, y: float, radius: float, *, live: bool) -> None:
    """Draw the mark of a mode: filled for live work, pale for a candidate."""
    planned = "" if live else " rl-planned"
    drawing.mark(shape_of(mode), x, y, radius, f"rl-mark {css_of(mode)}{planned}")


def legend(
    drawing: Drawing, words: Words, modes: Sequence[str], y: float, *, more: Sequence[str] = (), states: bool = True
) -> float:
    """Explain the marks in one or several lines, then add further words; return the height taken.

    Parameters
    ----------
    drawing
        The picture.
    words
        The language.
    modes
        Modes that occur.
    y
        Top edge.
    more
        Words without a mark.
    states
        Whether live work and candidates look different in the picture.
    """
    x, line = 0.0, 0
    shown = [mode for mode in SHAPES if mode in modes]
    entries = [(mode, "mode", name_of(mode, words)) for mode in shown]
    entries += [(shown[0], state, words.say(f"state.{state}")) for state in ("live", "candidate") if shown and states]
    entries += [("", "", text) for text in more]
    for mode, kind, text in entries:
        lead = 18.0 if mode else 0.0
        wide = lead + text_width(text, SMALL)
        if x and x + wide > drawing.width:
            x, line = 0.0, line + 1
        middle = y + 8 + line * 18
        if mode:
            mode_mark(drawing, mode, x + 7, middle, 5, live=kind != "candidate")
        drawing.text(x + lead, middle + 4, text, size=SMALL, css="rl-mute", room=drawing.width - lead)
        x += wide + 16
    return (line + 1) * 18.0 if entries else 0.0


__all__ = ["SHAPES", "css_of", "legend", "mode_mark", "name_of", "shape_of"]
