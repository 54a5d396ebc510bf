"""What boards, trackers and project plans become: every record of the samples, worked out by hand."""

import re
from datetime import date
from decimal import Decimal

import pytest
from tests.exchange.importers import samples
from tests.exchange.importers.samples import SAMPLES

from rhumbline.book.types import Mode, Stage, WorkItemKind
from rhumbline.exchange.recognise import import_file

ACTION, DELIVERABLE, MILESTONE = WorkItemKind.ACTION, WorkItemKind.DELIVERABLE, WorkItemKind.MILESTONE


def codes(result):
    return {finding.code for finding in result.findings}


def work(result):
    """By key: name, kind, initiative, owner's name, due, done."""
    people = result.book.people
    return {
        key: (
            item.name,
            item.kind,
            item.initiative,
            people[item.owner].name if item.owner else None,
            item.due,
            item.done_at,
        )
        for key, item in result.book.all("work_item").items()
    }


def initiatives(result):
    return {key: (item.name, item.stage) for key, item in result.book.initiatives.items()}


def test_trello():
    result = import_file(SAMPLES["trello"], "x")
    assert initiatives(result) == {"second-bakery": ("Second bakery", Stage.RUNNING)}
    assert work(result) == {
        "c1": ("Rent a room", DELIVERABLE, "second-bakery", "dana", date(2026, 12, 24), None),
        "c2": ("Buy an oven", DELIVERABLE, "second-bakery", "Sam Lee", date(2026, 11, 2), date(2026, 11, 1)),
        "s1": ("Rent a room: Visit", ACTION, "second-bakery", None, None, date(2026, 11, 3)),
        "s2": ("Rent a room: Sign", ACTION, "second-bakery", None, None, None),
    }
    assert {"archived-left-out", "read-as", "mode-assumed", "done-date-assumed", "not-imported"} == codes(result)
    assert result.book.initiatives["second-bakery"].mode is Mode.EXPLOIT


def test_trello_cards_with_costs_are_initiatives():
    data = samples.json.dumps(
        {
            **samples.TRELLO,
            "customFields": [{"id": "f1", "name": "Budget", "type": "number"}],
            "cards": [
                {
                    **samples.TRELLO["cards"][1],
                    "customFieldItems": [{"idCustomField": "f1", "value": {"number": "1500"}}],
                }
            ],
        }
    ).encode()
    result = import_file(data, "x")
    assert initiatives(result) == {"c1": ("Rent a room", Stage.CASE)}
    assert result.book.initiatives["c1"].cash == (Decimal(1500),)
    assert work(result)["s2"][:3] == ("Sign", ACTION, "c1")
    as_work = import_file(data, "x", answers={"cards": "work_item"})
    assert list(as_work.book.initiatives) == ["second-bakery"]
    assert [question.id for question in as_work.questions] == []


def test_wekan():
    result = import_file(SAMPLES["wekan"], "x", as_of=date(2026, 11, 24))
    assert initiatives(result) == {"delivery": ("Delivery", Stage.RUNNING)}
    assert work(result) == {
        "wc1": ("First card", DELIVERABLE, "delivery", None, None, date(2026, 11, 1)),
        "wc2": ("Second card", DELIVERABLE, "delivery", "Dana Ortiz", date(2026, 12, 1), None),
        "ws1": ("Second card: Call", ACTION, "delivery", None, None, date(2026, 11, 24)),
    }


def test_what_is_done_without_a_day_is_said_unless_the_evaluation_date_is_known():
    assert "done-without-date" in codes(import_file(SAMPLES["wekan"], "x"))
    assert "done-without-date" not in codes(import_file(SAMPLES["wekan"], "x", as_of=date(2026, 11, 24)))


def test_planka():
    result = import_file(SAMPLES["planka"], "x")
    assert work(result) == {
        "21": ("Paint the wall", DELIVERABLE, "shop", "Sam Lee", date(2026, 12, 5), None),
        "22": ("Choose a colour", DELIVERABLE, "shop", None, None, date(2026, 11, 2)),
        "31": ("Paint the wall: Buy paint", ACTION, "shop", "Sam Lee", None, None),
    }


def test_asana_finds_parents_by_name_and_people_by_address():
    result = import_file(SAMPLES["asana"], "x")
    assert initiatives(result) == {"fair": ("Fair", Stage.RUNNING)}
    assert work(result) == {
        "11": ("Plan the fair", DELIVERABLE, "fair", "Dana Ortiz", date(2026, 12, 1), None),
        "12": ("Book the stand", ACTION, "fair", "sam@example.com", date(2026, 10, 31), date(2026, 10, 9)),
        "13": ("Print flyers", DELIVERABLE, "fair", "Dana Ortiz", date(2026, 11, 15), None),
    }
    assert {person.email for person in result.book.people.values()} == {"dana@example.com", "sam@example.com"}


