"""What a chat completion endpoint says when it gives no answer: as an HTTP status, or as an error inside a 200.

Known forms: `{"error": {"message", "type", "code"}}` (OpenAI, vLLM, Azure), with a number as `code` (OpenRouter,
Gemini, LiteLLM), `{"type": "error", "error": {"type", "message"}}` (Anthropic), `{"error": text}` (Ollama),
`{"detail": …}`, `{"message": …}`. OpenRouter sends what goes wrong after its 200 in that body, or in the choice:
https://openrouter.ai/docs/api/reference/errors-and-debugging
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import ModelPart
from experiments.core.json_text import parse

DETAIL_CHARS = 500
CODE_CHARS = 64
REFUSALS = (400, 413, 415, 422)
"""The same request is refused again, however often it is sent."""
STATUS_OF_CODE = {
    "invalid_api_key": 401,
    "authentication_error": 401,
    "unauthenticated": 401,
    "insufficient_credits": 402,
    "billing_error": 402,
    "permission_error": 403,
    "model_not_found": 404,
    "not_found_error": 404,
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "too_many_requests": 429,
    "resource_exhausted": 429,
    "insufficient_quota": 429,
    "invalid_request_error": 400,
    "invalid_argument": 400,
    "context_length_exceeded": 400,
    "overloaded_error": 503,
}
"""What a word means in the place of a status, inside a 200."""
FILTER_CODES = {
    *("content_filter", "responsibleaipolicyviolation", "content_policy_violation", "moderation_blocked"),
    *("contentpolicyviolationerror", "data_inspection_failed", "datainspectionfailed"),
}
"""Of Azure, OpenAI, LiteLLM and Alibaba: a content filter stops the prompt."""
UNKNOWN_MODEL_CODES = ("model_not_found", "invalid_model")
_THREE_DIGITS = re.compile("[0-9]{3}")
_UNKNOWN_MODEL = re.compile(
    r"\b(invalid|unknown|not a valid) model (id|name)\b|\bmodel\b.{0,120}\b(does not exist|not found)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class EndpointError:
    """`status`: what was answered, or what an error inside a 200 stands for; None where that says nothing.

    `code` is the endpoint's own word for programs, "" without one; `words` are for people. `flagged`: a content
    filter or a moderation stopped the message of this call, nothing else.
    """

    status: int | None
    code: str
    words: str
    flagged: bool = False

    @property
    def is_refusal(self) -> bool:
        """Whether only this request is refused, however often it is sent."""
        return self.flagged or (self.status in REFUSALS and self.part is None)

    @property
    def part(self) -> ModelPart | None:
        """What every call would fail for."""
        if self.status in (401, 403) and not self.flagged:
            return ModelPart.KEY
        # A gateway answers 400 for a model that it does not know.
        is_unknown = self.code in UNKNOWN_MODEL_CODES or _UNKNOWN_MODEL.search(self.words)
        return ModelPart.MODEL if self.status == 404 or (self.status == 400 and is_unknown) else None

    @property
    def in_short(self) -> str:
        """`429 insufficient_quota`"""
        known = [] if self.status is None else [str(self.status)]
        return " ".join([*known, self.code] if self.code and self.code != str(self.status) else known)


def error_of_answer(status: int, content: bytes) -> EndpointError:
    """The error of an answer that is not a 200."""
    return EndpointError(status, *_read(_parsed(content), content))


def error_inside(answer: Any) -> EndpointError | None:
    """The error in the JSON of a 200; None where it has none."""
    if not isinstance(answer, Mapping):
        return None
    choices = answer.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    for body in (answer, choice):
        if isinstance(body, Mapping) and body.get("error"):
            code, words, flagged = _read(body, None)
            return EndpointError(
                _status_meant(body["error"]), code, words or str(body["error"])[:DETAIL_CHARS], flagged
            )
    return None


def explanation(content: bytes) -> str:
    """The message of a body in any of its usual forms, else the start of the body."""
    return _read(_parsed(content), content)[1]


def _parsed(content: bytes) -> Any:
    try:
        return parse(content.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _read(body: Any, content: bytes | None) -> tuple[str, str, bool]:
    """Code, words and whether it was flagged. `content`: what is quoted where there are no words; None: nothing."""
    fields = body if isinstance(body, Mapping) else {}
    error = fields.get("error") or fields.get("detail") or fields.get("message")
    inner = error if isinstance(error, Mapping) else {}
    message = inner.get("message") if inner else error
    text = message if isinstance(message, str) else (content or b"").decode("utf-8", "replace")
    words = " ".join(text.split())[:DETAIL_CHARS]
    code = next((found for name in ("code", "type", "status") if isinstance(found := inner.get(name), str)), "")
    metadata = inner.get("metadata")
    flagged = isinstance(metadata, Mapping) and bool(metadata.get("reasons") or metadata.get("flagged_input"))
    innermost = inner.get("innererror")
    codes = [inner.get("code"), inner.get("type"), innermost.get("code") if isinstance(innermost, Mapping) else None]
    flagged = flagged or any(isinstance(one, str) and one.lower() in FILTER_CODES for one in codes)
    return code[:CODE_CHARS] if code.isprintable() else "", words or ("" if content is None else "(nothing)"), flagged


def _status_meant(error: Any) -> int | None:
    if not isinstance(error, Mapping):
        return None
    for name in ("code", "status", "type"):
        value = error.get(name)
        number = int(value) if isinstance(value, str) and _THREE_DIGITS.fullmatch(value) else value
        if isinstance(number, int) and not isinstance(number, bool) and 400 <= number <= 599:
            return number
        if isinstance(value, str) and value.casefold() in STATUS_OF_CODE:
            return STATUS_OF_CODE[value.casefold()]
    return None
