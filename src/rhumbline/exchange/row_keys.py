"""The key of each row: by its id, by what was imported before, or by its name; the same row always has the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rhumbline.book.book import Book
from rhumbline.book.findings import Finding
from rhumbline.book.types import FrozenMap, Severity
from rhumbline.exchange.origins import Origin
from rhumbline.exchange.proposal import Line, Talk
from rhumbline.exchange.raw import show
from rhumbline.exchange.references import References, key_from_id, slug
from rhumbline.exchange.tables import Table
from rhumbline.exchange.vocabulary import normal


@dataclass(frozen=True, slots=True)
class RowKeys:
    """What is needed to give rows their keys."""

    before: Book
    table: Table
    kind: str
    source: str
    origins: Mapping[tuple[str, str], Origin]
    references: References
    talk: Talk

    def keyed(self, lines: Iterable[Line]) -> list[tuple[Line, str, str]]:
        """Give each row its key: by its id, by what was imported before, or by its name."""
        imported = {
            (origin.source, origin.id): key for (kind, key), origin in self.origins.items() if kind == self.kind
        }
        used: dict[str, Line] = {}
        ids: dict[str, Line] = {}
        keyed = []
        repeated = 0
        for line in lines:
            own_id = self._own_id(line)
            if own_id in ids:
                if ids[own_id].values == line.values:
                    repeated += 1
                    continue
                if not own_id.startswith("name:"):
                    self.talk.hold(line, self._same_id(line, own_id, ids[own_id]))
                    continue
                own_id = self._numbered(own_id, ids, line)
            ids[own_id] = line
            key = imported.get((self.source, own_id)) or self._key(line, own_id, used)
            used[key] = line
            name = line.values.get("name")
            self.references.learn(self.kind, key, (str(name or ""), own_id.removeprefix("name:"), key))
            keyed.append((line, key, own_id))
        if repeated:
            self.talk.say(
                "repeated-row",
                self.table.where(),
                f"{repeated} row(s) repeat another one in every column that is used; each counts once.",
                "Nothing needs to be done.",
                Severity.INFO,
                count=repeated,
            )
        return keyed

    def _own_id(self, line: Line) -> str:
        stated = line.values.get("key")
        if stated:
            return _short(str(stated))
        name = line.values.get("name") or line.values.get("text") or ""
        if not name and self.kind == "benefit":
            name = f"{line.values.get('initiative', '')}.{line.values.get('kpi', '')}"
        return f"name:{_short(normal(str(name)))}" if name else f"name:row {line.row.number}"

    def _numbered(self, own_id: str, ids: Mapping[str, Line], line: Line) -> str:
        number = 2
        while f"{own_id} ({number})" in ids:
            number += 1
        self.talk.say(
            "same-name",
            line.where,
            f"Another row has the same name {show(line.values.get('name'))} and says something else; both were kept.",
            "Give them different names, or an id column: without one they cannot be told apart for certain.",
            Severity.WARNING,
        )
        return f"{own_id} ({number})"

    def _same_id(self, line: Line, own_id: str, first: Line) -> Finding:
        return Finding(
            code="duplicate-id",
            where=line.where,
            message=f"The id {show(own_id)} is that of row {first.row.number} too, which says something else.",
            remedy="Give each row its own id, or remove one of the two.",
            kind=self.kind,
            numbers=FrozenMap({"value": own_id, "row": first.row.number}),
        )

    def _key(self, line: Line, own_id: str, used: Mapping[str, Line]) -> str:
        """Return a key nobody else has, except a record of the same name that is there already."""
        if not own_id.startswith("name:"):
            base = key_from_id(own_id)
        elif self.kind == "person":
            found = self.references.known("person").get(own_id.removeprefix("name:"))
            base = found or f"p{len(self.before.people) + len(used) + 1}"
        else:
            base = slug(str(line.values.get("name") or line.values.get("text") or own_id.removeprefix("name:")))
        key, number = base, 2
        while key in used or self._is_another(key, line, own_id):
            key, number = f"{base[:76]}-{number}", number + 1
        return key

    def _is_another(self, key: str, line: Line, own_id: str) -> bool:
        there = self.before.all(self.kind).get(key)
        if there is None or not own_id.startswith("name:"):
            return False
        said = line.values.get("name") or line.values.get("text")
        return bool(said) and normal(str(said)) != normal(str(getattr(there, "name", getattr(there, "text", said))))


_LONGEST = 120


def _short(text: str) -> str:
    """Return an id that is not too long to be kept; a long one ends in letters that tell it from others."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]}~{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:8]}"
