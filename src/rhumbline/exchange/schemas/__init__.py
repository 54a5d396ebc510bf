"""JSON Schema 2020-12 of everything that goes in and out as JSON, generated from the annotations.

``record_schema``, ``terms_schema``, ``answer_schema`` and ``book_schema`` stand alone. ``components`` has everything by
name, for OpenAPI.
"""

from rhumbline.exchange.schemas.answers import answer_component, finding_schema, terms_component
from rhumbline.exchange.schemas.by_name import answer_schema, component, components, standing_alone
from rhumbline.exchange.schemas.changes import change_schema, edit_schema, problem_schema
from rhumbline.exchange.schemas.records import EVERYWHERE, WITHIN, book_schema, component_of, record_schema
from rhumbline.exchange.schemas.shapes import DIALECT, Schema
from rhumbline.exchange.schemas.terms import terms_schema, wishes_schema

__all__ = [
    "DIALECT",
    "EVERYWHERE",
    "WITHIN",
    "Schema",
    "answer_component",
    "answer_schema",
    "book_schema",
    "change_schema",
    "component",
    "component_of",
    "components",
    "edit_schema",
    "finding_schema",
    "problem_schema",
    "record_schema",
    "standing_alone",
    "terms_component",
    "terms_schema",
    "wishes_schema",
]
