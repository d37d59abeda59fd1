"""Response fields of a JSON Schema. What fields cannot say is listed; nothing becomes something else."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from experiments.core.choices import ErrorCode, FieldType
from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted
from experiments.core.json_numbers import exact, is_number
from experiments.response_schema.field_checks import Place, check_field, is_field_name, paths_of
from experiments.response_schema.field_types import FIELD_TRAITS, KEYWORDS_OF_KEYS, type_of_schema
from experiments.response_schema.fields import LEVELS_LIMIT, Field, Json, field_to_json
from experiments.response_schema.rules import (
    SCHEMAS_LIMIT,
    check_by_the_standard,
    check_outline,
    check_schema,
    count_schemas,
)
from experiments.response_schema.wording import show

SAID_BY_STRUCTURE = {
    *("type", "enum", "const", "anyOf", "description", "properties", "required", "items"),
    *("$schema", "$id", "$comment", "$defs", "definitions"),
}
"""Keywords that are read as a whole, or say nothing about an answer."""
ELSEWHERE = {"title", "default", "additionalProperties"}
"""Keywords that say something in some schemas only."""
KEYS_OF_KEYWORDS = {keyword: key for key, keyword in KEYWORDS_OF_KEYS.items()}
READ = {*SAID_BY_STRUCTURE, *ELSEWHERE, *KEYS_OF_KEYWORDS, "exclusiveMinimum", "exclusiveMaximum"}
TITLES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Something of a schema that fields do not say. `path` is the place in an answer: `order.lines[].price`."""

    path: str
    keyword: str
    detail: str

    @property
    def sentence(self) -> str:
        return f"{quoted(self.path)}: {self.detail}" if self.path else self.detail


