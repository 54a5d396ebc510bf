"""Numbers for whoever watches over the server, in the text form that Prometheus reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from threading import Lock

_LOCK = Lock()
# Of this process; each process of a server counts for itself.
_ANSWERED: Counter[int] = Counter()


def count(status: int) -> None:
    """Count one answered request.

    Parameters
    ----------
    status
        The HTTP status it was answered with.
    """
    with _LOCK:
        _ANSWERED[status] += 1


def text() -> str:
    """Return all numbers, those of this process and those in the database."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    from django.db.models import Count, Sum

    from rhumbline import __version__
    from rhumbline.store.models import Organisation, Run

    with _LOCK:
        answered = sorted(_ANSWERED.items())
    yield from _about("rhumbline_info", "gauge", "The version that answers.")
    yield f'rhumbline_info{{version="{__version__}"}} 1'
    yield from _about("rhumbline_requests_total", "counter", "Requests this process answered, by status.")
    for status, times in answered:
        yield f'rhumbline_requests_total{{status="{status}"}} {times}'
    found = Organisation.objects.aggregate(organisations=Count("pk"), changes=Sum("seq"))
    yield from _about("rhumbline_organisations", "gauge", "Organisations in the database.")
    yield f"rhumbline_organisations {found['organisations']}"
    yield from _about("rhumbline_changes", "gauge", "Changes that were committed, in all organisations.")
    yield f"rhumbline_changes {found['changes'] or 0}"
    states = dict(Run.objects.values_list("state").annotate(Count("pk")).order_by("state"))
    yield from _about("rhumbline_runs", "gauge", "Answers in the background, by state.")
    for state, times in states.items():
        yield f'rhumbline_runs{{state="{state}"}} {times}'
    yield from _about("rhumbline_queue", "gauge", "Answers that wait for a worker.")
    yield f"rhumbline_queue {states.get('queued', 0)}"


def _about(name: str, kind: str, meaning: str) -> tuple[str, str]:
    return f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"


__all__ = ["count", "text"]
