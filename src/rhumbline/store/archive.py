"""Backup and restore: everything the server keeps in one file, written from one moment and read back with proof.

The file is a zip with one text file per table, a row on each line as JSON, and a manifest. It is the same whichever
database it came from, so it is also the way from SQLite to PostgreSQL and back. Nothing here holds a whole table.
"""
# ruff: noqa: SLF001 - what Django knows about a table stands behind an underscore

from __future__ import annotations

import hashlib
import json
import os
import secrets
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version as version_of
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from rhumbline.book.findings import RhumblineError
from rhumbline.book.upgrades import SCHEMA
from rhumbline.store import chain
from rhumbline.store.models import (
    Change,
    GuestLink,
    Membership,
    Organisation,
    Proposal,
    Record,
    Run,
    Sealed,
    Token,
    User,
    Voted,
)
from rhumbline.store.reading import forget
from rhumbline.store.refusing import saving
from rhumbline.store.runs import QUEUED, RUNNING

FORMAT = "rhumbline archive"
FORM = 1
MANIFEST = "manifest.json"

# What is kept, in an order in which each table comes after those it refers to. Left out is what ends by itself within
# days: sessions, links to sign in once, answers kept for a repeated request, the queue and the cache.
TABLES: tuple[type[models.Model], ...] = (
    User,
    Organisation,
    Membership,
    Token,
    GuestLink,
    Change,
    Record,
    Sealed,
    Voted,
    Proposal,
    Run,
)

# Of a file that somebody made to fill memory or disk no more than this is read.
_LONGEST_MANIFEST = 64 * 2**20
_LONGEST_ROW = 256 * 2**20
# Rows hold digests, which cannot be packed; text packed tighter than this is no archive of ours.
_TIGHTEST = 250
_AT_ONCE = 400
_PIECE = 2**20


class ArchiveNotWritten(RhumblineError):
    """The backup could not be written; what was there under its name is untouched."""

    def __init__(self, path: Path, problem: OSError) -> None:
        super().__init__(
            f"The backup {path} could not be written: {problem.strerror or problem}. Nothing was left behind, and a "
            "backup that was there is untouched. Choose a folder you may write to, on a disk with space, and try again."
        )


class NotAnArchive(RhumblineError):
    """A file is no backup of Rhumbline, so nothing was restored from it."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(
            f"{path} is no backup of Rhumbline: {found}. Nothing was changed. Name a file that `rhumbline backup` "
            "wrote."
        )


class DamagedArchive(RhumblineError):
    """A backup is not as it was written, so nothing was restored from it."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(
            f"The backup {path} is damaged or was altered: {found}. Nothing was changed. Restore another copy of it, "
            "or an earlier backup."
        )


class NewerArchive(RhumblineError):
    """A backup was written by a newer release, whose tables this one does not know."""

    def __init__(self, path: Path, release: str) -> None:
        super().__init__(
            f"The backup {path} was written by Rhumbline {release}, whose tables this release does not know. Nothing "
            "was changed. Install that release or a newer one, and restore again."
        )


class DatabaseNotEmpty(RhumblineError):
    """A backup can only be restored into an empty database, unless somebody says that the present one may go."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The database holds {found} already, and a restore would remove them. Nothing was changed. Back up first, "
            "then restore with --replace; or name an empty database in DATABASE_URL."
        )


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the history of one organisation: compare it with one that was written down elsewhere.

    Parameters
    ----------
    organisation
        Its name in addresses.
    seq, hash
        The last change.
    book_sha
        The hash of the Book after it.
    """

    organisation: str
    seq: int
    hash: str
    book_sha: str


# --- writing ----------------------------------------------------------------------------------


