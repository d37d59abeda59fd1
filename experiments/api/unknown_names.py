"""An unknown key of a body and an unknown query parameter are refused: a name that is misspelled must not do nothing.

What is known is what the description of the call in OpenAPI says, so the two cannot differ.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from drf_spectacular.drainage import get_override
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.views import APIView

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, Problems, WorkbenchError
from experiments.core.formatting import quoted

WITH_A_BODY = ("POST", "PUT", "PATCH")
CSRF_KEY = "csrfmiddlewaretoken"
"""Forms of a page send it beside their fields; Django itself reads it."""
MOST_ERRORS = 20
LONGEST_NAME = 100
CLOSE_ENOUGH = 0.5


@dataclass(frozen=True)
class Names:
    """The names that an object may have.

    `taken` are read; `field.{name}` among them takes any name that begins so. `ignored` are there in answers only: a
    client may send back what it got. `inner` has the names of the values that are objects, or lists of objects; what is
    not in it is free inside.
    """

    taken: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    inner: Mapping[str, "Names"] = field(default_factory=dict)

    def takes(self, name: str) -> bool:
        beginnings = (one.partition("{") for one in self.taken)
        return name in self.taken or any(opened and name.startswith(begins) for begins, opened, _ in beginnings)

    def unknown(self, value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], "Names"]]:
        """The path of each unknown name in a JSON value, with the names that were possible there."""
        if isinstance(value, list):
            for index, one in enumerate(value):
                yield from self.unknown(one, (*path, str(index)))
        elif isinstance(value, Mapping):
            for name in value:
                if name in self.inner:
                    yield from self.inner[name].unknown(value[name], (*path, name))
                elif not self.takes(name) and name not in self.ignored:
                    yield (*path, name), self


@dataclass(frozen=True)
class CallNames:
    """The names of one call: its query parameters, and the keys of its body; None: it takes none."""

    query: Names
    body: Names | None


def refuse_unknown_names(request: Request, view: APIView) -> None:
    """`Problems` with an error for each unknown name, of code `unknown`. The view has the request's method."""
    method = str(request.method)
    one: Any = type(view)
    names = names_of_call(one, "GET" if method == "HEAD" else method)
    query: list[WorkbenchError] = [
        _error(path, there, what="parameter", subject="This call")
        for path, there in names.query.unknown(dict.fromkeys(request.query_params))
    ]
    found = query + list(islice(_errors_of_body(request.data, names.body), MOST_ERRORS))
    if found:
        raise Problems(found)


def _errors_of_body(data: Any, names: Names | None) -> Iterator[InvalidInput]:
    if names is None and data and not isinstance(data, Mapping):
        yield InvalidInput("This call takes no body.", code=ErrorCode.INVALID)
        return
    told = set()
    for path, there in (names or Names()).unknown(data):
        # The same in the next entries of a list is no news.
        kind = (*(part for part in path[:-1] if not part.isdecimal()), path[-1])
        if kind not in told and path != (CSRF_KEY,):
            told.add(kind)
            yield _error(path, there, what="key", subject=_owner(path, kind))


def _owner(path: tuple[str, ...], kind: tuple[str, ...]) -> str:
    """Who has the name, as the subject of a sentence; `kind` is the path without indexes."""
    if len(kind) == 1:
        return "This call"
    return quoted(kind[-2]) if path[-2] == kind[-2] else f"Each of {quoted(kind[-2])}"


