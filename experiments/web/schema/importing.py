"""Fields made from what is pasted or dropped: a JSON Schema, or sample answers. It is shown before it is used."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core import json_text
from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, WorkbenchError
from experiments.response_schema.fields import field_to_json
from experiments.response_schema.sample_import import samples_to_fields
from experiments.response_schema.schema_import import NotTaken, schema_to_fields
from experiments.web.schema.options import kinds
from experiments.web.schema.rows import Row, Rows

Json = dict[str, Any]
TEXT_LIMIT = 1_000_000  # characters
REPLACE, ADD = "replace", "add"
AS_SCHEMA, AS_SAMPLE = "as_schema", "as_sample"


@dataclass(frozen=True)
class FoundField:
    path: str
    kind: str
    said: str


@dataclass(frozen=True)
class Pasted:
    """What a text would become. `error`: why it cannot be read; there are no fields then."""

    text: str = ""
    read_as: str = ""
    samples: int = 0
    fields: tuple[Json, ...] = ()
    not_taken: tuple[NotTaken, ...] = ()
    error: str = ""

    @property
    def mark(self) -> str:
        """Of the text and how it is read: what is used is what was shown."""
        return hashlib.sha256(f"{self.read_as}\n{self.text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def is_schema(self) -> bool:
        return self.read_as == AS_SCHEMA

    @property
    def lines(self) -> list[FoundField]:
        return lines_of_fields(self.fields)


def lines_of_fields(fields: Sequence[Mapping[str, Any]]) -> list[FoundField]:
    """For a list to read: a line for each field, nested ones with their path."""
    return list(_lines(Rows.of_fields(fields).rows, ""))


def lines_of_schema(schema: Any) -> list[FoundField]:
    """The same of a schema that is stored; empty where it cannot be shown as fields."""
    try:
        fields = schema_to_fields(schema, is_kept=True).fields if schema else ()
    except InvalidInput:
        return []
    return lines_of_fields([field_to_json(field) for field in fields])


def _lines(rows: list[Row], before: str) -> Iterator[FoundField]:
    for row in rows:
        path = f"{before}[]" if row.is_item else f"{before}.{row.name}" if before else row.name
        said = [*([] if row.is_item or row.required else ["optional"]), *(["may be null"] if row.nullable else [])]
        kind = next(label for kind, label in kinds() if kind == row.kind)
        yield FoundField(path, kind, ", ".join(said))
        yield from _lines(row.below, path)


def read(text: str, read_as: str = "") -> Pasted:
    """`read_as` "": a JSON Schema is known by its keywords, anything else is a sample answer."""
    text = text.replace("\r\n", "\n")
    try:
        values = _parsed(text)
        if read_as not in (AS_SCHEMA, AS_SAMPLE):
            read_as = AS_SCHEMA if len(values) == 1 and looks_like_schema(values[0]) else AS_SAMPLE
        imported = schema_to_fields(values[0]) if read_as == AS_SCHEMA else samples_to_fields(values)
    except WorkbenchError as error:
        return Pasted(text, read_as, error=error.detail)
    fields = tuple(field_to_json(field) for field in imported.fields)
    why = "" if fields else "No fields found."
    return Pasted(text, read_as, len(values), fields, imported.not_taken, why)


def read_import(form: Mapping[str, Any], files: Mapping[str, Any]) -> tuple[Pasted, str]:
    """What a form of the import has, and what is done with it: `REPLACE`, `ADD`, or "" for showing it.

    Nothing is used that was not shown: a text that was changed since is shown first.
    """
    order = form.get("do", "")
    file = files.get("file")
    if file is not None:
        return read(file.read(TEXT_LIMIT * 4).decode("utf-8-sig", "replace")), ""
    chosen = order if order in (AS_SCHEMA, AS_SAMPLE) else ""
    pasted = read(form.get("text", ""), chosen or (form.get("read_as", "") if order in (REPLACE, ADD) else ""))
    was_shown = bool(pasted.fields) and form.get("mark", "") == pasted.mark
    return pasted, order if was_shown and order in (REPLACE, ADD) else ""


def looks_like_schema(value: Any) -> bool:
    return isinstance(value, Mapping) and (
        isinstance(value.get("properties"), Mapping) or any(key in value for key in ("$schema", "$defs", "$ref"))
    )


def missing_fields(stored: list[Any], found: tuple[Json, ...]) -> list[Any]:
    """The stored fields, and after them those found whose name is new."""
    names = {field["name"] for field in stored}
    return [*stored, *(field for field in found if field["name"] not in names)]


def _parsed(text: str) -> list[Any]:
    """One value, the values of a list, or one value a line."""
    if len(text) > TEXT_LIMIT:
        raise _unreadable(f"it has more than {TEXT_LIMIT:,} characters")
    if not text.strip():
        raise _unreadable("it is empty")
    try:
        value = json_text.strict(json_text.parse(text), "the text")
        return value if isinstance(value, list) and value else [value]
    except RecursionError:
        raise _unreadable("it is nested too deep") from None
    except (json_text.BadPayload, ValueError) as error:
        values = _lines_of_json(text)
        if values is None:
            raise _unreadable(str(error)) from error
        return values


def _lines_of_json(text: str) -> list[Any] | None:
    lines = [line for line in text.split("\n") if line.strip()]
    try:
        values = [json_text.strict(json_text.parse(line), "a line") for line in lines]
    except (json_text.BadPayload, ValueError, RecursionError):
        return None
    return values if len(values) > 1 else None


def _unreadable(reason: str) -> InvalidInput:
    return InvalidInput(f"Couldn’t read this as JSON: {reason}.", code=ErrorCode.INVALID_JSON, attr="text")
