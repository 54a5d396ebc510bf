"""The tables: a handful, whatever kinds of records there are.

What a company wrote down is kept as versions of records (``Record``), written by numbered changes (``Change``).
Everything else here is about who may come in, what waits for a decision, and which answers are kept.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

# --- who comes in -----------------------------------------------------------------------------


class User(AbstractUser):
    """Somebody with an account; what they may do is decided in each organisation by a Membership."""

    # The e-mail address in lower case is the name to sign in with.
    email = models.EmailField(unique=True)

    class Meta:
        db_table = "rhumbline_user"


class Organisation(models.Model):
    """One company: the number, the hash and the Book hash of its last change."""

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")
    book_sha = models.CharField(max_length=64, default="")
    # Of the last row of a series that was written, of the last proposal and the last run.
    rows = models.PositiveBigIntegerField(default=0)
    proposals = models.PositiveBigIntegerField(default=0)
    runs = models.PositiveBigIntegerField(default=0)
    created = models.DateTimeField()

    class Meta:
        db_table = "rhumbline_organisation"

    def __str__(self) -> str:
        return self.key


class Membership(models.Model):
    """What a user may do in one organisation, and which Person of its Book they are."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    role = models.CharField(max_length=20)
    person = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "rhumbline_membership"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_per_organisation")
        ]


class Token(models.Model):
    """A key for programs: acts for a member in one organisation, and is kept only as a digest."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "rhumbline_token"


class GuestLink(models.Model):
    """A link that lets somebody without an account look at one organisation until a day."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "rhumbline_guest_link"


class SignInLink(models.Model):
    """A link that signs a user in once: after the first start, or when a password is forgotten."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()
    new_password = models.BooleanField(default=False)

    class Meta:
        db_table = "rhumbline_sign_in_link"


# --- the Book, in versions --------------------------------------------------------------------


class Change(models.Model):
    """One commit: who, when, through which entrance, and the link of the chain that it adds."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    action = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    via = models.CharField(max_length=20)
    # A note may name people. So the chain holds only its salted digest, and erasing note and salt breaks nothing.
    note = models.TextField(blank=True, default="")
    note_salt = models.CharField(max_length=32, blank=True, default="")
    note_digest = models.CharField(max_length=64, blank=True, default="")
    # What was written: [kind, key, row, digest or null], sorted.
    entries = models.TextField()
    previous = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64)
    book_sha = models.CharField(max_length=64)

    class Meta:
        db_table = "rhumbline_change"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "seq"], name="changes_are_numbered_once")
        ]


class Record(models.Model):
    """One version of a record, or one row of a series: in force from one change until another.

    ``body`` is the canonical JSON that the digest is made of; what is personal stands beside it, so that it can be
    erased. A row of a series has the key of its owner and a number of its own; a record has the number 0.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    row = models.PositiveBigIntegerField(default=0)
    schema = models.PositiveSmallIntegerField()
    body = models.TextField()
    personal = models.TextField(blank=True, default="")
    digest = models.CharField(max_length=64)
    since_seq = models.PositiveBigIntegerField()
    until_seq = models.PositiveBigIntegerField(null=True, blank=True)
    redacted_seq = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "rhumbline_record"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "key", "row"],
                condition=Q(until_seq__isnull=True),
                name="one_version_in_force",
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind", "key", "row", "since_seq"], name="one_version_per_change"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "since_seq"], name="record_since"),
            models.Index(fields=["organisation", "until_seq"], name="record_until"),
        ]


class Sealed(models.Model):
    """An anonymous entry that waits until at least five can be opened together: no author, no time, no order."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=80, blank=True, default="")
    body = models.TextField()

    class Meta:
        db_table = "rhumbline_sealed"


class Voted(models.Model):
    """That somebody answered a survey: a mark only the server's secret can make, and no link to the answer."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    survey = models.CharField(max_length=80)
    mark = models.CharField(max_length=64)

    class Meta:
        db_table = "rhumbline_voted"
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "mark"], name="one_vote_each")]


# --- what waits, and what is kept -------------------------------------------------------------


class Proposal(models.Model):
    """A set of edits that waits for a person: an import, the suggestion of an assistant, the idea of an employee."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    number = models.PositiveBigIntegerField()
    title = models.CharField(max_length=200)
    edits = models.TextField()
    base_seq = models.PositiveBigIntegerField()
    actor = models.CharField(max_length=80)
    via = models.CharField(max_length=20)
    created = models.DateTimeField()
    state = models.CharField(max_length=20, default="open")
    decided_by = models.CharField(max_length=80, blank=True, default="")
    decided = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")
    seq = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "rhumbline_proposal"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "number"], name="proposals_are_numbered_once")
        ]


class Run(models.Model):
    """A question that is answered in the background, or was: Book hash, terms, engine and result."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    number = models.PositiveBigIntegerField()
    capability = models.CharField(max_length=40)
    terms = models.TextField()
    language = models.CharField(max_length=10, default="en")
    seq = models.PositiveBigIntegerField()
    book_sha = models.CharField(max_length=64)
    engine = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=20, default="queued")
    progress = models.TextField(blank=True, default="")
    cancel_asked = models.BooleanField(default=False)
    document = models.TextField(blank=True, default="")
    error = models.TextField(blank=True, default="")
    actor = models.CharField(max_length=80)
    via = models.CharField(max_length=20)
    occasion = models.CharField(max_length=40, blank=True, default="")
    created = models.DateTimeField()
    started = models.DateTimeField(null=True, blank=True)
    # Renewed by the worker while it computes: a run whose worker died is told by it.
    beat = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "rhumbline_run"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "number"], name="runs_are_numbered_once"),
            models.UniqueConstraint(
                fields=["organisation", "occasion"], condition=~Q(occasion=""), name="one_run_per_occasion"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state"], name="run_state")]


class Kept(models.Model):
    """The answer to a request that came with an idempotency key: the same request again gets it again."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    actor = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.TextField()
    created = models.DateTimeField()

    class Meta:
        db_table = "rhumbline_kept"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "actor", "key"], name="one_answer_per_key")
        ]
