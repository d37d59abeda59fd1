"""What an endpoint understands of a chat request: the request in its words, and what a refusal takes away from them.

Structured output steps down: a strict JSON Schema, a JSON Schema, "any JSON object", a function to call, only words.
Other parts that an endpoint may refuse are left out or written another way.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from experiments.core.json_numbers import to_json
from experiments.runtime.chat import OUTPUTS, Chat, Message, Output
from experiments.runtime.strict_schemas import strict_schema

Part = Literal[
    "string_limit",
    "bounds",
    "output",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "system",
    "temperature",
    "limit",
    "stream",
    "stream_usage",
]
Limit = Literal["max_tokens", "max_completion_tokens", ""]
FUNCTION = "answer"

SURE = (400, 415, 422)
"""Statuses that mean the request itself: where no part of it is named, structured output is what is tried first."""
NAMED = (*SURE, 404, 500, 501)
"""Statuses of refusals that count where they name a part. Routers answer 404, and gateways 500, for what is behind."""


@dataclass(frozen=True)
class Dialect:
    """What an endpoint understands. `bounds`: keywords of a schema for lengths, ranges and patterns; `string_limit`:
    our own bound of strings; `limit`: the name of the parameter that limits tokens, "" for none; `stream`: it answers
    by streams only, and with `stream_usage` says there how many tokens it used."""

    output: Output = "strict"
    bounds: bool = True
    string_limit: bool = True
    temperature: bool = True
    limit: Limit = "max_tokens"
    system: bool = True
    tool_choice: bool = True
    parallel_tool_calls: bool = True
    stream: bool = False
    stream_usage: bool = True

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> "Dialect | None":
        """None for what another version of this program has stored."""
        if stored.keys() != cls.__dataclass_fields__.keys() or stored["output"] not in OUTPUTS:
            return None
        return cls(**stored)


@dataclass(frozen=True)
class Complaint:
    """The part of a request that an endpoint refuses. `of_schema`: it refuses this schema, and may accept another."""

    part: Part
    of_schema: bool = False


# -- the request


def fitting(dialect: Dialect, chat: "Chat") -> Dialect:
    """The dialect in which `chat` is sent: without a schema only words, and one that has no strict form as it is."""
    if chat.schema is None:
        return replace(dialect, output="prompt")
    if dialect.output == "strict" and strict_schema(chat.schema) is None:
        return replace(dialect, output="json_schema")
    return dialect


def request_body(chat: "Chat", dialect: Dialect, string_limit: int | None) -> dict[str, Any]:
    """The JSON body for `chat`, with only what `dialect` has."""
    body: dict[str, Any] = {"model": chat.model, "messages": _messages(chat, dialect), "stream": dialect.stream}
    if dialect.stream and dialect.stream_usage:
        body["stream_options"] = {"include_usage": True}
    if dialect.temperature:
        body["temperature"] = chat.temperature
    if dialect.limit:
        body[dialect.limit] = chat.max_tokens
    if chat.schema is None or dialect.output == "prompt":
        return body
    if dialect.output == "json_object":
        return body | {"response_format": {"type": "json_object"}}
    if dialect.output == "tools":
        function = {"name": FUNCTION, "description": "Gives the answer.", "parameters": _schema(chat, dialect, None)}
        body["tools"] = [{"type": "function", "function": function}]
        if dialect.tool_choice:
            body["tool_choice"] = {"type": "function", "function": {"name": FUNCTION}}
        if dialect.parallel_tool_calls:
            body["parallel_tool_calls"] = False
        return body
    named: dict[str, Any] = {"name": FUNCTION, "schema": _schema(chat, dialect, string_limit)}
    if dialect.output == "strict":
        named["strict"] = True
    return body | {"response_format": {"type": "json_schema", "json_schema": named}}


def forces_nulls(chat: "Chat", dialect: Dialect) -> bool:
    """Whether `chat` goes out with a schema that asks for null where the caller's lets a field be absent."""
    if chat.schema is None or dialect.output not in ("strict", "json_schema", "tools"):
        return False
    return (dialect.output == "strict" or not dialect.bounds) and strict_schema(chat.schema) is not None


def _schema(chat: "Chat", dialect: Dialect, string_limit: int | None) -> Any:
    assert chat.schema is not None
    if dialect.output == "strict" or not dialect.bounds:
        # Strict endpoints know no bound of a string.
        strict = strict_schema(chat.schema, bounds=dialect.bounds)
        if strict is not None:
            return strict
    bounded = with_string_limit(chat.schema, string_limit) if string_limit and dialect.string_limit else chat.schema
    # "$schema" is for validators only, and some endpoints refuse keywords that they do not know.
    return {key: value for key, value in bounded.items() if key != "$schema"}


