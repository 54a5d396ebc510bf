"""XML from strangers: elements without entities, document types or anything from outside, within limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

# Only the parser itself is used, with every feature refused that makes XML dangerous.
from xml.parsers import expat

from rhumbline.exchange.raw import MOST_LEVELS, Place, mark_of, refused, too_deep

MOST_ELEMENTS = 1_000_000


@dataclass(slots=True)
class Element:
    """One element: its name without namespace, its attributes, its own text, what it contains, and its line."""

    name: str
    namespace: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    line: int = 0
    parts: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly in it, without blanks around it."""
        return "".join(self.pieces).strip()

    def all(self, name: str) -> list[Element]:
        """Return the elements of a name directly in it."""
        return [part for part in self.parts if part.name == name]

    def first(self, name: str) -> Element | None:
        """Return the first element of a name directly in it."""
        return next((part for part in self.parts if part.name == name), None)

    def say(self, *path: str) -> str:
        """Return the text of the first element along a path of names; nothing where there is none."""
        here: Element | None = self
        for name in path:
            here = here.first(name) if here is not None else None
        return here.text if here is not None else ""

    def within(self) -> Iterator[Element]:
        """Yield it and everything inside, from top to bottom."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.parts))


def parse_markup(data: bytes) -> Element:
    """Return the root element of an XML file; raise ``Refused`` where it cannot be used.

    Parameters
    ----------
    data
        The content of the file.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(data.lstrip(b" \t\r\n") if not data.startswith(b"\xef\xbb\xbf") else data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", 1)
        problem = expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else str(error)
        raise refused(
            "not-xml",
            Place("", mark_of(max(line, 1) - 1, getattr(error, "offset", 0))),
            f"The file is not complete XML: {problem}.",
            "Export it again; a download that broke off ends in the middle of the file.",
            problem=problem or "",
        ) from None
    if reader.root is None:
        raise refused("not-xml", "", "The file holds no XML element.", "Check that it is the file you meant.")
    return reader.root


class _Reader:
    """Builds elements from the events of the parser, and refuses declarations."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.path: list[Element] = []
        self.count = 0
        self.parser = expat.ParserCreate(namespace_separator="\n")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.letters
        self.parser.StartDoctypeDeclHandler = _refuse_declaration
        self.parser.EntityDeclHandler = _refuse_declaration
        self.parser.ExternalEntityRefHandler = _refuse_declaration
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        self.count += 1
        if len(self.path) >= MOST_LEVELS:
            raise too_deep("")
        if self.count > MOST_ELEMENTS:
            raise refused(
                "too-big",
                "",
                f"The file has more than {MOST_ELEMENTS:,} elements.",
                "Export less at a time, for example one project.",
                most=MOST_ELEMENTS,
            )
        space, _, own = name.rpartition("\n")
        kept = {key.rpartition("\n")[2]: value for key, value in attributes.items()}
        element = Element(own, space, kept, self.parser.CurrentLineNumber)
        if self.path:
            self.path[-1].parts.append(element)
        else:
            self.root = element
        self.path.append(element)

    def end(self, _: str) -> None:
        """Finish an element."""
        self.path.pop()

    def letters(self, text: str) -> None:
        """Add text to the element that is open."""
        self.path[-1].pieces.append(text)


def _refuse_declaration(*_: object) -> int:
    raise refused(
        "unsafe-xml",
        "",
        "The file declares its own document type or entities, which can be used to attack whoever reads it.",
        "Export the file again from the program it comes from; its exports need no such declarations.",
    )


__all__ = ["Element", "parse_markup"]