def test_asana_ids_that_a_spreadsheet_rounded_are_not_believed():
    data = samples.ASANA.replace("11,2026", "1.21143E+15,2026").replace("12,2026", "1.21143E+15,2026").encode()
    result = import_file(data, "x")
    assert set(result.book.all("work_item")) == {"plan-the-fair", "book-the-stand", "13"}
    assert "id-rounded" in codes(result)


def test_jira():
    result = import_file(SAMPLES["jira"], "x")
    assert initiatives(result) == {"SHOP-1": ("Web shop", Stage.RUNNING), "shop": ("Shop", Stage.RUNNING)}
    assert work(result) == {
        "SHOP-2": ("Pay by card", DELIVERABLE, "SHOP-1", "sam@example.com", None, date(2026, 10, 2)),
        "SHOP-3": ("Fix the lamp", DELIVERABLE, "shop", None, date(2026, 11, 30), None),
    }
    assert [item.weight for item in result.book.all("work_item").values()] == [8, 1]
    assert result.book.initiatives["SHOP-1"].votes == 3


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("25/Jun/26 12:44", date(2026, 6, 25)),
        ("12/Mar/26 9:41 AM", date(2026, 3, 12)),
        ("11/May/26 03:26 PM", date(2026, 5, 11)),
        ("6/21/2026 16:14", date(2026, 6, 21)),
        ("2026-06-21 16:14", date(2026, 6, 21)),
        ("21.06.2026 16:14", date(2026, 6, 21)),
    ],
)
def test_jira_dates_of_every_kind(written, day):
    data = (
        f"Summary,Issue key,Issue id,Issue Type,Status,Project key,Due date\nA,P-1,1,Task,To Do,P,{written}\n".encode()
    )
    assert import_file(data, "x").book.all("work_item")["P-1"].due == day


def test_dates_are_decided_for_the_column():
    rows = "".join(
        f"A,P-{n},{n},Task,To Do,P,{month}/{day}/2026\n" for n, (month, day) in enumerate([(3, 4), (3, 25), (12, 1)], 1)
    )
    data = f"Summary,Issue key,Issue id,Issue Type,Status,Project key,Due date\n{rows}".encode()
    assert [item.due for item in import_file(data, "x").book.all("work_item").values()] == [
        date(2026, 3, 4),
        date(2026, 3, 25),
        date(2026, 12, 1),
    ]


def test_dates_that_can_be_read_in_two_ways_are_said():
    data = b"Summary,Issue key,Issue id,Issue Type,Status,Project key,Due date\nA,P-1,1,Task,To Do,P,03/04/2026\n"
    assert "ambiguous-dates" in codes(import_file(data, "x"))


def test_a_date_that_is_none_holds_its_row_out():
    data = b"Summary,Issue key,Issue id,Issue Type,Status,Project key,Due date\nA,P-1,1,Task,To Do,P,soon\nB,P-2,2,Task,To Do,P,2026-01-02\n"
    result = import_file(data, "x")
    assert list(result.book.all("work_item")) == ["P-2"]
    assert result.held_out == (("work_item", "P-1"),)
    assert result.errors[0].where.startswith("row 2")


def test_jira_rss():
    result = import_file(SAMPLES["jira-rss"], "x")
    assert initiatives(result) == {"AB-1": ("Open a branch", Stage.CASE)}
    assert result.book.initiatives["AB-1"].owner == "p1"
    assert result.book.initiatives["AB-1"].votes == 2
    assert work(result) == {"AB-2": ("Find a room", DELIVERABLE, "AB-1", None, None, date(2026, 9, 27))}


def test_linear():
    result = import_file(SAMPLES["linear"], "x")
    assert initiatives(result) == {"pr-1": ("Meters", Stage.RUNNING)}
    assert work(result) == {
        "ENG-1": ("Read the meters", DELIVERABLE, "pr-1", "sam@example.com", date(2026, 12, 31), None),
        "ENG-2": ("Show the meters", ACTION, "pr-1", None, None, date(2026, 10, 8)),
        "ms-1": ("First readings", MILESTONE, "pr-1", None, None, None),
    }
    assert [item.weight for item in result.book.all("work_item").values()] == [3, 5, 1]


