"""What is raised instead of an answer: the server said no, or no answer of a Rhumbline server came back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rhumbline.book.findings import Finding, RhumblineError

_FAULT = 500


class ServerRefused(RhumblineError):
    """The server said no; the findings say what it found and what to do about it.

    Parameters
    ----------
    findings
        Why not.
    status
        The status of the HTTP answer; 0 when there was none.
    code
        What kind of refusal it is; by default the code of the first finding.
    conflicts
        The fields that somebody else changed meanwhile: each with ``kind``, ``key``, ``field`` and the values ``base``,
        ``theirs`` and ``mine``.
    retry_after
        In how many seconds the server is willing to answer; 0 when it did not say.
    """

    def __init__(
        self,
        findings: Iterable[Finding],
        *,
        status: int = 0,
        code: str = "",
        conflicts: Sequence[Mapping[str, Any]] = (),
        retry_after: float = 0.0,
    ) -> None:
        self.findings = tuple(findings)
        self.status = status
        self.code = code or self.findings[0].code
        self.conflicts = tuple(conflicts)
        self.retry_after = retry_after
        super().__init__(" ".join(filter(None, (_sentence(finding) for finding in self.findings))))


class NoAnswer(ServerRefused):
    """The server was not asked, was not reached, or what came back is no answer of a Rhumbline server."""


def _sentence(finding: Finding) -> str:
    return f"{finding.where}: {finding.message} {finding.remedy}".rstrip()


def no_answer(code: str, where: str, *, status: int = 0, **numbers: Any) -> NoAnswer:
    """Return the exception of a cause whose sentences stand in the catalogue.

    Parameters
    ----------
    code
        Its code.
    where
        The address it is about.
    status
        The status of the HTTP answer, where there was one.
    numbers
        The values its sentences speak of.
    """
    return NoAnswer((_in_words(code, where, **numbers),), status=status)


def _in_words(code: str, where: str, **numbers: Any) -> Finding:
    from rhumbline.faces.refusals import refusal

    return refusal(code, where, **numbers).findings[0]


# --- problems ---------------------------------------------------------------------------------


def refused(problem: Mapping[str, Any], status: int, where: str, retry_after: float = 0.0) -> ServerRefused:
    """Return the exception for a problem document of a server.

    Parameters
    ----------
    problem
        The document.
    status
        The status it came with.
    where
        What was asked.
    retry_after
        In how many seconds the server is willing to answer, if it said so.
    """
    conflicts = _mappings(problem, "conflicts")
    return ServerRefused(
        findings_in(problem) or (*map(_conflict, conflicts),) or (_by_status(problem, status, where, retry_after),),
        status=status,
        code=_text(problem, "code"),
        conflicts=conflicts,
        retry_after=retry_after,
    )


def findings_in(problem: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return the findings of a problem document.

    Parameters
    ----------
    problem
        The document.
    """
    from rhumbline.exchange.documents import finding_of

    return tuple(map(finding_of, _mappings(problem, "findings")))


def _mappings(raw: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    listed = raw.get(name)
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    return value if isinstance(value, str) else ""


def _conflict(raw: Mapping[str, Any]) -> Finding:
    where = " ".join(filter(None, (_text(raw, "kind"), _text(raw, "key"), _text(raw, "field"))))
    return _in_words("edited-meanwhile", where, theirs=str(raw.get("theirs")), mine=str(raw.get("mine")))


def _by_status(problem: Mapping[str, Any], status: int, where: str, retry_after: float) -> Finding:
    """Return what is said about a problem that names no finding: its status tells what to do."""
    said = _text(problem, "detail") or _text(problem, "title") or str(status)
    match status:
        case 401:
            return _in_words("token-refused", where)
        case 403:
            return _in_words("not-allowed", where, text=said)
        case 404:
            return _in_words("not-on-the-server", where, text=said)
        case 409 | 412:
            return _in_words("changed-since", where, text=said)
        case 429:
            return _in_words("too-many-requests", where, seconds=int(retry_after) or 60)
        case _ if status >= _FAULT:
            return _in_words("server-fault", where, status=status, text=said)
    return _in_words("server-refused", where, status=status, text=said)


__all__ = ["NoAnswer", "ServerRefused", "findings_in", "no_answer", "refused"]