def _messages(chat: "Chat", dialect: Dialect) -> list["Message"]:
    """The messages. Where only words ask for the schema, all that asks for it comes at the end of the last one: small
    models do what they read last, and are confused by what is said in two places."""
    messages: list[Message] = [*chat.messages]
    if chat.schema is not None and dialect.output in ("json_object", "tools", "prompt"):
        messages = [{"role": one["role"], "content": _cut_out(chat.guidance, one)} for one in messages]
        last = messages.pop()
        asked = "\n\n".join(
            filter(None, (last["content"], chat.guidance, wish(chat.schema, described=not chat.guidance)))
        )
        messages = [*(one for one in messages if one["content"]), {"role": last["role"], "content": asked}]
    if not dialect.system and messages[0]["role"] == "system" and len(messages) > 1:
        system, first, *others = messages
        messages = [{"role": first["role"], "content": f"{system['content']}\n\n{first['content']}"}, *others]
    return messages


def _cut_out(guidance: str, message: "Message") -> str:
    """The text of a message, without the guidance in that of the system."""
    content = message["content"]
    if not guidance or message["role"] != "system":
        return content
    before, found, after = content.partition(guidance)
    return "\n\n".join(filter(None, (before.strip(), after.strip()))) if found else content


def wish(schema: Mapping[str, Any], *, described: bool) -> str:
    """Asks for an answer by `schema`: as a form to fill in where it is simple, which small models understand, too.

    `described`: with the descriptions of its fields, which nothing else tells.
    """
    form = _form(schema)
    if not form:
        return "Answer with one JSON object that follows this JSON Schema, and nothing else:\n" + to_json(schema)
    fields = schema["properties"].items() if described else ()
    about = [f"- {name}: {part['description']}" for name, part in fields if "description" in part]
    lines = ["The fields of the answer:", *about, ""] if about else []
    return "\n".join([*lines, "Answer with one JSON object, and nothing else:", form])


_PLAIN = {"string": "text", "number": "number", "integer": "whole number", "boolean": "true or false", "null": "null"}


def _form(schema: Mapping[str, Any]) -> str:
    """`{"tone": "positive" or "negative", "note": text or null}`; "" for a schema that says more than a form can."""
    if not schema.keys() <= {"$schema", "type", "properties", "required", "additionalProperties"}:
        return ""
    if schema.get("additionalProperties", False) is not False:
        return ""
    needed = schema.get("required", [])
    parts = []
    for name, part in schema.get("properties", {}).items():
        if not isinstance(part, Mapping) or not part.keys() <= {"type", "enum", "description"}:
            return ""
        types = part.get("type", [])
        names = [types] if isinstance(types, str) else [*types]
        if "enum" in part:
            values = [to_json(value) for value in part["enum"]]
        elif names and set(names) <= _PLAIN.keys():
            values = [_PLAIN[one] for one in names]
        else:
            return ""
        if name not in needed:
            values += [] if "null" in values else ["null"]
        parts.append(f"{to_json(name)}: {' or '.join(values)}")
    return "{" + ", ".join(parts) + "}" if parts else ""