def test_github_issues_and_the_view_of_a_project():
    result = import_file(SAMPLES["github-issues"], "x", as_of=date(2026, 11, 24))
    assert work(result) == {
        "12": ("Crash on start", DELIVERABLE, None, "octo", None, None),
        "13": ("Write a manual", DELIVERABLE, None, None, None, date(2026, 11, 24)),
        "first-release": ("First release", MILESTONE, None, None, None, None),
    }
    view = import_file(SAMPLES["github-project"], "x")
    assert initiatives(view) == {"shop-till": ("shop/till", Stage.RUNNING)}
    assert work(view) == {
        "only-a-draft": ("Only a draft", DELIVERABLE, None, None, None, None),
        "shop.till.12": ("Crash on start", DELIVERABLE, "shop-till", "octo", None, None),
    }


def test_loose_work_can_be_given_to_an_initiative():
    book = import_file(SAMPLES["trello"], "x").book
    loose = import_file(SAMPLES["github-issues"], "x", into=book)
    assert "work-without-initiative" in codes(loose)
    given = import_file(SAMPLES["github-issues"], "x", into=book, answers={"initiative": "second-bakery"})
    assert {item.initiative for item in given.book.all("work_item").values()} == {"second-bakery"}
    assert "work-without-initiative" not in codes(given)


def test_openproject():
    result = import_file(SAMPLES["openproject"], "x")
    assert initiatives(result) == {"41": ("New kitchen", Stage.RUNNING)}
    assert work(result) == {
        "42": ("Order the oven", DELIVERABLE, "41", "Sam Lee", date(2026, 12, 1), None),
        "43": ("Opening day", MILESTONE, "41", "Dana Ortiz", date(2026, 12, 24), None),
    }


def test_exactly_as_many_rows_as_openproject_exports_at_most_are_suspicious():
    rows = "".join(f"{n},Task {n},Task,New\n" for n in range(1, 501))
    assert "perhaps-cut-off" in codes(import_file(f"ID,Subject,Type,Status\n{rows}".encode(), "x"))


def test_leantime():
    todos = import_file(SAMPLES["leantime-todos"], "x", as_of=date(2026, 12, 24))
    assert work(todos)["2"] == ("Train staff", DELIVERABLE, None, "Sam Lee", date(2026, 12, 13), date(2026, 12, 24))
    assert work(todos)["supply"] == ("Supply", MILESTONE, None, None, None, None)
    assert {key: item.weight for key, item in todos.book.all("work_item").items()} == {"1": 8, "2": 4, "supply": 1}
    milestones = import_file(SAMPLES["leantime-milestones"], "x")
    assert initiatives(milestones) == {"supply": ("Supply", Stage.RUNNING)}
    assert work(milestones)["first-delivery"] == (
        "First delivery",
        MILESTONE,
        "supply",
        "Sam Lee",
        date(2027, 1, 15),
        None,
    )
    both = import_file(SAMPLES["leantime-timesheets"], "x", into=milestones.book)
    assert list(both.book.initiatives) == ["supply"]
    rows = both.book.series["actual"]
    assert [(row.initiative, row.date, row.hours) for row in rows] == [
        ("supply", date(2026, 10, 1), Decimal("2.5")),
        ("supply", date(2026, 10, 2), Decimal(3)),
    ]
    assert all("Dana" not in row.source and "Sam" not in row.source for row in rows)
    assert "gone-from-file" not in codes(both)


def test_monday_tells_items_subitems_and_sums_apart():
    result = import_file(SAMPLES["monday"], "x")
    assert initiatives(result) == {"ovens": ("Ovens", Stage.RUNNING), "shop": ("Shop", Stage.RUNNING)}
    assert {key: entry[:4] for key, entry in work(result).items()} == {
        "9001": ("Buy oven", DELIVERABLE, "ovens", "Dana Ortiz"),
        "9002": ("Install oven", DELIVERABLE, "ovens", "Sam Lee"),
        "9003": ("Paint", DELIVERABLE, "shop", None),
        "9101": ("Ask", ACTION, "ovens", "Sam Lee"),
        "9102": ("Compare", ACTION, "ovens", "Sam Lee"),
    }
    assert work(result)["9001"][4] == date(2026, 12, 1)
    # 1,000 + 250, not with the row of sums, and not with the numbers of the subitems.
    assert result.book.initiatives["ovens"].cash == (Decimal(1250),)
    assert [(check.what, check.holds) for check in result.checks] == [("Budget of Ovens", True)]


def test_monday_sums_that_do_not_add_up_are_said():
    result = import_file(samples.monday(total=1300), "x")
    mismatch = next(finding for finding in result.findings if finding.code == "total-mismatch")
    assert (mismatch.numbers["stated"], mismatch.numbers["expected"]) == (1300, 1250)
    assert result.book.initiatives["ovens"].cash == (Decimal(1250),)


def test_monday_columns_in_another_place():
    result = import_file(samples.monday(shift=("Files", "Tags")), "x")
    assert result.became == import_file(SAMPLES["monday"], "x").became