def _error(path: tuple[str, ...], names: Names, *, what: str, subject: str) -> InvalidInput:
    name = path[-1]
    shown = quoted(name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…")
    if name in names.read_only:
        sentence = f"{shown} is read only."
    else:
        sentence = f"The {what} {shown} is not known."
        close = get_close_matches(name[:LONGEST_NAME].lower(), names.taken, n=1, cutoff=CLOSE_ENOUGH)
        if close:
            sentence = f"{sentence} Did you mean {quoted(close[0])}?"
    allowed = f"takes {', '.join(sorted(names.taken))}" if names.taken else f"takes no {what}s"
    attr = ".".join(part[:LONGEST_NAME] for part in path)
    return InvalidInput(f"{sentence} {subject} {allowed}.", code=ErrorCode.UNKNOWN, attr=attr)


# -- what a call takes, of its description


@cache
def names_of_call(view: Any, method: str) -> CallNames:
    """What a class of views takes by this method (in capitals)."""
    bound = view()
    # Where `extend_schema` keeps what it says of a method.
    said = getattr(getattr(bound, method.lower()), "kwargs", {}).get("schema")
    described: Any = (said or import_string(str(settings.REST_FRAMEWORK["DEFAULT_SCHEMA_CLASS"])))()
    described.view, described.method, described.path = bound, method, ""
    bound.request, bound.format_kwarg, bound.args, bound.kwargs = None, None, (), {}
    query = Names(taken=tuple(_query_names(described)))
    if method not in WITH_A_BODY:
        return CallNames(query, None)
    serializer = described.get_request_serializer()
    if isinstance(serializer, dict):
        # By media type; the fields are the same in each.
        serializer = next(iter(serializer.values()))
    if serializer is None:
        return CallNames(query, None)
    names = _names_of(serializer)
    if names is None:
        raise TypeError(f"{method} of {view.__name__} must say in its description which keys its body has.")
    return CallNames(query, _with_shown(names, _names_of(_answer_of(described))) if method == "PATCH" else names)


def _query_names(described: Any) -> Iterator[str]:
    for parameter in described.get_override_parameters():
        if not isinstance(parameter, OpenApiParameter):
            yield from _instance(parameter).fields
        elif parameter.location == OpenApiParameter.QUERY:
            yield parameter.name
    if described.method == "GET" and isinstance(described.view, ListModelMixin):
        for parameter in (*described._get_filter_parameters(), *described._get_pagination_parameters()):
            yield parameter["name"]


def _with_shown(names: Names, shown: Names | None, outer: Mapping[int, Names] | None = None) -> Names:
    """For a change of an object: what an answer shows beside what can be set is not held against the client."""
    if outer is not None and id(names) in outer:
        return outer[id(names)]
    if shown is None:
        shown = Names()
    there = names.read_only | shown.read_only | set(shown.taken)
    inner: dict[str, Names] = {}
    both = Names(names.taken, there - set(names.taken), frozenset(), inner)
    known = {**(outer or {}), id(names): both}
    inner |= {name: _with_shown(one, shown.inner.get(name), known) for name, one in names.inner.items()}
    return both


def _answer_of(described: Any) -> Any:
    given = described.get_response_serializers()
    return next(iter(given.values())) if isinstance(given, dict) else given


def _names_of(given: Any, outer: Mapping[type, Names] | None = None) -> Names | None:
    """The names of a serializer, or of a field whose values have names; None: whatever is in it is free.

    `outer`: those of the serializers that it is in. A value that has values of its own kind has their names.
    """
    one = _instance(given)
    described = get_override(one, "field") if isinstance(one, serializers.Field) else None
    if isinstance(described, serializers.BaseSerializer) or _is_serializer_class(described):
        return _names_of(described, outer)
    if isinstance(one, serializers.ListSerializer | serializers.ListField):
        return _names_of(one.child, outer)
    if not isinstance(one, serializers.Serializer):
        return None
    known = dict(outer or {})
    if type(one) in known:
        return known[type(one)]
    written = {
        name: inner
        for name, inner in one.fields.items()
        if not inner.read_only and not isinstance(inner, serializers.HiddenField)
    }
    inside: dict[str, Names] = {}
    names = Names(tuple(written), read_only=frozenset(one.fields) - frozenset(written), inner=inside)
    known[type(one)] = names
    for name, inner in written.items():
        if (found := _names_of(inner, known)) is not None:
            inside[name] = found
    return names


def _instance(given: Any) -> Any:
    return given() if isinstance(given, type) else given


def _is_serializer_class(given: Any) -> bool:
    return isinstance(given, type) and issubclass(given, serializers.BaseSerializer)
