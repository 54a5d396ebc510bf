"""What is asked of a capability, from raw data to its terms, and what is said where it cannot be answered."""

from rhumbline.exchange.asking.errors import findings_of
from rhumbline.exchange.asking.wishes import (
    WITHOUT_HELD_OUT,
    bounded,
    is_plan,
    read_terms,
    read_wishes,
    readers_of_terms,
)

__all__ = ["WITHOUT_HELD_OUT", "bounded", "findings_of", "is_plan", "read_terms", "read_wishes", "readers_of_terms"]