def test_ticktick():
    result = import_file(SAMPLES["ticktick"], "x")
    assert initiatives(result) == {"bakery": ("Bakery", Stage.RUNNING)}
    assert work(result) == {
        "1": ("Clean the oven", DELIVERABLE, "bakery", None, date(2026, 12, 1), None),
        "2": ("Order flour", ACTION, "bakery", None, None, date(2026, 10, 3)),
    }


def test_fider_ideas_keep_their_votes():
    result = import_file(SAMPLES["fider"], "x")
    found = {key: (item.name, item.stage, item.votes, item.review) for key, item in result.book.initiatives.items()}
    assert found == {
        "idea-10": ("Rye bread", Stage.IDEA, 14, ""),
        "idea-15": ("Open on Sunday", Stage.STOPPED, 9, "The law forbids it"),
        "idea-20": ("Dark bread", Stage.STOPPED, 1, "Repeats 10: Rye bread\nSee the other"),
    }
    assert not result.book.people


def test_microsoft_project():
    result = import_file(SAMPLES["msproject"], "x")
    oven = result.book.initiatives["oven"]
    assert (oven.approved, oven.spent, oven.cash, oven.progress) == (
        Decimal(2000),
        Decimal(500),
        (Decimal(1500),),
        0.25,
    )
    rest = result.book.initiatives["new-kitchen"]
    assert (rest.approved, rest.spent, rest.cash) == (Decimal(1500), None, ())
    assert result.book.organisation.currency == "GBP"
    assert work(result) == {
        "2": ("Order the oven", DELIVERABLE, "oven", None, date(2026, 12, 1), date(2026, 11, 20)),
        "3": ("Install the oven", DELIVERABLE, "oven", "Dana Ortiz", date(2026, 12, 9), None),
        "4": ("Opening", MILESTONE, "new-kitchen", None, date(2026, 12, 24), None),
    }
    assert [item.weight for item in result.book.all("work_item").values()] == [8, 16.5, 1]
    assert [(check.what, check.stated, check.holds) for check in result.checks] == [
        ("Cost of New kitchen", Decimal(3500), True),
        ("Cost of Oven", Decimal(2000), True),
    ]


def test_a_plan_without_costs_has_no_budget_of_zero():
    data = re.sub(r"<((?:Actual|Remaining)?Cost)>\d+<", r"<\1>0<", samples.MSPDI).encode()
    oven = import_file(data, "x").book.initiatives["oven"]
    assert (oven.approved, oven.spent, oven.cash) == (None, None, ())


def test_microsoft_project_sums_that_do_not_add_up_are_said():
    data = samples.MSPDI.replace("<Cost>120000</Cost>", "<Cost>20000</Cost>").encode()
    assert [check.holds for check in import_file(data, "x").checks] == [True, False]


def test_notion_and_airtable_go_the_way_of_any_table():
    notion = import_file(SAMPLES["notion"], "x")
    assert [(item.name, item.cash) for item in notion.book.initiatives.values()] == [
        ("Delivery", (Decimal(2500),)),
        ("Web shop", (Decimal(5000),)),
    ]
    assert notion.book.all("work_item")["web-shop.due"].due == date(2026, 12, 24)
    assert {"links-as-names", "range-as-end"} <= codes(notion)
    airtable = import_file(SAMPLES["airtable"], "x")
    assert list(airtable.book.initiatives) == ["delivery", "web-shop"]


def test_a_long_name_is_cut_and_that_is_said():
    data = samples.GITHUB_VIEW.replace("Crash on start", "word " * 60).encode()
    result = import_file(data, "x")
    assert len(result.book.all("work_item")["shop.till.12"].name) == 200
    assert "too-long" in codes(result)


def test_a_row_without_a_name_is_held_out():
    data = samples.OPENPROJECT.replace("Order the oven", "").encode()
    result = import_file(data, "x")
    assert result.held_out == (("work_item", "42"),)
    assert [finding.code for finding in result.errors] == ["missing-value"]


def test_what_belongs_to_a_held_out_initiative_is_held_out_with_it():
    data = samples.OPENPROJECT.replace("New kitchen", "").encode()
    result = import_file(data, "x")
    assert not result.book.all("work_item")
    assert {finding.code for finding in result.errors} == {"missing-value", "refers-to-held-out"}


def test_an_id_that_is_there_twice_counts_once():
    data = (samples.OPENPROJECT + "42,Something else,Task,New,,,,,\n").encode()
    result = import_file(data, "x")
    assert work(result)["42"][0] == "Order the oven"
    assert "duplicate-id" in codes(result)
