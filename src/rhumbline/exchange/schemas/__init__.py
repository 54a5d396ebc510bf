"""JSON Schema 2020-12 of everything that goes in and out as JSON, generated from the annotations."""

from rhumbline.exchange.schemas.records import EVERYWHERE, WITHIN, book_schema, component_of, record_schema
from rhumbline.exchange.schemas.shapes import DIALECT, Schema
from rhumbline.exchange.schemas.terms import terms_schema, wishes_schema

__all__ = [
    "DIALECT",
    "EVERYWHERE",
    "WITHIN",
    "Schema",
    "book_schema",
    "component_of",
    "record_schema",
    "terms_schema",
    "wishes_schema",
]
