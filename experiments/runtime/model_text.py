"""The JSON object in what a model wrote: behind a byte-order mark or thoughts, in a fence, in prose, written as a text.

Nothing is guessed: where two different objects could be meant, or an object has no end, there is none. Time grows with
the length of the text. Thoughts stand in `<think>…</think>` as open models write them; a chat template may have
written the first tag itself, so that only the last one comes.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from experiments.core import json_text
from experiments.core.json_numbers import to_json

MOST_THOUGHTS = 5
"""In a row, at the beginning of a text."""
WRITTEN_TWICE = 2
"""How often an object may have been written as a JSON text."""

_BLANKS = " \t\r\n\ufeff\u200b"
_NUL_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_THOUGHT_TAG = re.compile(r"<(/?)(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_NEXT = re.compile(rf"[{{\[]|{_THOUGHT_TAG.pattern}", re.IGNORECASE)
_WITHIN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z|\\\Z)|[{}\[\]]', re.DOTALL)
_FENCED = re.compile(r"```[^\n`]*\n(.*?)(?:```|\Z)", re.DOTALL)
_BEGINS_AS_JSON = re.compile(
    r"""\{\s*(?:[}"'{\[]|\w{1,64}\s*:)|\[\s*(?:["'{\[]|(?:[\d.eE+-]{1,40}|true|false|null)\s*[,\]])"""
)
"""As JSON does, or Python and scripts: what is inside of it is a part of something, and no answer."""


class NoObject(ValueError):
    """There is no JSON object, or more than one. The message says why: a part of a sentence without its subject."""


def object_in(text: str) -> dict[str, Any]:
    """The only JSON object in `text`. Raises `NoObject`, also for values that can be neither stored nor sent on."""
    try:
        return whole_object(text)
    except NoObject as error:
        reason = error
    if "{" not in text and isinstance(reason.__cause__, json.JSONDecodeError):
        raise NoObject("it has no JSON object")
    found: dict[str, Any] | None = None
    found_json = ""
    for one in _objects(_without_thoughts(text)):
        if isinstance(one, NoObject):
            reason = one
            continue
        # Compared as JSON: 1 and true, or 1 and 1.0, are not the same.
        one_json = to_json(one, sort_keys=True)
        if found is not None and one_json != found_json:
            raise NoObject("it has several different JSON objects, and does not say which one is the answer")
        found, found_json = one, one_json
    if found is None:
        raise reason
    return found


def whole_object(text: str) -> dict[str, Any]:
    """The JSON object that `text` is, thoughts, a fence around it and blanks apart. Raises `NoObject`.

    NaN, infinities, NUL and lone surrogates are refused: they cannot be stored or sent on.
    """
    bare = text.strip(_BLANKS)
    try:
        value = _value(_without_fence(bare))
    except NoObject:
        rest = _without_thoughts(bare)
        if rest == bare:
            raise
        if not rest:
            raise NoObject("it is nothing but a thought") from None
        value = _value(_without_fence(rest))
    for _ in range(WRITTEN_TWICE):
        if isinstance(value, str):
            value = _value(_without_fence(value.strip(_BLANKS)))
    if not isinstance(value, dict):
        raise NoObject("it is JSON, but not an object")
    return value


def free_text(text: str) -> str:
    """What was written for the reader: without thoughts."""
    bare = text.strip(_BLANKS)
    rest = _without_thoughts(bare)
    return text if rest == bare else rest


def _value(text: str) -> Any:
    """`text` as JSON. Raises `NoObject`."""
    if _NUL_ESCAPE.search(text):
        raise NoObject("it contains a NUL character")
    try:
        value = json_text.parse_finite(text)
        if "\\u" in text or not text.isascii():
            to_json(value).encode()
    except UnicodeEncodeError as error:
        raise NoObject("it contains half a surrogate pair") from error
    except RecursionError as error:
        raise NoObject("it is nested too deeply") from error
    except ValueError as error:
        raise NoObject(str(error)) from error
    return value


def _without_fence(text: str) -> str:
    if text.startswith("```") and text.endswith("```") and "\n" in text:
        return text.partition("\n")[2].removesuffix("```")
    return text


def _without_thoughts(text: str) -> str:
    """The text from the end of its thoughts at the beginning; "" where one of them has no end."""
    place = _after_blanks(text, 0)
    for _ in range(MOST_THOUGHTS):
        tag = _THOUGHT_TAG.search(text, place)
        if tag is None or (not tag[1] and tag.start() > place) or _is_within_an_object(text, place, tag.start()):
            break
        place = _after_blanks(text, tag.end() if tag[1] else _end_of_thought(text, tag.end()))
    return text[place:].rstrip(_BLANKS)


def _after_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place] in _BLANKS:
        place += 1
    return place


def _end_of_thought(text: str, start: int) -> int:
    """Where the thought ends whose first tag ends at `start`. Thoughts may be nested."""
    depth = 1
    for tag in _THOUGHT_TAG.finditer(text, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.end()
    return len(text)


def _is_within_an_object(text: str, start: int, place: int) -> bool:
    """Whether the first object from `start` on goes on beyond `place`."""
    begin = text.find("{", start, place)
    end = _end_of_brackets(text, begin) if begin >= 0 else None
    return end is not None and end > place and isinstance(_value_or_reason(text[begin:end]), dict)


def _objects(text: str) -> Iterator[dict[str, Any] | NoObject]:
    """The objects in prose, and what is wrong with what looks like one; those inside of another value are no answers.

    Raises `NoObject` where one has no end.
    """
    place = 0
    while sign := _NEXT.search(text, place):
        place = sign.end()
        if sign[0][0] == "<":
            place = place if sign[1] else _end_of_thought(text, place)
        elif _BEGINS_AS_JSON.match(text, sign.start()):
            end = _end_of_brackets(text, sign.start())
            if end is None:
                raise NoObject("its JSON has no end")
            place = end
            yield from _objects_of(text[sign.start() : end])
    for block in _FENCED.finditer(text):
        # An object that was written as a text begins with a quote, not with a bracket.
        if block[1].lstrip(_BLANKS).startswith('"'):
            yield from _objects_of(block[1].strip(_BLANKS))


def _objects_of(text: str) -> Iterator[dict[str, Any] | NoObject]:
    """The object that `text` is, if it is one. A list of objects is none: which of them is meant is not said."""
    value = _value_or_reason(text)
    if isinstance(value, NoObject) and text.startswith("{") and text[1:].lstrip(_BLANKS).startswith("{"):
        # As in \boxed{{"answer": 4}}, and where a model repeats the doubled brackets of a template.
        value = _value_or_reason(text[1:-1].strip(_BLANKS))
    for _ in range(WRITTEN_TWICE):
        value = _value_or_reason(value.strip(_BLANKS)) if isinstance(value, str) else value
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        raise NoObject("it is a list of objects, and one object is wanted")
    if isinstance(value, dict | NoObject):
        yield value


def _value_or_reason(text: str) -> Any:
    try:
        return _value(text)
    except NoObject as error:
        return error


def _end_of_brackets(text: str, start: int) -> int | None:
    """Behind the bracket that closes the one at `start`, brackets in JSON texts apart; None where none does."""
    depth = 0
    for sign in _WITHIN.finditer(text, start):
        if sign[0] in "{[":
            depth += 1
        elif sign[0] in "}]":
            depth -= 1
            if depth == 0:
                return sign.end()
    return None