def with_string_limit(schema: Any, limit: int) -> Any:
    """A copy of a JSON Schema in which each string without a bound of its own has `maxLength: limit`."""
    if isinstance(schema, list):
        return [with_string_limit(part, limit) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    copy: dict[str, Any] = {}
    for key, value in schema.items():
        if key in {"properties", "$defs"} and isinstance(value, Mapping):
            copy[key] = {name: with_string_limit(part, limit) for name, part in value.items()}
        else:
            copy[key] = with_string_limit(value, limit) if key in {"items", "anyOf", "oneOf", "allOf"} else value
    types = schema.get("type")
    is_text = types == "string" or (isinstance(types, list) and "string" in types)
    if is_text and not {"enum", "const", "maxLength", "format", "pattern"} & schema.keys():
        copy["maxLength"] = limit
    return copy


# -- refusals

_TOO_LONG = (
    r"context.{0,20}(length|window|size|limit)|maximum context|too many tokens|reduce the length"
    r"|(prompt|input|request).{0,20}too (long|large)|exceeds? the .{0,30}(context|token)"
)
_LENGTH = re.compile(_TOO_LONG)
_OTHER_REASONS = re.compile(
    rf"{_TOO_LONG}|quota|billing|credit|balance|api.?key|unauthori[sz]ed|permission|rate.?limit"
    r"|content.{0,12}(filter|polic|management)|safety|moderation"
    r"|model.{0,80}(not found|not exist|does.?n.t exist|unknown|unavailable)|(unknown|invalid|no such) model"
)
"""What has nothing to do with the parts of a request: it would be refused in any words."""
_OF_SCHEMA = re.compile(
    r"invalid.{0,20}schema|schema.{0,60}(invalid|not valid|too (many|deep|complex|large)|must |conversion|failed)"
    r"|additionalproperties|['\"`]required['\"`]|grammar|keyword|propert(y|ies)"
)
_OF_VALUE = re.compile(r"too large|at most|less than|must be|exceeds|greater than|maximum (value|allowed)")
_LIMIT = re.compile(r"max.?(completion.?|output.?|new.?)?tokens")
_PARTS: tuple[tuple[Part, re.Pattern[str]], ...] = (
    ("string_limit", re.compile(r"maxlength")),
    (
        "bounds",
        re.compile(
            r"minlength|maxlength|minitems|maxitems|uniqueitems|exclusivem(in|ax)imum|multipleof"
            r"|['\"`.](minimum|maximum|pattern|format)['\"`]"
        ),
    ),
    ("tools", re.compile(r"\b(tools|functions)\b")),
    ("parallel_tool_calls", re.compile(r"parallel.?tool.?calls?")),
    ("tool_choice", re.compile(r"tool.?choice")),
    ("tools", re.compile(r"\btools?\b|\btool.?(use|call)|function.?(call|choice)")),
    ("output", re.compile(r"\bstrict\b|response.?format|json.?schema|json.?object|json.?mode|structured.?output")),
    ("output", re.compile(r"\bschema\b|grammar|guided|additionalproperties|output.?format")),
    (
        "system",
        re.compile(
            r"system.{0,20}(role|message|prompt|instruction)|role.{0,20}\bsystem\b"
            r"|roles? must alternate|alternate between|developer.{0,12}(role|message|instruction)"
        ),
    ),
    ("temperature", re.compile(r"temperature")),
    ("limit", _LIMIT),
    ("stream_usage", re.compile(r"stream.?options|include.?usage")),
    ("stream", re.compile(r"\bstream")),
)
"""The words for a part, in the order in which they are looked for."""


def complaint(sent: Dialect, said: str, *, status: int, model: str = "", own_limit: bool = False) -> Complaint | None:
    """The part of a request, sent in `sent`, that an endpoint refuses by `said`; None where it names none.

    The name of the model means no part. With `own_limit`, a limit of tokens that a person set, a complaint about its
    value names none: the person should hear of it.
    """
    if status not in NAMED:
        return None
    said = _without_name(said, model)
    if _LENGTH.search(said):
        return None
    of_schema = bool(_OF_SCHEMA.search(said))
    for part, pattern in _PARTS:
        if not pattern.search(said) or (part == "limit" and own_limit and _OF_VALUE.search(said)):
            continue
        if part == "output" and sent.output == "tools" and not of_schema:
            continue
        found = Complaint(part, of_schema=part == "bounds" or (part in ("output", "tools") and of_schema))
        if without(sent, found) is not None:
            return found
    return None


def is_unnamed(said: str, *, status: int, model: str) -> bool:
    """Whether a refusal, which names no part, may mean one all the same: it does not name another reason either."""
    said = _without_name(said, model)
    is_value = _LIMIT.search(said) and _OF_VALUE.search(said)
    return status in SURE and not is_value and not _OTHER_REASONS.search(said)


def is_ignored(sent: Dialect, text: str) -> bool:
    """Whether an endpoint took the format of the answer and did not keep to it: some ignore what they do not know."""
    return sent.output in ("strict", "json_schema", "json_object") and bool(text.strip()) and not has_object(text)


def has_object(text: str) -> bool:
    return "{" in text and "}" in text


def _without_name(said: str, model: str) -> str:
    said = said.lower()
    return said.replace(model.lower(), "") if model else said


def without(dialect: Dialect, complaint: Complaint) -> Dialect | None:
    """The dialect without the part that is complained of; None where it did not have that.

    >>> without(Dialect(output="json_schema"), Complaint("output")).output
    'json_object'
    """
    with_schema = dialect.output in ("strict", "json_schema", "tools")
    match complaint.part:
        case "string_limit" if dialect.output == "json_schema" and dialect.string_limit:
            return replace(dialect, string_limit=False)
        case "bounds" if with_schema and dialect.bounds:
            return replace(dialect, bounds=False)
        case "output" | "tools" if dialect.output != "prompt" and (
            complaint.part == "output" or dialect.output == "tools"
        ):
            return replace(dialect, output=OUTPUTS[OUTPUTS.index(dialect.output) + 1])
        case "parallel_tool_calls" if dialect.output == "tools" and dialect.parallel_tool_calls:
            return replace(dialect, parallel_tool_calls=False)
        case "tool_choice" if dialect.output == "tools" and dialect.tool_choice:
            return replace(dialect, tool_choice=False)
        case "system" if dialect.system:
            return replace(dialect, system=False)
        case "temperature" if dialect.temperature:
            return replace(dialect, temperature=False)
        case "limit" if dialect.limit:
            other: Limit = "max_completion_tokens" if dialect.limit == "max_tokens" else ""
            return replace(dialect, limit=other)
        case "stream" if not dialect.stream:
            return replace(dialect, stream=True)
        case "stream_usage" if dialect.stream and dialect.stream_usage:
            return replace(dialect, stream_usage=False)
    return None
