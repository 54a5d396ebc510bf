"""What holds of every check, whatever the Book."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engines.diagnosis.base import AS_OF, benefit, initiative, money
from tests.engines.diagnosis.test_sentences import PLACEHOLDER, sentences
from tests.strategies import books

from rhumbline.book.book import Book
from rhumbline.book.records import Initiative, Kpi
from rhumbline.book.types import Mode, Severity, Stage, natural
from rhumbline.engines._maths import TOLERANCE
from rhumbline.engines.diagnosis import CheckTerms, Facts, check
from rhumbline.engines.diagnosis.rules.resources import dominated_option

SEVERITIES = list(Severity)
QUICK = CheckTerms(quick=True)
# To draw a whole firm takes its time.
unhurried = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(books())
def test_no_rule_crashes_and_every_finding_can_be_said(book: Book) -> None:
    diagnosis = check(book)
    assert diagnosis.crashed == ()
    for finding in diagnosis.findings:
        for reason in (finding.message, finding.remedy):
            text = sentences("en")[finding.code][reason.code.split(".")[1]]
            assert {name for name, _ in PLACEHOLDER.findall(text)} <= set(finding.evidence)


@unhurried
@given(books(), st.integers(0, 2**32))
def test_findings_are_unique_in_order_and_the_same_however_the_records_were_given(book: Book, seed: int) -> None:
    diagnosis = check(book, QUICK)
    findings = diagnosis.findings
    assert len({(finding.code, finding.subject) for finding in findings}) == len(findings)
    order = [(SEVERITIES.index(finding.severity), finding.code, natural(finding.subject)) for finding in findings]
    assert order == sorted(order)
    records = [record for kind in book.records.values() for record in kind.values()]
    records += [row for rows in book.series.values() for row in rows]
    turned = random.Random(seed).sample(records, len(records))  # noqa: S311 - a shuffle, not a secret
    assert check(Book.of(turned, book.as_of), QUICK) == diagnosis


# Few values, so that many candidates are equal in something.
OPTIONS = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sets(st.sampled_from(["n1", "n2"])),
        st.dictionaries(st.sampled_from(["k1", "k2", "k3"]), st.integers(-1, 2).map(float)),
        st.sampled_from([Stage.CASE, Stage.IDEA, Stage.RUNNING]),
        st.sampled_from([Mode.EXPLOIT, Mode.EXPLORE, Mode.DRIFT]),
    ),
    max_size=10,
)


@settings(max_examples=300, deadline=None)
@given(OPTIONS)
def test_a_dominated_option_is_the_one_that_comparing_every_pair_finds(options: list[Any]) -> None:
    records: list[Any] = [Kpi(key=key, name=key, unit="x", baseline=0.0, target=10.0) for key in ("k1", "k2", "k3")]
    for place, (cost, needs, effects, stage, mode) in enumerate(options):
        key = f"i{place}"
        needed = tuple(sorted(needs))
        records.append(initiative(key, cash=money(cost), needs=needed, stage=stage, mode=mode, segments=(), uses=()))
        records += [benefit(key, kpi, effect) for kpi, effect in effects.items()]
    facts = Facts(Book.of(records), AS_OF)
    found = {hit.subject: hit.evidence["other"] for hit in dominated_option.find(facts)}
    assert found == dominated_pairs(facts)


def dominated_pairs(facts: Facts) -> dict[str, str]:
    """The definition, word for word: every candidate compared with every other."""
    closes, cost = facts.quantities.contribution, facts.quantities.full_cost

    def takes_part(record: Initiative) -> bool:
        return record.status == "candidate" and record.mode is not Mode.DRIFT and bool(closes[record.key])

    candidates = [record for record in facts.book.initiatives.values() if takes_part(record)]
    found: dict[str, str] = {}
    for one in candidates:
        for other in candidates:
            if (
                cost[other.key] < cost[one.key] - TOLERANCE
                and set(one.needs) <= set(other.needs)
                and all(
                    (closes[other.key][kpi].best if kpi in closes[other.key] else 0.0) >= triple.best - TOLERANCE
                    for kpi, triple in closes[one.key].items()
                )
            ):
                found[one.key] = other.key
                break
    return found