@dataclass(frozen=True, slots=True)
class Imported:
    fields: tuple[Field, ...]
    not_taken: tuple[NotTaken, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(one.sentence for one in self.not_taken)


def schema_to_fields(schema: Any, *, is_kept: bool = False) -> Imported:
    """A field for each property of a schema; `InvalidInput` where the schema is not allowed.

    `is_kept`: the schema itself stays what answers are checked by, and the fields are for showing them. Then there is a
    field for every property, whatever its name; one that no field can say is shown as a text.
    """
    reader = _Reader(is_kept)
    if is_kept:
        check_schema(schema)
    made, titles = check_outline(schema)
    if count_schemas(made) > SCHEMAS_LIMIT:
        raise InvalidInput(
            f"The schema consists of more than {SCHEMAS_LIMIT:,} properties and alternatives.",
            code=ErrorCode.INVALID_SCHEMA,
            attr="schema",
        )
    check_by_the_standard(_read_part(made))
    fields = reader.fields(made, "", 1)
    if titles:
        listed = ", ".join(map(quoted, titles[:TITLES_SHOWN])) + (" and more" if len(titles) > TITLES_SHOWN else "")
        reader.lose("", "title", f"Choices have no titles; these are left out: {listed}.")
    return Imported(fields, tuple(reader.not_taken))


def _read_part(schema: Any) -> Any:
    """Without the keywords that are listed only; what the standard says of those takes long to check."""
    if not isinstance(schema, Mapping):
        return schema
    kept = {key: value for key, value in schema.items() if key in READ}
    if isinstance(properties := kept.get("properties"), Mapping):
        kept["properties"] = {name: _read_part(part) for name, part in properties.items()}
    for keyword in ("items", "additionalProperties"):
        if keyword in kept:
            kept[keyword] = _read_part(kept[keyword])
    if isinstance(alternatives := kept.get("anyOf"), list):
        kept["anyOf"] = [_read_part(part) for part in alternatives]
    return kept


class _Reader:
    def __init__(self, is_kept: bool) -> None:
        self.is_kept = is_kept
        self.not_taken: list[NotTaken] = []

    def lose(self, path: str, keyword: str, detail: str) -> None:
        self.not_taken.append(NotTaken(path, keyword, detail))

    def fields(self, schema: Mapping[str, Any], path: str, level: int) -> tuple[Field, ...]:
        """Those of an object."""
        properties, required = schema.get("properties", {}), schema.get("required", ())
        fields: list[Field] = []
        taken: set[str] = set()
        for name, part in properties.items():
            below = f"{path}.{name}" if path else name
            if not (is_field_name(name) or (self.is_kept and level == 1 and name.strip())):
                self.lose(below, "properties", "This cannot be the name of a field, which is left out.")
                continue
            field = self.field(name, part, below, level, required=name in required)
            if field is None:
                continue
            paths = set() if self.is_kept else paths_of(field)
            if paths & taken:
                self.lose(below, "properties", "The name reads like the path of another field; this one is left out.")
                continue
            taken |= paths
            fields.append(field)
        for name in required:
            if name not in properties:
                self.lose(path, "required", f"{quoted(name)} is required but not described, and is left out.")
        if not path:
            self._rest(schema, path)
        return tuple(fields)

    def field(self, name: str, schema: Any, path: str, level: int, *, required: bool) -> Field | None:
        """None where no field can say it; what is wrong is listed then."""
        part, nullable = without_null(schema if isinstance(schema, Mapping) else {})
        field = self._of_part(part, path, level)
        if field is None:
            if not self.is_kept or level > 1:
                return None
            field = Field()
        described = part.get("description") or ""
        field = replace(field, name=name, required=required, nullable=nullable, description=described)
        if not self.is_kept:
            try:
                return check_field(field_to_json(field), Place(0), level=level, is_item=not name)
            except InvalidInput as error:
                self.lose(path, error.part.key or "" if error.part else "", f"{error.reason} It is left out.")
                return None
        return field

    def _of_part(self, part: Mapping[str, Any], path: str, level: int) -> Field | None:
        if "anyOf" in part or isinstance(part.get("type"), list):
            keyword = "anyOf" if "anyOf" in part else "type"
            self.lose(path, keyword, "A value of several types cannot be said; the field is left out.")
            return None
        if level > LEVELS_LIMIT:
            self.lose(path, "type", f"It is nested deeper than {LEVELS_LIMIT} levels, and is left out.")
            return None
        choices = texts_of_enum(part)
        kind = FieldType.STRING if part.get("type") is None and choices else type_of_schema(_deciding(part))
        if kind is None:
            said = f"the type {show(part['type'])}" if part.get("type") else "a value without a type"
            self.lose(path, "type", f"There is no field for {said}; it is left out.")
            return None
        if choices is None or (choices and not FIELD_TRAITS[kind].takes_choices):
            self.lose(path, "enum" if "enum" in part else "const", "Only texts can be choices; any value is allowed.")
            choices = ()
        inner = self._inside(kind, part, path, level)
        if inner is None:
            return None
        field = Field(type=kind, choices=choices, **inner)
        field = self._with_limits(field, part, path)
        self._rest(part, path, FIELD_TRAITS[kind].schema)
        return field

    def _inside(self, kind: FieldType, part: Mapping[str, Any], path: str, level: int) -> Json | None:
        if kind == FieldType.OBJECT:
            return {"fields": self.fields(part, path, level + 1)}
        if kind != FieldType.LIST:
            return {}
        if not isinstance(part.get("items"), Mapping):
            self.lose(path, "items", "A list of anything cannot be said; the field is left out.")
            return None
        item = self.field("", part["items"], f"{path}[]", level + 1, required=True)
        return None if item is None else {"items": item}

    def _with_limits(self, field: Field, part: Mapping[str, Any], path: str) -> Field:
        """The field with each limit that it can have, one after another."""
        given = dict(_limits(field.type, part))
        takes = {*FIELD_TRAITS[field.type].takes, "examples"}
        for key, (keyword, value) in given.items():
            if keyword in FIELD_TRAITS[field.type].schema:
                continue
            if key not in takes or value is None:
                self.lose(path, keyword, f"{keyword} ({show(part[keyword])}) cannot be said of {_words(field)}.")
                continue
            entry = {**field_to_json(field), "name": "", key: value}
            try:
                field = replace(check_field(entry, Place(0), is_item=True), required=True)
            except InvalidInput as error:
                self.lose(path, keyword, error.reason)
        return field

    def _rest(self, part: Mapping[str, Any], path: str, of_type: Mapping[str, Any] = {}) -> None:
        name = path.rsplit(".", 1)[-1].removesuffix("[]")
        if path and "title" in part and _bare(part["title"]) != _bare(name) and _tells(part, path):
            self.lose(path, "title", f"A field has no title beside its name; {show(part['title'])} is left out.")
        if part.get("default") is not None:
            self.lose(path, "default", "Nothing is filled in where an answer leaves a field out.")
        if part.get("additionalProperties", True) not in (True, {}):
            self.lose(path, "additionalProperties", "Further keys of an answer are allowed, and kept.")
        for keyword in part:
            if keyword not in READ and keyword not in of_type:
                self.lose(path, keyword, f"{keyword} cannot be said, and is left out.")


def _tells(part: Mapping[str, Any], path: str) -> bool:
    """Whether the title is more than the name of a class, which generators put there."""
    return "properties" not in part and "enum" not in part and not path.endswith("[]")


def _bare(text: Any) -> str:
    return "".join(sign for sign in str(text).casefold() if sign.isalnum())


def _words(field: Field) -> str:
    return FIELD_TRAITS[field.type].words


def _deciding(part: Mapping[str, Any]) -> Json:
    return {key: part[key] for key in ("type", "format") if isinstance(part.get(key), str)}


def _limits(kind: FieldType, part: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, Any]]]:
    """`{key of a field: (keyword, value)}`; None where a field cannot say it."""
    whole = kind == FieldType.INTEGER
    for bound, exclusive, least in (("minimum", "exclusiveMinimum", True), ("maximum", "exclusiveMaximum", False)):
        given = [(word, part[word]) for word in (bound, exclusive) if is_number(part.get(word))]
        if whole and given:
            # Of whole numbers, more than 5 is 6 at least.
            values = [_as_whole_bound(value, least=least, exclusive=word == exclusive) for word, value in given]
            at = values.index(max(values) if least else min(values))
            yield bound, (given[at][0], values[at])
        else:
            for word, value in given:
                yield (bound, (word, value)) if word == bound else (exclusive, (word, None))
    for keyword, key in KEYS_OF_KEYWORDS.items():
        if keyword in part and key not in (*_BOUNDS, "examples"):
            yield key, (keyword, part[keyword])
    if "examples" in part:
        yield "examples", ("examples", part["examples"])


