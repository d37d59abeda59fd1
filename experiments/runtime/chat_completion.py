"""What an endpoint answered, as a message: from one JSON object, or from the pieces of a stream.

The forms are those of https://platform.openai.com/docs/api-reference/chat and
https://platform.openai.com/docs/api-reference/chat-streaming, and what other endpoints make of them: content as a list
of parts, an answer as the arguments of a tool call, thoughts beside the content (`reasoning_content` of DeepSeek and
vLLM, `reasoning` of OpenRouter and Groq), a stream though none was asked for.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from experiments.core.json_numbers import to_json
from experiments.core.json_text import parse, storable
from experiments.runtime.endpoint_errors import EndpointError, error_inside

STREAM_TYPE = "text/event-stream"
NO_COMPLETION = "something that is not a chat completion"

# Reasons why a model stopped, in lower case. The first of each set is OpenAI's, `safety` and what follows it Gemini's
# (https://ai.google.dev/api/generate-content#FinishReason), `model_length` is Mistral's, `max_tokens` Anthropic's.
CUT = {"length", "max_tokens", "max_output_tokens", "model_length"}
FILTERED = {
    *("content_filter", "content_filtered", "safety", "recitation", "blocklist", "prohibited_content", "spii"),
    *("language", "image_safety", "guardrail_intervened"),
}
REFUSED = {"refusal"}

_LINE = re.compile(r"\r\n|\n|\r")
_THOUGHT_PARTS = ("thinking", "reasoning", "redacted_thinking")
_THOUGHT_KEYS = ("reasoning_content", "reasoning", "thinking")
_MESSAGE_KEYS = {"content", "refusal", "tool_calls", "function_call", *_THOUGHT_KEYS}


class SaidError(ValueError):
    """The endpoint says that it failed, inside a 200."""

    def __init__(self, error: EndpointError) -> None:
        super().__init__(error.words)
        self.error = error


class NoCompletion(ValueError):
    """The body is no chat completion. The message says what it is instead: a part of a sentence.

    `words`: what the endpoint itself says of it, "" where it says nothing that is known.
    """

    def __init__(self, what: str, words: str = "") -> None:
        super().__init__(what)
        self.words = words


@dataclass(frozen=True)
class Said:
    """What a model said. `text` is its answer: the arguments of its tool calls where it made some, else its content.

    `stopped` is why it stopped, in lower case, "" where that is not said. `usage` is as the endpoint sent it.
    """

    text: str
    thoughts: str = ""
    refusal: str = ""
    stopped: str = ""
    model: str = ""
    usage: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cut(self) -> bool:
        return self.stopped in CUT

    @property
    def filtered(self) -> bool:
        return self.stopped in FILTERED

    @property
    def refused(self) -> bool:
        return bool(self.refusal) or self.stopped in REFUSED


def said_in(content: bytes, content_type: str = "") -> Said:
    """Reads the body of an answer with the status 200. Raises `SaidError` and `NoCompletion`."""
    try:
        text = content.decode("utf-8-sig")
        if _is_stream(text, content_type):
            return _said_in_pieces(list(_events(text)))
        answer = parse(text)
        _refuse_error(answer)
        choice = answer["choices"][0]
        return _said(choice["message"], choice.get("finish_reason"), answer.get("model"), answer.get("usage"))
    except (NoCompletion, SaidError):
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise NoCompletion(NO_COMPLETION) from error


def _refuse_error(answer: Any) -> None:
    error = error_inside(answer)
    if error is not None:
        raise SaidError(error)


def _is_stream(text: str, content_type: str) -> bool:
    begins = text.lstrip()[:6]
    return content_type.partition(";")[0].strip().lower() == STREAM_TYPE or begins.startswith(("data:", "event:", ": "))


def _said(message: Mapping[str, Any], stopped: Any, model: Any, usage: Any) -> Said:
    if not _MESSAGE_KEYS & message.keys():
        raise NoCompletion(NO_COMPLETION)
    calls = _arguments(message)
    text, thoughts, refusal = _content(message.get("content"))
    spoken = [message[key] for key in _THOUGHT_KEYS if isinstance(message.get(key), str)]
    refused = message.get("refusal")
    return Said(
        text=storable("\n".join(calls) or text),
        thoughts=storable("".join([*dict.fromkeys(spoken), thoughts])),
        refusal=storable(refused if isinstance(refused, str) else refusal).strip(),
        stopped=stopped.lower() if isinstance(stopped, str) else "",
        model=model if isinstance(model, str) else "",
        usage=usage if isinstance(usage, Mapping) else {},
    )


def _arguments(message: Mapping[str, Any]) -> list[str]:
    """Those of its tool calls, as JSON; before there were tools, of its function call."""
    calls = [call.get("function") for call in message.get("tool_calls") or () if isinstance(call, Mapping)]
    texts = []
    for function in [*calls, message.get("function_call")]:
        given = function.get("arguments") if isinstance(function, Mapping) else None
        if isinstance(given, Mapping):
            texts.append(to_json(given))
        elif isinstance(given, str) and given.strip():
            texts.append(given)
    return texts


def _content(content: Any) -> tuple[str, str, str]:
    """The text, the thoughts and the refusal in a content: a text, null, or a list of parts."""
    if content is None or isinstance(content, str):
        return content or "", "", ""
    if not isinstance(content, list):
        raise TypeError(content)
    texts, thoughts, refusals = [], [], []
    for part in content:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, Mapping):
            kind = part.get("type")
            if kind in _THOUGHT_PARTS:
                thoughts.append(_text_of(part, "thinking", "text"))
            elif kind == "refusal":
                refusals.append(_text_of(part, "refusal"))
            else:
                texts.append(_text_of(part, "text"))
    return "".join(texts), "".join(thoughts), "".join(refusals)


def _text_of(part: Mapping[str, Any], *keys: str) -> str:
    """The first of `keys` that holds a text, which may stand under `value`, or in a list of parts."""
    for key in keys:
        value = part.get(key)
        value = value.get("value") if isinstance(value, Mapping) else value
        if isinstance(value, list):
            return "".join(_text_of(one, *keys) for one in value if isinstance(one, Mapping))
        if isinstance(value, str):
            return value
    return ""


def _events(text: str) -> Iterator[Any]:
    """The JSON of each event (https://html.spec.whatwg.org/multipage/server-sent-events.html), up to `[DONE]`."""
    lines: list[str] = []
    for line in [*_LINE.split(text), ""]:
        if line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
        elif not line and lines:
            data, lines = "\n".join(lines), []
            if data.strip() == "[DONE]":
                yield None
                return
            yield parse(data)


def _said_in_pieces(events: list[Any]) -> Said:
    """One message of all pieces. `SaidError` where one says that it failed, `NoCompletion` where the end is missing."""
    pieces = [event for event in events if isinstance(event, Mapping)]
    for piece in pieces:
        _refuse_error(piece)
    choices = [choice for piece in pieces for choice in (piece.get("choices") or ())[:1]]
    stopped = next((choice["finish_reason"] for choice in reversed(choices) if choice.get("finish_reason")), None)
    if not choices or (stopped is None and None not in events):
        raise NoCompletion("a stream that broke off", "the answer is not complete")
    message: dict[str, Any] = {"content": ""}
    parts: list[Any] = []
    functions: dict[Any, dict[str, Any]] = {}
    for choice in choices:
        delta = choice.get("delta") or choice.get("message") or {}
        content = delta.get("content")
        parts += content if isinstance(content, list) else [content] if isinstance(content, str) else []
        for key in (*_THOUGHT_KEYS, "refusal"):
            if isinstance(delta.get(key), str):
                message.setdefault(key, []).append(delta[key])
        for position, call in enumerate(delta.get("tool_calls") or ()):
            _add_arguments(functions.setdefault(call.get("index", position), {}), call.get("function"))
        if delta.get("function_call"):
            _add_arguments(functions.setdefault("", {}), delta["function_call"])
    whole = {key: "".join(value) for key, value in message.items()}
    calls = [{"function": {"arguments": "".join(function["pieces"])}} for function in functions.values() if function]
    usages = [piece["usage"] for piece in pieces if isinstance(piece.get("usage"), Mapping)]
    model = next((piece["model"] for piece in pieces if piece.get("model")), "")
    return _said({**whole, "content": parts, "tool_calls": calls}, stopped, model, usages[-1] if usages else {})


def _add_arguments(function: dict[str, Any], delta: Any) -> None:
    given = delta.get("arguments") if isinstance(delta, Mapping) else None
    if given:
        function.setdefault("pieces", []).append(given if isinstance(given, str) else to_json(given))