def write_archive(path: Path) -> tuple[Head, ...]:
    """Keep everything the server keeps in one file, as it is at one moment; the server goes on meanwhile.

    Parameters
    ----------
    path
        The file. One that is there is replaced once the new one is complete. Only its owner may read it: it holds
        names, money and what passwords are checked against.

    Returns
    -------
    tuple
        The end of the history of each organisation.

    Raises
    ------
    ArchiveNotWritten
        When the folder cannot be written to or the disk is full.
    """
    path = Path(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as stream:
                with _one_moment():
                    heads = _write(stream)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        _make_sure(path.parent)
    except OSError as problem:
        raise ArchiveNotWritten(path, problem) from problem
    return heads


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read the database as it is at one moment, and let others write meanwhile."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # A transaction of Django takes the lock to write, and every author would wait.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def _write(stream: BinaryIO) -> tuple[Head, ...]:
    heads = _heads()
    tables = {}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for model in TABLES:
            tables[_name(model)] = _write_table(archive, model)
        manifest = {
            "format": FORMAT,
            "form": FORM,
            "release": version_of("rhumbline"),
            "written": timezone.now().isoformat(),
            "schema": SCHEMA,
            "migrations": sorted(_migrations()),
            "tables": tables,
            "heads": [[head.organisation, head.seq, head.hash, head.book_sha] for head in heads],
        }
        archive.writestr(_member(MANIFEST), json.dumps(manifest, indent=1, ensure_ascii=False))
    return heads


def _write_table(archive: zipfile.ZipFile, model: type[models.Model]) -> dict[str, Any]:
    digest, rows, size = hashlib.sha256(), 0, 0
    fields = model._meta.concrete_fields
    with archive.open(_member(_file(model)), "w", force_zip64=True) as member:
        names = [field.attname for field in fields]
        found = model._base_manager.order_by("pk").values_list(*names)
        for values in found.iterator(chunk_size=2000):
            row = dict(zip(names, map(_plain, values), strict=True))
            line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            member.write(line)
            digest.update(line)
            rows += 1
            size += len(line)
    return {"rows": rows, "bytes": size, "sha256": digest.hexdigest(), "last": _last_number(model)}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member


def _name(model: type[models.Model]) -> str:
    return str(model._meta.model_name)


def _file(model: type[models.Model]) -> str:
    return f"{_name(model)}.jsonl"


def _migrations() -> set[str]:
    return {name for app, name in MigrationRecorder(connection).applied_migrations() if app == "store"}


def _heads() -> tuple[Head, ...]:
    found = Organisation.objects.order_by("key").values_list("key", "seq", "hash", "book_sha")
    return tuple(Head(*one) for one in found)


def _make_sure(folder: Path) -> None:
    """Let a new name in a folder survive a power cut, where the system can promise that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# --- numbers that are given once --------------------------------------------------------------

# The history names users and tokens by their numbers, so a number is never given again, even after a restore.


def _last_number(model: type[models.Model]) -> int:
    """Return the last number that a table gave to a row, which may be gone."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
            # The name comes from the database itself, quoted where it has to be.
            cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {cursor.fetchone()[0]}")  # noqa: S608
        else:
            cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        return int(cursor.fetchone()[0])


def _go_on_after(model: type[models.Model], number: int) -> None:
    """Let a table give its next row a number after this one."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, %s)", [table, max(number, 1), number > 0]
            )
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number])


# --- reading ----------------------------------------------------------------------------------


def read_archive(path: Path, *, replace: bool = False) -> tuple[Head, ...]:
    """Bring back what a backup holds: all of it with every history verified, or nothing.

    Parameters
    ----------
    path
        A file that ``write_archive`` wrote, from either database. The tables have to be there already.
    replace
        Whether what the database holds now may go. It goes together with what is restored, or not at all.

    Returns
    -------
    tuple
        The end of the history of each organisation.

    Raises
    ------
    NotAnArchive, DamagedArchive, NewerArchive
        When the file is not what it has to be.
    DatabaseNotEmpty
        When the database holds something and nobody said that it may go.
    CannotSave
        When the database cannot be written to.
    """
    path = Path(path)
    with path.open("rb") as stream, saving():
        archive = _Archive(path, stream)
        archive.check()
        forget()
        try:
            with transaction.atomic():
                _make_room(replace=replace)
                archive.fill()
            return _heads()
        finally:
            forget()


def _make_room(*, replace: bool) -> None:
    """Make sure that the tables are empty, and that nobody writes into them meanwhile."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in TABLES)
            cursor.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")
    if not replace:
        for model in TABLES:
            count = model._base_manager.count()
            if count:
                raise DatabaseNotEmpty(f"{count} of {model._meta.verbose_name_plural}")
    # What the migrations wrote stays; everything else goes, also what no archive holds: a session of somebody who
    # is another user now, an answer that was kept for a request.
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in {"auth", "contenttypes"} and model._meta.managed:
            query = model._base_manager.all()
            query._raw_delete(query.db)


class _Archive:
    """A file that says it is a backup; nothing in it is believed before it was checked."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self.path = path
        try:
            self.zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
            if stream.seek(0, os.SEEK_END) and stream.seek(0) == 0 and stream.read(2) == b"PK":
                raise DamagedArchive(path, "its end is missing or broken") from problem
            raise NotAnArchive(path, "it is no such file") from problem
        self.size = stream.seek(0, os.SEEK_END)
        self.manifest: dict[str, Any] = {}
        self.tables: dict[str, dict[str, Any]] = {}

    def check(self) -> None:
        """Compare everything with the manifest, without a look at the database."""
        self.read_manifest()
        for name, stated in self.tables.items():
            digest, rows = hashlib.sha256(), 0
            for line in self.lines(f"{name}.jsonl", stated["bytes"]):
                digest.update(line)
                rows += 1
            if digest.hexdigest() != stated["sha256"] or rows != stated["rows"]:
                raise DamagedArchive(self.path, f"{name}.jsonl is not what was written")

    def read_manifest(self) -> None:
        members = self.zip.infolist()
        names = [member.filename for member in members]
        if MANIFEST not in names:
            raise NotAnArchive(self.path, f"it has no {MANIFEST}")
        text = b"".join(self.lines(MANIFEST, _LONGEST_MANIFEST))
        try:
            manifest = json.loads(text)
            mine = manifest["format"] == FORMAT
        except (ValueError, TypeError, KeyError, RecursionError):
            mine = False
        if not mine:
            raise NotAnArchive(self.path, f"its {MANIFEST} is not ours")
        self.manifest = manifest
        try:
            self.compare_releases()
            self.tables = {name: self.stated(name) for name in manifest["tables"]}
            self.heads = sorted(
                (str(key), int(seq), str(hash_), str(sha)) for key, seq, hash_, sha in manifest["heads"]
            )
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as problem:
            raise DamagedArchive(self.path, f"its {MANIFEST} is not what was written") from problem
        expected = {_name(model) for model in TABLES}
        if set(self.tables) != expected:
            raise DamagedArchive(self.path, f"it lacks {', '.join(sorted(expected - set(self.tables))) or 'nothing'}")
        if sorted(names) != sorted([MANIFEST, *(_file(model) for model in TABLES)]):
            raise DamagedArchive(self.path, "it holds other files than its manifest names")

    def compare_releases(self) -> None:
        """Refuse what a newer release wrote: it may mean something else."""
        manifest = self.manifest
        newer = manifest["form"] > FORM or manifest["schema"] > SCHEMA
        if newer or not set(manifest["migrations"]) <= _migrations():
            raise NewerArchive(self.path, str(manifest["release"])[:40])

    def stated(self, name: str) -> dict[str, Any]:
        """Return what the manifest says of a table."""
        stated = self.manifest["tables"][name]
        found = {part: int(stated[part]) for part in ("rows", "bytes", "last")}
        if min(found.values()) < 0 or found["bytes"] > _TIGHTEST * self.size:
            raise DamagedArchive(self.path, f"{name}.jsonl cannot be as large as it says")
        return {**found, "sha256": str(stated["sha256"])}

    def lines(self, name: str, limit: int) -> Iterator[bytes]:
        """Yield the lines of a member, and stop where it is longer than it may be."""
        try:
            member = self.zip.getinfo(name)
            if member.flag_bits & 1 or member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise DamagedArchive(self.path, f"{name} is packed in a way we do not use")
            left = limit
            with self.zip.open(member) as stream:
                for line in _lines_of(stream, min(_LONGEST_ROW, limit)):
                    left -= len(line)
                    if left < 0:
                        raise DamagedArchive(self.path, f"{name} is longer than it says")
                    yield line
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError) as problem:
            raise DamagedArchive(self.path, f"{name} cannot be unpacked") from problem

    def fill(self) -> None:
        """Write all rows into the empty tables, and verify what stands there then."""
        try:
            for model in TABLES:
                self.fill_table(model)
                _go_on_after(model, self.tables[_name(model)]["last"])
            connection.check_constraints()
        except (IntegrityError, DataError, ValidationError, ValueError, TypeError, KeyError, OverflowError) as problem:
            raise DamagedArchive(self.path, "its rows do not fit together") from problem
        # Whoever computed one of these does not any more.
        Run.objects.filter(state=RUNNING).update(state=QUEUED, started=None, beat=None, progress="")
        if [(head.organisation, head.seq, head.hash, head.book_sha) for head in _heads()] != self.heads:
            raise DamagedArchive(self.path, "its histories do not end where its manifest says")
        for organisation in Organisation.objects.order_by("pk").iterator():
            self.verify(organisation)

    def verify(self, organisation: Organisation) -> None:
        try:
            found = chain.verify(organisation)
        except (ValueError, TypeError, KeyError, AttributeError, RhumblineError) as problem:
            raise DamagedArchive(self.path, f"the records of {organisation.key} cannot be read") from problem
        if found.findings:
            first = found.findings[0]
            raise DamagedArchive(self.path, f"the history of {organisation.key} does not hold, {first.where}")

    def fill_table(self, model: type[models.Model]) -> None:
        name = _name(model)
        fields = {field.attname: field for field in model._meta.concrete_fields}
        waiting: list[models.Model] = []
        digest, highest = hashlib.sha256(), 0
        for line in self.lines(_file(model), self.tables[name]["bytes"]):
            digest.update(line)
            row = json.loads(line)
            if not set(row) <= set(fields):
                raise ValueError(f"unknown fields in {name}")
            # A column that came with a later release has its default.
            values = {attname: fields[attname].to_python(value) for attname, value in row.items()}
            waiting.append(model(**values))
            highest = max(highest, values["id"])
            if len(waiting) >= _AT_ONCE:
                model._base_manager.bulk_create(waiting, batch_size=_AT_ONCE)
                waiting.clear()
        model._base_manager.bulk_create(waiting, batch_size=_AT_ONCE)
        # Somebody may have changed the file since it was checked.
        if digest.hexdigest() != self.tables[name]["sha256"] or highest > self.tables[name]["last"]:
            raise ValueError(f"{name} changed meanwhile")


def _lines_of(stream: IO[bytes], limit: int) -> Iterator[bytes]:
    """Yield lines, none of them longer than a limit and the end of the line."""
    while line := stream.readline(limit + 1):
        if len(line) > limit:
            raise ValueError("a line is too long")
        yield line


__all__ = [
    "TABLES",
    "ArchiveNotWritten",
    "DamagedArchive",
    "DatabaseNotEmpty",
    "Head",
    "NewerArchive",
    "NotAnArchive",
    "read_archive",
    "write_archive",
]
