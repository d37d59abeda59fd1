"""A schema without references and other detours: what Pydantic, Zod and their like write, said directly.

    >>> plain({"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"type": "string"}}})
    {'properties': {'a': {'type': 'string'}}}

References inside the schema are replaced by what they name, `allOf` of one by that one, `oneOf` of a value and null by
`anyOf`, alternatives that are single values by `enum`. Everything else stays as it is.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from experiments.core.choices import ErrorCode, FieldType
from experiments.core.errors import InvalidInput
from experiments.core.json_numbers import to_json

DEFINITIONS = ("$defs", "definitions")
MOST_SCHEMAS = 5_000
"""That are made: references to references multiply."""
NULL = {"type": "null"}
_DETOURS = {"$ref", "allOf", "oneOf", "anyOf", *DEFINITIONS}
_ABOUT = {"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment"}
_ONE_BELOW = ("items", "additionalProperties")


def plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """`InvalidInput` where a reference names nothing, or itself, or where there would be too many schemas."""
    return plain_and_titles(schema)[0]


def plain_and_titles(schema: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The same, with the titles of single values that became choices: an enum has none."""
    if not _has_detours(schema):
        return dict(schema), []
    made = _Maker(schema)
    result: dict[str, Any] = made.plain(schema, ())
    return result, made.titles


def _has_detours(schema: Any) -> bool:
    if not isinstance(schema, Mapping):
        return False
    if _DETOURS & schema.keys():
        return True
    properties = schema.get("properties")
    below = [*properties.values()] if isinstance(properties, Mapping) else []
    return any(map(_has_detours, [*below, *(schema.get(keyword) for keyword in _ONE_BELOW)]))


def _invalid(detail: str) -> InvalidInput:
    return InvalidInput(detail, code=ErrorCode.INVALID_SCHEMA, attr="schema")


class _Maker:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root, self.made = root, 0
        self.titles: list[str] = []

    def plain(self, schema: Any, inside: tuple[str, ...]) -> Any:
        """`inside`: the references that led here."""
        if not isinstance(schema, Mapping):
            return schema
        self.made += 1
        if self.made > MOST_SCHEMAS:
            raise _invalid(f"The schema consists of more than {MOST_SCHEMAS:,} parts, with what its references name.")
        made = {key: value for key, value in schema.items() if key not in DEFINITIONS and key != "$ref"}
        if isinstance(properties := schema.get("properties"), Mapping):
            made["properties"] = {name: self.plain(part, inside) for name, part in properties.items()}
        for keyword in _ONE_BELOW:
            if keyword in schema:
                made[keyword] = self.plain(schema[keyword], inside)
        for keyword in ("anyOf", "oneOf", "allOf"):
            if isinstance(schema.get(keyword), list):
                made[keyword] = [self.plain(part, inside) for part in schema[keyword]]
        if len(made.get("allOf", ())) == 1 and isinstance(made["allOf"][0], Mapping):
            (one,) = made.pop("allOf")
            made = _together(one, made, "allOf")
        if "$ref" in schema:
            name = str(schema["$ref"])
            if name in inside:
                raise _invalid(
                    f"The schema is recursive: {_short(name)} is part of itself. Answers have a fixed depth."
                )
            made = _together(self.plain(self.named(name), (*inside, name)), made, _short(name))
        return self._alternatives(made)

    def named(self, name: str) -> Any:
        """What a reference names; the pointer as RFC 6901 has it."""
        if not name.startswith("#"):
            raise _invalid(f'"$ref" names {_short(name)}. Only references inside the schema are followed.')
        found: Any = self.root
        for step in unquote(name[1:]).split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and step.isdecimal() and int(step) < len(found):
                found = found[int(step)]
            elif isinstance(found, Mapping) and step in found:
                found = found[step]
            else:
                raise _invalid(f'"$ref" names {_short(name)}, which the schema does not have.')
        return found

    def _alternatives(self, schema: dict[str, Any]) -> dict[str, Any]:
        for keyword in ("anyOf", "oneOf"):
            parts = schema.get(keyword)
            if not isinstance(parts, list) or not all(isinstance(part, Mapping) for part in parts):
                continue
            values = [value for part in parts for value in _values(part)]
            if parts and all(_values(part) for part in parts) and len({*map(to_json, values)}) == len(values):
                self.titles += [str(part["title"]) for part in parts if "title" in part and "const" in part]
                beside = {key: value for key, value in schema.items() if key != keyword}
                return {**_choices(values), **beside}
            others = [part for part in parts if part != NULL]
            # Of one alternative and null no value is both, unless the one takes null too.
            if keyword == "oneOf" and len(others) == 1 and len(parts) == 2 and not _takes_null(others[0]):
                return {("anyOf" if key == "oneOf" else key): value for key, value in schema.items()}
        return schema


def _values(part: Mapping[str, Any]) -> list[Any]:
    """The values of an alternative that is nothing but values."""
    if part.keys() - _ABOUT - {"type", "const", "enum"}:
        return []
    if "const" in part:
        return [part["const"]]
    return list(part["enum"]) if isinstance(part.get("enum"), list) else [None] if part == NULL else []


def _choices(values: list[Any]) -> dict[str, Any]:
    if all(value is None or isinstance(value, str) for value in values):
        kind: Any = [FieldType.STRING, "null"] if None in values else FieldType.STRING
        return {"type": kind, "enum": values} if any(values) else {"enum": values}
    return {"enum": values}


def _takes_null(part: Mapping[str, Any]) -> bool:
    types = part.get("type")
    return types is None or types == "null" or (isinstance(types, list) and "null" in types)


def _together(one: Any, beside: dict[str, Any], name: str) -> dict[str, Any]:
    """Both at once: what stands beside a reference tells more about what it names, or limits it further."""
    if not isinstance(one, Mapping):
        one = {} if one is True else {"enum": []}
    both = [key for key in one if key in beside and key not in _ABOUT and one[key] != beside[key]]
    limits = beside.keys() - _ABOUT
    if both or ("anyOf" in one and limits) or ("anyOf" in beside and one.keys() - _ABOUT):
        raise _invalid(f"{', '.join(both or sorted(limits))} is both beside {name} and in it. Say it in one place.")
    return {**one, **beside}


def _short(name: str) -> str:
    """The name in a reference."""
    return f"“{name.rsplit('/', 1)[-1][:80] or name[:80]}”"
