"""What a runtime may send to keep its reader busy: each a name and what is done with it."""

from collections.abc import Callable
from typing import Any

from experiments import response_schema
from experiments.core.json_text import BadPayload, cleaned, parse, strict
from experiments.run_client import RunTarget
from experiments.run_client.answer import read_answer
from experiments.run_client.retry_after import retry_after_s
from experiments.run_client.transport import Received
from experiments.runtime.model_text import NoObject, object_in

KB, MB = 1000, 1_000_000
TARGET = RunTarget(url="http://x/run", authorization=None, timeout_s=1)


def page(text: str) -> str:
    """The message of an error with this page as its body."""
    return read_answer(Received(502, {}, text.encode(), False), TARGET).message


def answer(payload: str) -> str:
    """The message of a run that went well, with this JSON in its payload."""
    body = f'{{"final": {{"response_payload": {{"a": {payload}}}}}}}'
    return read_answer(Received(200, {}, body.encode(), False), TARGET).message


def kept(value: Any) -> str:
    try:
        strict(value)
    except BadPayload as error:
        return str(error)[:200]
    return "kept" if cleaned(value) is value else "cleaned"


def judged(schema: dict[str, Any], payload: dict[str, Any]) -> str | None:
    return response_schema.validator(schema)(payload)


def written(text: str) -> str:
    """What our own runtime makes of the words of a model."""
    try:
        return f"found {str(object_in(text))[:100]}"
    except NoObject as error:
        return str(error)[:200]


LISTS = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer"}}}
NAMES = [f"name {number}" for number in range(900)]
LONG_NAME = "n" * 90
MANY_NAMES = {
    "type": "object",
    "properties": {LONG_NAME: {"type": "array", "items": {"type": "object", "required": NAMES}}},
}

TEXTS: dict[str, Callable[[], str | None]] = {
    "tags without an end": lambda: page("<" * 128 * KB),
    "tags without an end behind a page": lambda: page("<h1>502</h1>" + "<a " * 40 * KB),
    "scripts without an end": lambda: page("<script>" * 16 * KB + "502"),
    "style sheets without an end": lambda: page("<STYLE>a" * 16 * KB),
    "ends of scripts": lambda: page("<script>" + "</script" + " " * 60 * KB + "</script" + " " * 60 * KB),
    "scripts and style sheets in turn": lambda: page("<script><style>" * 8 * KB),
    "comments without an end": lambda: page("<!--" * 32 * KB),
    "ampersands": lambda: page("<p>" + "&" * 128 * KB),
    "entities without an end": lambda: page("<p>" + "&a" * 64 * KB),
    "a character of very many digits": lambda: page(f"<p>&#{'9' * 100 * KB};</p>"),
    "a character of very many hexadecimal digits": lambda: page(f"<p>&#x{'9' * 100 * KB};</p>"),
    "very many keys under a long one": lambda: kept({"k" * 2 * MB: {str(key): 0 for key in range(200 * KB)}}),
    "very many keys under a long one, the last one bad": lambda: kept(
        {"k" * 2 * MB: {**{str(key): 0 for key in range(200 * KB)}, "\0": 0}}
    ),
    "lists of nothing": lambda: answer("[" + "[]," * 1600 * KB + "[]]"),
    "escapes": lambda: answer('"' + "\\u00e4" * 800 * KB + '"'),
    "NULs": lambda: answer('"' + "\\u0000" * 800 * KB + '"'),
    "a number of very many digits": lambda: answer("9" * 5 * MB),
    "numbers of many digits": lambda: answer("[" + ("9" * 4000 + ",") * 1250 + "1]"),
    "a fraction of very many digits": lambda: answer("0." + "1" * 5 * MB),
    "an endless nesting": lambda: answer("[" * 5 * MB),
    "a key twice, very often": lambda: answer("{" + '"k": 0,' * 600 * KB + '"k": 1}'),
    "values of the wrong type under a long key": lambda: judged(LISTS, {"k" * 2 * MB: ["x"] * 45 * KB}),
    "very many names are missing": lambda: judged(MANY_NAMES, {LONG_NAME: [{}] * 40 * KB}),
    "a time to wait among blanks": lambda: str(retry_after_s({"Retry-After": " " * MB + "x"}, now=None)),  # type: ignore[arg-type]
    "a model's brackets without an end": lambda: written("{" * 2 * MB),
    "a model's brackets and quotes in turn": lambda: written('{"' * MB),
    "a model's escaped quotes": lambda: written('{"' + '\\"' * 2 * MB),
    "a model's placeholders": lambda: written("{x} [y " * 400 * KB),
    "a model's lists in lists": lambda: written("x" + "[" * 2 * MB + "]" * 2 * MB),
    "a model's doubled brackets": lambda: written("x" + "{" * 2 * MB + "}" * 2 * MB),
    "a model's thoughts in thoughts": lambda: written("<think>" * 300 * KB),
    "a model's thoughts without a beginning": lambda: written('</think>{"a": ' * 200 * KB),
    "a model's fences": lambda: written("```" * MB),
    "a model's fences with texts": lambda: written('```\n"' * 500 * KB),
    "a model's many objects": lambda: written('x{"a": 1} ' * 150 * KB),
    "a model's backslashes": lambda: written('{"a": "' + "\\" * 2 * MB),
    "a model's blanks": lambda: written("{" + " " * 2 * MB + "x"),
    "parse: blanks": lambda: str(parse(" " * 5 * MB + "1")),
}
