"""The API as Django serves it: every operation on its route, and the contract beside them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from ninja import NinjaAPI

from rhumbline import __version__
from rhumbline.exchange.schemas import Schema
from rhumbline.faces.api import (
    anonymous,
    answers,
    catalogue,
    changes,
    erasing,
    kinds,
    members,
    openapi,
    organisations,
    proposals,
    runs,
)
from rhumbline.faces.api.operations import Call, Operation, Reply
from rhumbline.faces.api.problems import Problem, problem_of
from rhumbline.faces.api.serving import serve

PREFIX = "/api/v1"
_FAMILIES = (organisations, kinds, changes, anonymous, proposals, answers, runs, members, erasing, catalogue)
_PARAMETER = re.compile(r"{(?:(\w+):)?(\w+)}")
_ANY_CONVERTER = re.compile(r"{\w+:")


def _contract(call: Call) -> Reply:
    return catalogue.always(call, contract)


OPERATIONS: tuple[Operation, ...] = (
    *(operation for family in _FAMILIES for operation in family.OPERATIONS),
    Operation(
        method="GET",
        path="/openapi.json",
        name="get_contract",
        family="catalogue",
        about="Get this contract.",
        answer=_contract,
        reply={"type": "object"},
        conditional=("If-None-Match",),
        open=True,
    ),
)
SCHEMAS: tuple[Mapping[str, Schema], ...] = tuple(family.SCHEMAS for family in _FAMILIES)


def _view(operation: Operation) -> Callable[..., HttpResponse]:
    """Return the function that the router calls; it reads the variable parts of the address from its signature."""

    def view(request: HttpRequest, **parts: Any) -> HttpResponse:
        return serve(operation, request, parts)

    types = {"int": int}
    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=types.get(converter, str))
        for converter, name in _PARAMETER.findall(operation.path)
    ]
    first = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=HttpRequest)
    # ninja reads a function's signature: what stands in an address differs with each operation.
    view.__signature__ = inspect.Signature([first, *parameters])  # type: ignore[attr-defined]
    view.__name__ = operation.name
    return view


def _api() -> NinjaAPI:
    api = NinjaAPI(title=openapi.TITLE, version=__version__, urls_namespace="api", openapi_url=None, docs_url=None)
    for operation in OPERATIONS:
        # What is asked with GET can be asked with HEAD, which only wants to know how long the answer is.
        methods = ["GET", "HEAD"] if operation.method == "GET" else [operation.method]
        api.api_operation(
            methods,
            operation.path,
            operation_id=operation.name,
            summary=operation.about,
            description=operation.more or None,
            tags=[operation.family],
            response={operation.success: None},
        )(_view(operation))
    api.add_exception_handler(Exception, _refused)
    return api


def _refused(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """Answer what the router itself refuses; a fault of ours goes on to those who write it down."""
    del request
    if isinstance(error, Http404):
        return Problem("not-found").response
    problem = problem_of(error) if isinstance(error, Exception) else None
    if problem is None:
        raise error
    return problem.response


API = _api()


@cache
def contract() -> dict[str, Any]:
    """Return the contract, OpenAPI 3.1, as plain data."""
    routes = API.get_openapi_schema(path_prefix=f"{PREFIX}/")["paths"]
    by_name = {operation.name: operation for operation in OPERATIONS}
    paths: dict[str, Any] = {}
    for place, methods in routes.items():
        for method, said in methods.items():
            operation = by_name[said["operationId"]]
            if method != operation.method.lower():
                continue
            paths.setdefault(_ANY_CONVERTER.sub("{", place), {})[method] = {**said, **openapi.details(operation)}
    return openapi.whole(paths, SCHEMAS)


def _nowhere(request: HttpRequest) -> HttpResponse:
    """Answer an address that nothing has."""
    del request
    return Problem("not-found").response


# Django looks for this mark on a function, for which there is no type.
_nowhere.csrf_exempt = True  # type: ignore[attr-defined]

urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{PREFIX.lstrip('/')}/", API.urls),
    re_path(r"^api(?:/|$)", _nowhere),
]

__all__ = ["API", "OPERATIONS", "PREFIX", "SCHEMAS", "contract", "urlpatterns"]
