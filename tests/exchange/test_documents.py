"""Documents as text: the bytes are those of Python's own JSON, only sooner."""

import json
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rhumbline.exchange.documents import written


class Word(StrEnum):
    """A word that is a text."""

    ONE = "one"


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.just(Word.ONE)
)
DOCUMENTS = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner), max_leaves=30
)


@given(DOCUMENTS)
def test_a_document_is_written_as_json_lays_it_out(document):
    assert written(document) == json.dumps(document, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_never_written(number):
    with pytest.raises(ValueError, match="JSON"):
        written({"score": [number]})
