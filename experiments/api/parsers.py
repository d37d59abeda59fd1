"""Request bodies of the API: JSON within limits. And the format of its answers."""

import re
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import NotAcceptable, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from experiments.core import json_text
from experiments.core.choices import ErrorCode
from experiments.core.errors import TooLarge
from experiments.core.json_numbers import ExactEncoder, to_json
from experiments.core.json_text import MAX_DEPTH

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class BoundedJSONParser(JSONParser):
    """JSON in UTF-8, up to `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes; more is a 413, found before it is read.

    A `charset` in the header is ignored: JSON has only the one, and Python's codecs include compressions.
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request = (parser_context or {}).get("request")
        length = int(request.META.get("CONTENT_LENGTH") or 0) if request is not None else 0
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length > limit:
            sentence = f"The body has {length:,} bytes. The limit is {limit:,}. Send it in parts."
            raise TooLarge(sentence, code=ErrorCode.TOO_LARGE)
        return read_json(stream.read())


def read_json(body: bytes, subject: str = "The body") -> Any:
    """The value of a JSON text in UTF-8, of at most `MAX_DEPTH` nested lists and objects.

    `ParseError` where it is no JSON, or has a number or a character that cannot be sent back. `subject` begins the
    sentence.
    """
    try:
        value = json_text.parse_finite(body.decode("utf-8-sig"))
        if SURROGATE.search(body):
            to_json(value).encode()
    except UnicodeEncodeError as error:
        raise ParseError("The JSON has half of a surrogate pair in a text.") from error
    except RecursionError as error:
        raise ParseError(f"The JSON is nested more than {MAX_DEPTH} levels deep.") from error
    except ValueError as error:
        raise ParseError(f"{subject} is not JSON: {error}") from error
    if _is_too_deep(value):
        raise ParseError(f"The JSON is nested more than {MAX_DEPTH} levels deep.")
    return value


def _is_too_deep(value: Any) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH + 1):
        inner = (one for outer in level for one in (outer.values() if isinstance(outer, dict) else outer))
        level = [one for one in inner if isinstance(one, dict | list)]
        if not level:
            return False
    return True


class AnswerEncoder(ExactEncoder, JSONEncoder):
    """JSON of what the framework can write, with numbers as they came."""


class ExactJSONRenderer(JSONRenderer):
    encoder_class = AnswerEncoder


class Negotiation(DefaultContentNegotiation):
    """Answers with its first renderer where the client accepts none of them: a 406 would help nobody."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            first = next(iter(renderers))
            return first, str(first.media_type)
