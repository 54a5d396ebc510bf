"""Names in a table to keys of records: people, teams and segments are added when nobody has that name yet."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from rhumbline.book.book import Book
from rhumbline.exchange.columns import email_in
from rhumbline.exchange.origins import Origin
from rhumbline.exchange.raw import nearest
from rhumbline.exchange.vocabulary import normal

ADDED_BY_NAME = frozenset({"person", "team", "segment"})

_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,79}")
_LONGEST = 60


def slug(text: str) -> str:
    """Return a key made of the letters of a name; the same name always gives the same one.

    Parameters
    ----------
    text
        A name.
    """
    folded = text.casefold().replace("æ", "ae").replace("ø", "o").replace("ł", "l")
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    short = _NOT_IN_SLUG.sub("-", plain).strip("-")
    mark = hashlib.sha256(text.strip().encode("utf-8", "replace")).hexdigest()[:8]
    if len(short) > _LONGEST:
        return f"{short[:_LONGEST].rstrip('-')}-{mark}"
    # A name in letters that ASCII does not have still needs a key that stays the same.
    return short or f"x-{mark}"


def key_from_id(text: str) -> str:
    """Return the key for the id that a file gives a row: the id itself where it can be one.

    Parameters
    ----------
    text
        The id.
    """
    return text if _KEY.fullmatch(text) else slug(text)


class References:
    """The names and keys of a Book, to which an import adds."""

    def __init__(self, book: Book, origins: Mapping[tuple[str, str], Origin]) -> None:
        self.book = book
        # A team that somebody renamed is still found by the name a file has for it. Of people no such
        # trace is kept, so that a name can be erased.
        self.called = {
            (kind, normal(origin.id)): key for (kind, key), origin in origins.items() if kind in ("team", "segment")
        }
        self.keys: dict[str, dict[str, str]] = {}
        self.added: dict[str, dict[str, dict[str, Any]]] = {}
        self._next = 1

    def known(self, kind: str) -> dict[str, str]:
        """Return the keys of one kind by what people call them: the key, the name, an e-mail address."""
        if kind not in self.keys:
            found: dict[str, str] = {}
            for key, record in self.book.all(kind).items():
                for word in (getattr(record, "email", ""), getattr(record, "name", ""), getattr(record, "text", "")):
                    if word:
                        found.setdefault(normal(word), key)
            # A key is what it says, even where somebody else has it as a name.
            found.update({normal(key): key for key in self.book.all(kind)})
            self.keys[kind] = found
        return self.keys[kind]

    def learn(self, kind: str, key: str, words: Iterable[str]) -> None:
        """Let names stand for the key of a record that is being imported."""
        for word in words:
            if word:
                self.known(kind).setdefault(normal(word), key)

    def find(self, kind: str, text: str) -> str | None:
        """Return the key of what a text names, adding a person, team or segment; None where nothing has that name."""
        for one in kind.split(" or "):
            found = self.known(one).get(normal(text)) or self.called.get((one, normal(text)))
            if found is not None and (found in self.book.all(one) or found in self.known(one).values()):
                return found
        return self._person(text) if kind == "person" else self._add(kind, text) if kind in ADDED_BY_NAME else None

    def near(self, kind: str, text: str) -> str | None:
        """Return the known name that looks most like a text."""
        return nearest(normal(text), [word for one in kind.split(" or ") for word in self.known(one)])

    def person(self, name: str, email: str) -> str | None:
        """Return the key of a person by e-mail address, else by name; one nobody knows is added."""
        email = email or email_in(name)
        bare = name.replace(email, "").strip(" <>()") if email else name.strip()
        known = self.known("person")
        found = (known.get(normal(email)) if email else None) or (known.get(normal(bare)) if bare else None)
        return found or self._new_person(bare or email, email)

    def _person(self, text: str) -> str | None:
        return self.person(text, "")

    def _new_person(self, name: str, email: str) -> str | None:
        if not name:
            return None
        number = self._next
        # Keys of people are numbers, never names: a name can then be erased without a trace.
        while f"p{number}" in self.book.all("person") or f"p{number}" in self.added.get("person", {}):
            number += 1
        self._next = number + 1
        key = f"p{number}"
        raw = {"key": key, "name": name[:200], **({"email": email} if email else {})}
        self.added.setdefault("person", {})[key] = raw
        self.learn("person", key, (name, email))
        return key

    def _add(self, kind: str, text: str) -> str:
        key = base = slug(text)
        number = 2
        while key in self.book.all(kind) or key in self.added.get(kind, {}):
            key, number = f"{base}-{number}", number + 1
        self.added.setdefault(kind, {})[key] = {"key": key, "name": text.strip()[:200]}
        self.learn(kind, key, (text,))
        return key