_BOUNDS = ("minimum", "maximum")


def _as_whole_bound(value: Any, *, least: bool, exclusive: bool) -> int:
    number = exact(value)
    near = math.ceil(number) if least else math.floor(number)
    return near + (1 if least else -1) if exclusive and near == number else near


def without_null(schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The schema without null among its alternatives, and whether null was one."""
    if "anyOf" in schema:
        others = [part for part in schema["anyOf"] if part != {"type": "null"}]
        nullable = len(others) < len(schema["anyOf"])
        beside = {key: value for key, value in schema.items() if key != "anyOf"}
        if len(others) != 1:
            return {**schema, "anyOf": others}, nullable
        part, inner = without_null(others[0] if isinstance(others[0], Mapping) else {})
        return {**part, **beside}, inner or nullable
    types, choices = schema.get("type"), schema.get("enum", ())
    nullable = None in choices if types is None else isinstance(types, list) and "null" in types
    if "enum" in schema and None not in choices:
        nullable = False
    others = [kind for kind in types if kind != "null"] if isinstance(types, list) else [types]
    part = {**schema, "type": others[0] if len(others) == 1 else others}
    texts = [choice for choice in choices if choice is not None]
    return ({**part, "enum": texts} if texts else part), nullable


def texts_of_enum(schema: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The texts of `const` or `enum`; () where there are neither, None where other values are among them."""
    values = [schema["const"]] if "const" in schema else list(schema.get("enum", ()))
    texts = tuple(dict.fromkeys(value for value in values if isinstance(value, str) and value))
    return texts if len(texts) == len(values) else None
