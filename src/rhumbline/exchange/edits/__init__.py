"""Edits: how a Book is changed from outside, whichever entrance the change comes through.

Raw edits are plain JSON; ``read_edits`` says what is wrong with their shape, ``apply`` carries them out on a Book
through the gate and the integrity rules, ``edits_between`` says which edits lead from one Book to another, and
``clashes`` merges two changes of one record. docs/reference/edits.md shows the JSON.
"""

from rhumbline.exchange.edits.applying import Applied, apply, outcome
from rhumbline.exchange.edits.differences import RowsVanish, edits_between
from rhumbline.exchange.edits.merging import clashes
from rhumbline.exchange.edits.reading import MOST_EDITS, Action, Edit, read_edits
from rhumbline.exchange.edits.stored import Stored, assemble, revive, stored

__all__ = [
    "MOST_EDITS",
    "Action",
    "Applied",
    "Edit",
    "RowsVanish",
    "Stored",
    "apply",
    "assemble",
    "clashes",
    "edits_between",
    "outcome",
    "read_edits",
    "revive",
    "stored",
]
