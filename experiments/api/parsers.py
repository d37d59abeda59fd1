"""Bodies of the API: what is taken in, and in which form it answers."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import NotAcceptable, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from experiments.core import json_text
from experiments.core.errors import TooLarge

MAX_DEPTH = 100
"""Lists and objects inside one another; more says nothing and only costs whoever walks through it."""

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class BoundedJSONParser(JSONParser):
    """JSON in UTF-8, up to `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes; more is a 413, found before it is read.

    A `charset` in the header is not looked at: JSON has only the one, and Python's codecs include compressions.
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request = (parser_context or {}).get("request")
        length = int(request.META.get("CONTENT_LENGTH") or 0) if request is not None else 0
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length > limit:
            raise TooLarge(
                f"The body has {length:,} bytes; at most {limit:,} are taken. Send it in parts.", code="too_large"
            )
        return parsed(stream.read())


def parsed(body: bytes) -> Any:
    """The value of a JSON text. `ParseError` where it is none, or holds what can neither be stored nor sent back."""
    try:
        value = json_text.parse_finite(body.decode("utf-8-sig"))
        if SURROGATE.search(body):
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ParseError("The JSON has half of a surrogate pair in a text.") from error
    except RecursionError as error:
        raise ParseError(f"The JSON is nested more than {MAX_DEPTH} levels deep.") from error
    except ValueError as error:
        raise ParseError(f"The body is not JSON: {error}") from error
    if _is_deep(value):
        raise ParseError(f"The JSON is nested more than {MAX_DEPTH} levels deep.")
    return value


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for outer in level for inner in _values(outer) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _values(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


class Negotiation(DefaultContentNegotiation):
    """Answers in its own form where it has none of those that the client names: a 406 would help nobody."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            first = next(iter(renderers))
            return first, str(first.media_type)
